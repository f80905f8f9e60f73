"""What the title, the strip of nodes and the alerts say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

import pytest

from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.job import JobState, Outcome
from ovmtui.model.node import NO_FACTS, NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.viewmodel.alerts import alerts
from ovmtui.ui.viewmodel.rows import build
from ovmtui.ui.viewmodel.strip import NodeCell, node_cells
from ovmtui.ui.viewmodel.times import age
from ovmtui.ui.viewmodel.title import title
from ovmtui.ui.viewmodel.view import ViewState
from tests.ui.support import pools
from tests.ui.support.console import NOW, WALL


def strip(*nodes: NodeView) -> list[NodeCell]:
    return list(node_cells(pools.pool(*nodes), wall_offset=WALL - NOW, zone=UTC))


def only(node: NodeView) -> NodeCell:
    (cell,) = strip(node)
    return cell


def said(snapshot: Snapshot, view: ViewState | None = None, *jobs: JobState) -> list[str]:
    view = view or ViewState()
    rows = build(snapshot, view, jobs=jobs, now=NOW)
    text = title(
        snapshot, view, rows, jobs=jobs, alerts=alerts(snapshot), now=NOW, wall=WALL, zone=UTC
    )
    return text.split("  ")


def told(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(alert.severity, alert.text) for alert in alerts(snapshot)]


def with_one(domain: Domain, ha: Mapping[int, HaState] | None = None) -> Snapshot:
    return pools.pool(pools.node("ovm1", domain), ha=ha)


# The strip of nodes


def test_a_node_that_answers_says_how_full_it_is() -> None:
    node = pools.node("ovm1", pools.domain("web01", 2), pools.domain("web02", 3), free_mib=23552)
    cell = only(node)
    assert (cell.symbol, cell.role) == ("●", "ok")
    assert "2 VMs" in cell.texts[0]
    assert "▓▓▓▓░░ 41/64G" in cell.texts[0]


def test_a_machine_that_is_known_but_halted_does_not_count() -> None:
    halted = pools.domain("web02", 3, DomainState.HALTED)
    assert "1 VM " in only(pools.node("ovm1", pools.domain("web01", 2), halted)).texts[0] + " "


def test_memory_that_nobody_stated_is_left_out() -> None:
    assert "G" not in only(replace(pools.node("ovm1"), facts=NO_FACTS)).texts[0]


def test_a_silent_node_says_since_when_and_why() -> None:
    cell = only(pools.unreachable(pools.node("ovm1")))
    assert (cell.symbol, cell.role) == ("✖", "danger")
    assert "since 13:58" in cell.texts[0]
    assert "connection refused" in cell.texts[0]
    assert "since 13:58" in cell.texts[-1]


def test_a_node_that_lets_us_not_in_is_told_apart() -> None:
    node = replace(pools.unreachable(pools.node("ovm1")), reach=Reach.REFUSED)
    assert "refused since" in only(node).texts[0]


def test_a_failed_listing_is_unknown_not_empty() -> None:
    cell = only(replace(pools.node("ovm1"), list_problem="xm list: exit code 1"))
    assert (cell.symbol, cell.role) == ("?", "unknown")
    assert "exit code 1" in cell.texts[0]
    assert "VM" not in cell.texts[0] + cell.texts[-1]


def test_connecting_is_no_failure() -> None:
    for node in (
        NodeView(pools.node_key("ovm1")),
        replace(pools.node("ovm1"), reach=Reach.CONNECTING),
    ):
        cell = only(node)
        assert (cell.role, cell.texts[0]) == ("dim", "connecting")


def test_maintenance_is_told() -> None:
    cell = only(replace(pools.node("ovm1"), maintenance=True))
    assert (cell.symbol, cell.role) == ("◐", "warn")
    assert "maintenance" in cell.texts[0]


def test_the_strip_keeps_the_configured_order() -> None:
    names = ("ovm3", "ovm1", "ovm2")
    assert [cell.name for cell in strip(*(pools.node(name) for name in names))] == list(names)


def test_what_a_node_complains_cannot_obey() -> None:
    cell = only(pools.unreachable(pools.node("ovm1"), why="\x1b[2Jno"))
    assert "\x1b" not in cell.texts[0]


# The title


def test_the_title_of_a_quiet_pool_is_short() -> None:
    assert said(pools.empty()) == ["ovmtui", "pool1", "VMs 0", "age 1s", "14:13"]


def test_the_title_tells_what_is_unusual() -> None:
    marks = frozenset({pools.vm_key(2), pools.vm_key(4)})
    view = ViewState(filter_text="web", sort="cpu", descending=True, marks=marks)
    parts = said(pools.healthy(), view)
    for part in ("VMs 2/8", "⌕ web", "sort cpu▾", "marked 2 (1 hidden)"):
        assert part in parts


def test_the_title_counts_running_jobs_and_alerts() -> None:
    key = pools.vm_key(1)
    running = JobState("1", "t", "stop", key, "ovmguest1", (), WALL)
    ended = replace(running, job="2", outcome=Outcome.DONE)
    parts = said(pools.split_brain(), None, running, ended)
    assert "jobs 1" in parts
    assert any(part.startswith("! ") for part in parts)


def test_the_age_is_that_of_the_oldest_listing_that_counts() -> None:
    fresh, old = pools.node("ovm1"), replace(pools.node("ovm2"), listed_at=NOW - 8)
    assert "age 8s" in said(pools.pool(fresh, old))
    assert "age 1s" in said(pools.pool(fresh, pools.unreachable(old)))
    assert not [part for part in said(pools.connecting()) if part.startswith("age")]


def test_a_mistake_in_the_filter_stands_in_the_title() -> None:
    parts = said(pools.healthy(), ViewState(filter_text="n\x1bdde:x"))
    assert any(part.startswith("✖ n␛dde is no field") for part in parts)


# Alerts


def test_a_healthy_pool_has_none() -> None:
    quiet = pools.pool(pools.node("ovm1", pools.domain("web01", 2)), ha={2: HaState.ON})
    assert alerts(quiet) == ()
    assert alerts(pools.empty()) == ()


def test_two_running_copies_come_first_and_lead_to_the_machine() -> None:
    worst = alerts(pools.split_brain())[0]
    assert worst.severity == "danger"
    assert worst.text.startswith("ovmguest1: SPLIT BRAIN, 2 copies")
    assert worst.vm == pools.vm_key(1)


@pytest.mark.parametrize(
    ("state", "severity", "text"),
    [
        (DomainState.CRASHED, "danger", "web01: crashed on ovm1"),
        (DomainState.DYING, "danger", "web01: dying on ovm1"),
        (DomainState.PAUSED, "warn", "web01: paused on ovm1"),
        (DomainState.SHUTDOWN, "warn", "web01: its guest is down, the domain is kept on ovm1"),
    ],
)
def test_a_machine_that_does_not_work(state: DomainState, severity: str, text: str) -> None:
    assert told(with_one(pools.domain("web01", 2, state))) == [(severity, text)]


def test_leftovers_of_a_migration() -> None:
    (left,) = told(with_one(pools.domain("migrating-web01", 2)))
    assert left[0] == "warn"
    assert "migrating-web01 on ovm1" in left[1]


def test_down_though_ha_is_on() -> None:
    down = pools.pool(pools.node("ovm1", configs=pools.CONFIGS[:1]), ha={1: HaState.ON})
    assert told(down) == [("warn", "ovmguest1: runs nowhere, though HA is on")]


def test_two_copies_come_before_every_other_danger() -> None:
    crashed = pools.domain("aaa", 2, DomainState.CRASHED)
    twice = [pools.domain("web01", 1), crashed]
    snapshot = pools.pool(pools.node("ovm1", *twice), pools.node("ovm2", pools.domain("web01", 1)))
    first, second, *_ = told(snapshot)
    assert "SPLIT BRAIN" in first[1]
    assert "crashed" in second[1]


def test_a_second_place_that_is_not_known_now_is_told_in_every_state() -> None:
    lost = pools.unreachable(pools.node("ovm2", pools.domain("web01", 2)))
    for state in (DomainState.RUNNING, DomainState.PAUSED, DomainState.CRASHED):
        found = told(pools.pool(pools.node("ovm1", pools.domain("web01", 2, state)), lost))
        assert any("also last seen on ovm2" in text for _, text in found), state


def test_a_silent_node_and_what_is_unknown_because_of_it() -> None:
    found = told(pools.one_node_dead())
    assert ("warn", "ovm3: connection refused") in found
    assert ("unknown", "ldap1: unknown, last seen on ovm3, not known there now") in found
    ranks = ["danger", "warn", "unknown"]
    order = [ranks.index(severity) for severity, _ in found]
    assert order == sorted(order)


def test_a_changed_host_key_is_a_danger() -> None:
    node = replace(
        pools.unreachable(pools.node("ovm1"), why="HOST KEY CHANGED"), reach=Reach.REFUSED
    )
    assert told(pools.pool(node))[0] == ("danger", "ovm1: HOST KEY CHANGED")


def test_failing_listings_scans_and_the_manager() -> None:
    listing = replace(pools.node("ovm1"), list_problem="xm: not found")
    scanning = replace(pools.node("ovm2"), scan_problem="find: timed out")
    found = told(pools.pool(listing, scanning, manager_problem="login failed"))
    assert found == [
        ("warn", "ovm1: xm: not found"),
        ("warn", "manager of pool1: login failed"),
        ("unknown", "ovm2: find: timed out"),
    ]


def test_alerts_of_hostile_names_obey_nothing() -> None:
    evil = replace(pools.domain("\x1b[2Jx", 1), state=DomainState.CRASHED)
    assert "\x1b" not in "".join(text for _, text in told(with_one(evil)))


def test_an_age_in_its_largest_unit() -> None:
    assert [age(seconds) for seconds in (-3, 0, 59.9, 60, 3599, 3600, 86400 * 41)] == [
        "0s",
        "0s",
        "59s",
        "1m",
        "59m",
        "1h",
        "41d",
    ]
