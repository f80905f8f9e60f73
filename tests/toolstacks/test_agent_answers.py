"""What OpenSVC's agents print, version by version: status, log lines, and why they failed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.job import Level
from ovmtui.model.service import Agent, AgentEra, Availability
from ovmtui.toolstacks import svcmgr
from ovmtui.toolstacks.agentlog import AgentLog, failure_in
from ovmtui.toolstacks.servicestatus import parse_status

UP, DOWN, WARN = Availability.UP, Availability.DOWN, Availability.WARN
_OLD = {
    "avail": "down",
    "overall": "warn",
    "container": "down",
    "hb": "up",
    "sync": "n/a",
    "resources": {
        "ovm": {"status": "down", "label": "ovmguest1", "log": ""},
        "hb#1": {"status": "up", "label": "hb.ovm", "log": "# all is well\n"},
    },
}
_SECOND = {
    "avail": "up",
    "overall": "warn",
    "frozen": 0,
    "resources": {
        "container#1": {"label": "ovm", "status": "up", "log": ["warn: auto boot is on"]}
    },
}


@pytest.mark.parametrize(
    ("version", "era"),
    [
        ("1.3-20110718", AgentEra.FIRST),
        ("svcmgr 1.7", AgentEra.FIRST),
        ("1.8~20170412-3", AgentEra.CACHED),
        ("1.9-2103", AgentEra.LAST_1),
        ("2.1-1792", AgentEra.SECOND),
        ("3.0.0", AgentEra.UNKNOWN),
        ("1.10", AgentEra.UNKNOWN),
        ("", AgentEra.UNKNOWN),
        ("no version", AgentEra.UNKNOWN),
    ],
)
def test_eras(version: str, era: AgentEra) -> None:
    assert svcmgr.era_of(version) is era


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("1.3", "print_status"),
        ("1.4", "json_status"),
        ("1.8", "json status --refresh"),
        ("1.9", "print status --refresh --format json"),
        ("2.1", "print status -r --format json"),
    ],
)
def test_the_question_by_version(version: str, words: str) -> None:
    agent = Agent("svcmgr", version, svcmgr.era_of(version))
    assert svcmgr.status_command(agent, "crm").shown == f"svcmgr --service crm {words}"


def test_a_healthy_passive_node_is_down_with_its_heartbeat_up() -> None:
    status = parse_status(json.dumps(_OLD), "ovm2").value
    assert (status.avail, status.heartbeat, status.overall) == (DOWN, UP, WARN)
    assert status.frozen is None
    assert status.messages == ("hb#1: all is well",)


def test_what_1_9_says_of_all_nodes_is_read_for_this_one() -> None:
    told = json.dumps({"ovm1": _OLD | {"avail": "up"}, "ovm2": _OLD})
    assert parse_status(told, "ovm1").value.avail is UP
    assert parse_status(told, "ovm2").value.avail is DOWN
    assert parse_status(told, "ovm3").value.problem


def test_what_2_1_says() -> None:
    status = parse_status(f"a warning\n{json.dumps(_SECOND)}\n", "ovm1").value
    assert (status.avail, status.frozen) == (UP, False)
    assert status.messages == ("container#1: warn: auto boot is on",)
    assert parse_status(json.dumps(_SECOND | {"frozen": 1_700_000_000.5}), "ovm1").value.frozen


def test_the_tree_of_the_first_agents() -> None:
    text = """\
ovmguest1
overall                   warn
|- avail                  stdby up
|  |- ip#1           .... n/a      ovmguest1@xenbr0
|  '- ovm            .... up       ovmguest1
|- sync                   up
'- hb                     warn
   '- hb#1           .... warn     hb.ovm
                                  # HA not enabled for this VM
"""
    status = parse_status(text, "ovm1").value
    assert (status.avail, status.heartbeat) == (Availability.STANDBY_UP, WARN)
    assert status.messages == ("hb#1: HA not enabled for this VM",)


@pytest.mark.parametrize(
    "text", ["", "Traceback (most recent call last):\n", "{", "{}", "[]", '{"avail": 3}', "x up\n"]
)
def test_what_makes_no_sense_is_unknown_and_never_down(text: str) -> None:
    status = parse_status(text, "ovm1").value
    assert status.avail is Availability.UNKNOWN


@given(st.text(max_size=300), st.text(max_size=20))
def test_no_status_breaks_the_reading(text: str, node: str) -> None:
    parse_status(text, node)
    parse_status("{" + text + "}", node)


# Log lines


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            [
                "10:52:36 INFO    OVMGUEST1.HB#1    ovm -u admin -p XXXXXX vm conf -d",
                "10:52:39 ERROR   OVMGUEST1.HB#1    Error: nothing",
                "goes on",
            ],
            [
                (Level.INFO, "OVMGUEST1.HB#1", True),
                (Level.ERROR, "OVMGUEST1.HB#1", True),
                (Level.ERROR, "OVMGUEST1.HB#1", False),
            ],
        ),
        (
            ["WARNING ovmguest1.container#1 two files", "INFO    ovmguest1 done"],
            [(Level.WARNING, "ovmguest1.container#1", True), (Level.INFO, "ovmguest1", True)],
        ),
        (
            ["10:52:36,123 ovmguest1.container#1 ERROR xm failed"],
            [(Level.ERROR, "ovmguest1.container#1", True)],
        ),
        (
            [
                "@ n:ovm1 o:ovmguest1 r:container#1 sc:n",
                "  xm create x",
                "  | Started domain",
                "E waited too long",
                "W be careful",
            ],
            [
                (Level.INFO, "ovmguest1.container#1", True),
                (Level.INFO, "ovmguest1.container#1", True),
                (Level.INFO, "ovmguest1.container#1", True),
                (Level.ERROR, "ovmguest1.container#1", True),
                (Level.WARNING, "ovmguest1.container#1", True),
            ],
        ),
    ],
)
def test_lines_of_each_era(lines: list[str], expected: list[tuple[Level, str, bool]]) -> None:
    log = AgentLog()
    read = [log.read(line) for line in lines]
    assert [(line.level, line.label, line.begins) for line in read] == expected


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("10:00:00 INFO    CRM               Abort action for frozen service\n", "Abort action"),
        ("10:00:00 ERROR   CRM               timed out waiting for lock\n", "timed out waiting"),
        ("INFO    crm this service is managed by a clusterware, thus\n", "managed by a cluster"),
        ("Traceback (most recent call last):\nTypeError: cannot\n", "Traceback"),
        ("service crm not found\n", "not found"),
        ("@ n:ovm1 o:crm sc:n\nE action stopped\n", "action stopped"),
    ],
)
def test_why_an_action_failed(stderr: str, reason: str) -> None:
    assert reason in (failure_in("", stderr) or "")


def test_an_error_of_the_manager_counts_whatever_the_exit_code() -> None:
    assert failure_in("", "10:00:00 ERROR   CRM.HB#1          Error: not allowed\n") == (
        "Error: not allowed"
    )


def test_an_action_that_went_well_is_no_failure() -> None:
    text = "10:52:47 INFO    OVMGUEST1.OVM     xm shutdown ovmguest1\nwait\n"
    assert failure_in("", text) is None


@given(st.text(max_size=300))
def test_no_output_breaks_the_reading(text: str) -> None:
    found = failure_in(text, text)
    assert found is None or "\x1b" not in found
