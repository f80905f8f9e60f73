"""Machines that belong to an OpenSVC service: who drives them, in which order, and drift."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.ha import HaState
from ovmtui.model.node import NodeView
from ovmtui.model.service import ServiceFile
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan import flows
from ovmtui.plan.archive import archived, restored
from ovmtui.plan.context import Context
from ovmtui.plan.driving import DriverChoice
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.placement import rank_targets
from ovmtui.plan.steps import CommandStep, Expectation
from ovmtui.toolstacks.servicefile import parse
from tests.plan.pools import NOW, PATH, VM, context, domain, key, node, pool, texts, with_agent

_SAMPLE = (Path(__file__).parents[1] / "toolstacks/services/ovmguest1.conf").read_text()


def service(text: str = _SAMPLE) -> ServiceFile:
    return parse(text, "/etc/opensvc/ovmguest1.conf")


def direct(**changes: object) -> Context:
    return replace(context(), driver=DriverChoice.DIRECT, **changes)  # type: ignore[arg-type]


def running(
    *, version: str = "1.3", ha: HaState = HaState.ON, frozen: bool = False, text: str = _SAMPLE
) -> Snapshot:
    file = service(text)
    return pool(
        with_agent(node("ovm1", domain()), file, version, frozen=frozen),
        with_agent(node("ovm2"), file, version),
        ha=ha,
    )


def down(version: str = "1.3") -> Snapshot:
    nodes: list[NodeView] = [with_agent(node(n), service(), version) for n in ("ovm1", "ovm2")]
    return pool(*nodes, ha=HaState.OFF)


def commands(snapshot: Snapshot, told: Context, intent: Intent) -> list[str]:
    plan = flows.build(intent, snapshot, told, now=NOW)
    assert restored(archived(plan)) == plan
    return [step.text for step in plan.steps if isinstance(step, CommandStep)]


# The seed's sessions, in direct mode


def test_direct_stop_start_and_migrate_keep_the_seeds_order() -> None:
    assert commands(running(), direct(), Intent(Verb.STOP, VM)) == [
        "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
        "xm shutdown ovmguest1",
    ]
    assert commands(down(), direct(), Intent(Verb.START, VM, key("ovm1"))) == [
        f"xm create {PATH}",
        "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e",
    ]
    assert commands(running(), direct(), Intent(Verb.MIGRATE, VM, key("ovm2"))) == [
        "exec 'svcmgr -s ovmguest1 --cluster --waitlock 60 mount' on node ovm2",
        "xm migrate -l ovmguest1 ovm2",
        "exec 'svcmgr -s ovmguest1 --cluster --waitlock 60 prstart' on node ovm2",
    ]


def test_the_remote_mount_is_waited_for_and_judged() -> None:
    plan = flows.build(Intent(Verb.MIGRATE, VM, key("ovm2")), running(), direct(), now=NOW)
    mount = plan.steps[0]
    assert isinstance(mount, CommandStep)
    assert mount.node == key("ovm2")
    assert mount.expect is Expectation.AGENT_DONE


# Through the agent


@pytest.mark.parametrize(
    ("version", "stop", "start", "migrate"),
    [
        (
            "1.3",
            ["svcmgr --cluster --service ovmguest1 stop"],
            ["svcmgr --cluster --service ovmguest1 start"],
            ["svcmgr --cluster --service ovmguest1 migrate --to ovm2"],
        ),
        (
            "1.9",
            [
                "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
                "svcmgr --cluster --service ovmguest1 stop",
            ],
            [
                "svcmgr --cluster --service ovmguest1 start",
                "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e",
            ],
            ["svcmgr --cluster --service ovmguest1 migrate --to ovm2"],
        ),
        (
            "2.1",
            [
                "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
                "svcmgr --service ovmguest1 stop --local",
            ],
            [
                "svcmgr --service ovmguest1 start --local",
                "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e",
            ],
            ["svcmgr --service ovmguest1 migrate --to ovm2 --wait --time 2h"],
        ),
    ],
)
def test_the_agents_commands_by_version(
    version: str, stop: list[str], start: list[str], migrate: list[str]
) -> None:
    told = replace(context(), driver=DriverChoice.OPENSVC)
    assert commands(running(version=version), told, Intent(Verb.STOP, VM)) == stop
    assert commands(down(version), told, Intent(Verb.START, VM, key("ovm1"))) == start
    moved = commands(running(version=version), told, Intent(Verb.MIGRATE, VM, key("ovm2")))
    assert moved == migrate


def test_what_the_agent_did_is_verified_on_the_nodes_and_with_the_manager() -> None:
    plan = flows.build(Intent(Verb.STOP, VM), running(), context(), now=NOW)
    assert texts(plan.steps)[1] == "wait for container down status"
    assert texts(plan.steps)[2].startswith("verify that HA is off")


def test_ha_that_is_not_wanted_is_switched_off_after_the_agents_start() -> None:
    intent = Intent(Verb.START, VM, key("ovm1"), want_ha=False)
    assert commands(down(), context(), intent) == [
        "svcmgr --cluster --service ovmguest1 start",
        "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
    ]


def test_what_the_agent_does_makes_ha_unknown_until_it_is_read() -> None:
    for version, touches in (("1.3", True), ("2.1", False)):
        plan = flows.build(Intent(Verb.STOP, VM), running(version=version), context(), now=NOW)
        step = next(s for s in plan.steps if isinstance(s, CommandStep) and "svcmgr" in s.text)
        assert step.touches_ha is touches


def test_auto_acts_itself_where_no_agent_is() -> None:
    snapshot = pool(node("ovm1", domain()), node("ovm2"), ha=HaState.ON, services=(service(),))
    assert commands(snapshot, context(), Intent(Verb.STOP, VM))[-1] == "xm shutdown ovmguest1"


def test_opensvc_is_refused_where_no_agent_is() -> None:
    snapshot = pool(node("ovm1", domain()), ha=HaState.ON, services=(service(),))
    told = replace(context(), driver=DriverChoice.OPENSVC)
    with pytest.raises(PlanRefused, match="ovm1 has no OpenSVC agent"):
        flows.build(Intent(Verb.STOP, VM), snapshot, told, now=NOW)


def test_an_agent_of_an_unknown_version_is_not_driven() -> None:
    told = replace(context(), driver=DriverChoice.OPENSVC)
    with pytest.raises(PlanRefused, match=r"agent \(3\.0\) are not known"):
        flows.build(Intent(Verb.STOP, VM), running(version="3.0"), told, now=NOW)


def test_a_frozen_service_is_told_before_the_agent_refuses() -> None:
    plan = flows.build(Intent(Verb.STOP, VM), running(frozen=True), context(), now=NOW)
    found = next(finding for finding in plan.findings if finding.name == "not-frozen")
    assert not found.verdict.passes
    assert "thaw it first" in found.verdict.text


def test_a_node_outside_the_service_is_no_target_and_says_why() -> None:
    snapshot = pool(
        with_agent(node("ovm1", domain()), service()),
        with_agent(node("ovm2"), service()),
        node("ovm3", free=99_999),
        ha=HaState.ON,
    )
    targets = rank_targets(snapshot, VM, now=NOW, max_age=30.0)
    assert [target.node.name for target in targets if target.eligible] == ["ovm2"]
    assert ("not among the nodes of service ovmguest1",) in [t.reasons for t in targets]
    plan = flows.build(Intent(Verb.MIGRATE, VM, key("ovm3")), snapshot, direct(), now=NOW)
    found = next(finding for finding in plan.findings if finding.name == "node-in-service")
    assert not found.verdict.passes


# Beside an agent


def test_acting_beside_an_agent_is_warned_of_and_freezing_is_offered() -> None:
    plan = flows.build(Intent(Verb.STOP, VM), running(), direct(), now=NOW)
    assert any("may act, too" in note and "Freezing" in note for note in plan.notes)


def test_freezing_first_brackets_the_plan() -> None:
    intent = Intent(Verb.STOP, VM, freeze_first=True)
    found = commands(running(), direct(), intent)
    assert found[:2] == ["svcmgr --cluster --service ovmguest1 freeze"] * 2
    assert found[-2:] == ["svcmgr --cluster --service ovmguest1 thaw"] * 2
    assert "xm shutdown ovmguest1" in found


def test_freeze_is_done_and_verified_on_every_agent() -> None:
    plan = flows.build(Intent(Verb.FREEZE, VM), running(), context(), now=NOW)
    assert [step.node.name for step in plan.steps if step.node] == ["ovm1", "ovm1", "ovm2", "ovm2"]
    assert texts(plan.steps)[1].startswith("verify that it is frozen on ovm1")


def test_reservations_are_asked_for_when_a_migration_fails() -> None:
    file = service(_SAMPLE.replace("mode = ovm", "mode = ovm\nscsireserv = true"))
    nodes = [with_agent(node("ovm1", domain()), file), with_agent(node("ovm2"), file)]
    configs = tuple(
        replace(
            config,
            config=replace(
                config.config,
                disks=tuple(replace(disk, kind="phy") for disk in config.config.disks),
            ),
        )
        for config in nodes[0].configs or ()
    )
    snapshot = pool(*(replace(view, configs=configs) for view in nodes), ha=HaState.ON)
    plan = flows.build(Intent(Verb.MIGRATE, VM, key("ovm2")), snapshot, direct(), now=NOW)
    move = plan.steps[1]
    assert isinstance(move, CommandStep)
    assert [question.node.name for question in move.aftermath] == ["ovm1", "ovm2"]
    assert "ovmtui reserve ovmguest1" in move.aftermath[-1].remedy
    taken = commands(snapshot, context(), Intent(Verb.RESERVE, VM))
    assert taken == ["exec 'svcmgr -s ovmguest1 --cluster --waitlock 60 prstart' on node ovm1"]


# Drift


@pytest.mark.parametrize(
    ("text", "ha", "drifts", "mend"),
    [
        (_SAMPLE, HaState.OFF, True, "-e"),
        (_SAMPLE, HaState.ON, False, ""),
        (_SAMPLE, HaState.UNKNOWN, False, ""),
        (_SAMPLE.partition("[hb#1]")[0], HaState.ON, True, "-d"),
        (_SAMPLE.partition("[hb#1]")[0], HaState.OFF, False, ""),
        (_SAMPLE + "disable = true\n", HaState.OFF, False, ""),
    ],
)
def test_drift_is_what_is_wanted_against_what_is(
    text: str, ha: HaState, drifts: bool, mend: str
) -> None:
    snapshot = running(ha=ha, text=text)
    assert snapshot.vms[VM].drifts is drifts
    if not drifts:
        with pytest.raises(PlanRefused):
            flows.build(Intent(Verb.MEND_HA, VM), snapshot, context(), now=NOW)
        return
    assert commands(snapshot, context(), Intent(Verb.MEND_HA, VM)) == [
        f"ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 {mend}"
    ]


def test_a_machine_that_is_down_with_ha_off_does_not_drift() -> None:
    assert not down().vms[VM].drifts


def test_the_configuration_counts_before_the_service() -> None:
    snapshot = pool(
        with_agent(node("ovm1", domain()), service()), ha=HaState.OFF, wanted={"ovmguest1": False}
    )
    assert not snapshot.vms[VM].drifts


def test_a_service_finds_its_machine_by_uuid_before_its_name() -> None:
    by_uuid = _SAMPLE.replace("mode = ovm", f"mode = ovm\nvm_uuid = {VM.identity}\nvm_name = other")
    assert running(text=by_uuid).vms[VM].service is not None
    stranger = _SAMPLE.replace(
        "mode = ovm", "mode = ovm\nvm_uuid = 00000000-0000-0000-0000-000000000001"
    )
    assert running(text=stranger).vms[VM].service is None
