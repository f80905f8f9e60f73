from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.job import JobState, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.runtime.merge import merge
from ovmtui.ui.viewmodel.cells import Cell, memory
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.rows import Row, RowCache, Rows, build
from ovmtui.ui.viewmodel.view import ViewState
from tests.ui.support import pools
from tests.ui.support.console import NOW, WALL

PLACE = {column.id: index for index, column in enumerate(COLUMNS)}
EVERYTHING = ViewState()


def shown(
    snapshot: Snapshot, view: ViewState = EVERYTHING, *, jobs: tuple[JobState, ...] = ()
) -> Rows:
    return build(snapshot, view, jobs=jobs, now=NOW, wall=WALL)


def names(rows: Rows) -> list[str]:
    return [cell(row, "name").text for row in rows.rows]


def row_of(snapshot: Snapshot, number: int, *, jobs: tuple[JobState, ...] = ()) -> Row:
    key = pools.vm_key(number)
    return next(row for row in shown(snapshot, jobs=jobs).rows if row.key == key)


def cell(row: Row, column: str) -> Cell:
    return row.cells[PLACE[column]]


def texts(row: Row) -> dict[str, str]:
    return {column.id: cell(row, column.id).text for column in COLUMNS}


def job(number: int = 1, **facts: object) -> JobState:
    begun = JobState(
        job="job-1",
        title="migrate ovmguest1 → ovm2",
        verb="migrate",
        vm=pools.vm_key(number),
        vm_name="ovmguest1",
        steps=("HA off", "migrate", "wait", "HA on"),
        started_at=WALL - 38,
    )
    return replace(begun, **facts)  # type: ignore[arg-type]  # fields by name


def test_a_running_machine() -> None:
    row = row_of(pools.healthy(), 4)
    assert texts(row) == {
        "name": "oradb01",
        "pool": "pool1",
        "node": "ovm2",
        "state": "● run",
        "ha": "▲ on",
        "service": "",
        "env": "",
        "vcpu": "8",
        "mem": "16.0G",
        "cpu": "140.3",
        "trend": "",
        "note": "",
        "uuid": pools.vm_key(4).identity,
    }
    assert cell(row, "state").role == "ok"
    assert row.role == "text"


def test_what_is_not_known_is_no_figure() -> None:
    row = row_of(pools.healthy(), 5)
    assert texts(row)["cpu"] == "-"
    assert texts(row)["node"] == "-"
    assert texts(row)["ha"] == "… asking", "its turn with the manager has not come"
    snapshot = pools.healthy()
    alone = replace(
        snapshot, pools=tuple(replace(p, manager_configured=False) for p in snapshot.pools)
    )
    assert texts(row_of(alone, 5))["ha"] == "? unknown"
    assert cell(row_of(alone, 5), "ha").role == "unknown"
    assert texts(row)["state"] == "○ down"


def test_a_node_that_answers_before_its_figures_do() -> None:
    named = pools.domain("web01", 2)
    row = row_of(pools.pool(pools.node("ovm1", named)), 2)
    assert texts(row)["cpu"] == "-"


def test_a_machine_of_a_silent_node_is_unknown_with_its_age() -> None:
    row = row_of(pools.one_node_dead(), 8)
    assert row.role == "dim"
    assert cell(row, "state") == Cell("? unknown", "unknown")
    assert texts(row)["node"] == "ovm3"
    assert texts(row)["cpu"] == "-"
    assert texts(row)["note"].startswith("1s old; last seen on ovm3")
    old = build(pools.one_node_dead(), EVERYTHING, jobs=(), now=NOW + 300)
    (late,) = (row for row in old.rows if row.key == pools.vm_key(8))
    assert cell(late, "note").text.startswith("5m old")


def test_a_machine_seen_nowhere_is_not_down_while_a_node_is_silent() -> None:
    row = row_of(pools.one_node_dead(), 6)
    assert cell(row, "state").text == "? unknown"
    assert "ovm3 cannot be asked" in cell(row, "note").text


def test_two_running_copies_are_a_danger_with_both_places() -> None:
    row = row_of(pools.split_brain(), 1)
    assert row.role == "danger"
    assert texts(row)["node"] == "ovm1+ovm2"
    assert texts(row)["state"] == "✖ SPLIT BRAIN"
    assert "2 copies" in texts(row)["note"]
    assert cell(row, "note").role == "danger"


def test_a_danger_keeps_its_place_in_the_order() -> None:
    assert names(shown(pools.split_brain())) == names(shown(pools.healthy()))


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (DomainState.RUNNING, "● run"),
        (DomainState.PAUSED, "‖ paused"),
        (DomainState.CRASHED, "✖ crashed"),
        (DomainState.SHUTDOWN, "▪ shut down"),
        (DomainState.DYING, "✖ dying"),
        (DomainState.SUSPENDED, "◐ migrating"),
        (DomainState.HALTED, "○ down"),
        (DomainState.UNKNOWN, "? unknown"),
    ],
)
def test_each_state_has_a_symbol_and_a_word(state: DomainState, text: str) -> None:
    snapshot = pools.pool(pools.node("ovm1", pools.domain("web01", 2, state)))
    found = cell(row_of(snapshot, 2), "state").text
    assert found == text
    assert len(found) <= COLUMNS[PLACE["state"]].width


def test_ha_on_while_it_is_not_running_warns() -> None:
    down = pools.pool(pools.node("ovm1", configs=pools.CONFIGS[:1]), ha={1: HaState.ON})
    assert cell(row_of(down, 1), "ha") == Cell("▲ on", "warn")
    crashed = pools.pool(
        pools.node("ovm1", pools.domain("ovmguest1", 1, DomainState.CRASHED)), ha={1: HaState.ON}
    )
    assert cell(row_of(crashed, 1), "ha").role == "warn"
    off = pools.pool(pools.node("ovm1", configs=pools.CONFIGS[:1]), ha={1: HaState.OFF})
    assert cell(row_of(off, 1), "ha") == Cell("▽ off", "dim")


def test_a_job_is_in_its_row() -> None:
    working = row_of(pools.healthy(), 1, jobs=(job(current=1, progress="41 %"),))
    assert cell(working, "note") == Cell("41% ▓▓░░░░ migrate 2/4 38s 41 %", "accent")
    asking = row_of(pools.healthy(), 1, jobs=(job(current=2, choices=("destroy", "abort")),))
    assert cell(asking, "note") == Cell("migrate: asks", "warn")
    begun = row_of(pools.healthy(), 1, jobs=(job(),))
    assert cell(begun, "note").text == "migrate 38s"


def test_a_job_that_has_ended_is_not() -> None:
    ended = row_of(pools.healthy(), 1, jobs=(job(outcome=Outcome.DONE),))
    assert cell(ended, "note").text == ""


def test_what_a_node_says_cannot_obey() -> None:
    found = shown(pools.hostile())
    everything = "".join(text for row in found.rows for text in texts(row).values())
    assert "\x1b" not in everything
    assert "\x07" not in everything
    assert "\u202e" not in everything
    assert "[/red]boom[" in names(found)


def test_memory_as_a_person_reads_it() -> None:
    assert [memory(mib) for mib in (None, 512, 1024, 2048, 3584, 131072)] == [
        "-",
        "512M",
        "1.0G",
        "2.0G",
        "3.5G",
        "128.0G",
    ]


def test_the_order_is_by_name_and_by_name_among_equals() -> None:
    by_name = sorted(pools.NAMES)
    assert names(shown(pools.healthy())) == by_name
    assert names(shown(pools.healthy(), ViewState(descending=True))) == by_name[::-1]
    by_state = names(shown(pools.healthy(), ViewState(sort="state")))
    assert by_state[-2:] == ["build7", "mail1"]
    assert by_state[:-2] == [name for name in by_name if name not in {"build7", "mail1"}]


@pytest.mark.parametrize("descending", [False, True])
def test_what_is_not_known_stands_last_in_either_order(descending: bool) -> None:
    found = names(shown(pools.healthy(), ViewState(sort="cpu", descending=descending)))
    assert found[-2:] == ["build7", "mail1"]
    assert found[0] == ("oradb01" if descending else "ldap1")


@pytest.mark.parametrize("column", [column.id for column in COLUMNS])
def test_every_column_orders_every_pool(column: str) -> None:
    for snapshot in (pools.healthy(), pools.one_node_dead(), pools.split_brain(), pools.hostile()):
        found = shown(snapshot, ViewState(sort=column))
        assert {row.key for row in found.rows} == set(snapshot.vms)


def test_the_filter_chooses_and_hidden_marks_are_named() -> None:
    marks = frozenset({pools.vm_key(2), pools.vm_key(4), pools.vm_key(77)})
    found = shown(pools.healthy(), ViewState(filter_text="web", marks=marks))
    assert names(found) == ["web01", "web02"]
    assert found.total == 8
    assert found.hidden_marks == ("oradb01",)
    assert [row.marked for row in found.rows] == [True, False]


def test_a_mistake_in_the_filter_is_told_and_the_rows_before_it_stay() -> None:
    found = shown(pools.healthy(), ViewState(filter_text="web nodde:ovm1"))
    assert found.error is not None
    assert "nodde" in found.error.message
    assert names(found) == ["web01", "web02"]


def test_two_pools_may_have_machines_of_one_name() -> None:
    first = pools.healthy()
    twin = {
        replace(key, pool="pool2"): replace(vm, key=replace(key, pool="pool2"))
        for key, vm in first.vms.items()
    }
    both = replace(first, vms=MappingProxyType({**first.vms, **twin}))
    found = shown(both)
    assert len(found.rows) == 16
    assert len({row.key for row in found.rows}) == 16


def test_rows_are_kept_for_machines_that_did_not_change() -> None:
    cache: RowCache = {}
    first = pools.healthy()
    before = build(first, EVERYTHING, jobs=(), now=NOW, cache=cache)
    nodes = first.nodes_of(pools.POOL)
    busy = replace(nodes[0], cpu_percent=MappingProxyType({1: 99.0, 2: 3.4, 7: 55.0}))
    facts = {key: vm.ha for key, vm in first.vms.items()}
    vms = merge(pools.POOL, (busy, *nodes[1:]), facts, previous=first.vms)
    second = replace(first, vms=MappingProxyType(vms))
    after = build(second, EVERYTHING, jobs=(), now=NOW + 1, cache=cache)
    changed = {
        cell(new, "name").text
        for old, new in zip(before.rows, after.rows, strict=True)
        if old is not new
    }
    assert changed == {"ovmguest1"}


def test_a_kept_row_never_hides_a_job_a_mark_or_an_age() -> None:
    cache: RowCache = {}
    snapshot = pools.one_node_dead()

    def note(number: int, *, jobs: tuple[JobState, ...] = (), now: float = NOW) -> str:
        rows = build(snapshot, EVERYTHING, jobs=jobs, now=now, wall=WALL + now - NOW, cache=cache)
        return next(cell(row, "note").text for row in rows.rows if row.key == pools.vm_key(number))

    assert note(1) == ""
    working = (job(current=1),)
    assert note(1, jobs=working) == "migrate 2/4 38s"
    assert note(1, jobs=working, now=NOW + 22) == "migrate 2/4 1m"
    assert note(1) == ""
    assert note(8).startswith("1s old")
    assert note(8, now=NOW + 600).startswith("10m old")
    marked = ViewState(marks=frozenset({pools.vm_key(1)}))
    rows = build(snapshot, marked, jobs=(), now=NOW, cache=cache).rows
    assert [row.key for row in rows if row.marked] == [pools.vm_key(1)]


def test_machines_that_are_gone_are_not_kept() -> None:
    cache: RowCache = {}
    build(pools.healthy(), EVERYTHING, jobs=(), now=NOW, cache=cache)
    assert cache
    build(pools.empty(), EVERYTHING, jobs=(), now=NOW, cache=cache)
    assert cache == {}


def test_a_machine_that_runs_nowhere_though_ha_is_on_says_so() -> None:
    down = pools.pool(pools.node("ovm1", configs=pools.CONFIGS[:1]), ha={1: HaState.ON})
    (row,) = shown(down).rows
    assert cell(row, "note").text == "HA is on, runs nowhere"
    off = pools.pool(pools.node("ovm1", configs=pools.CONFIGS[:1]), ha={1: HaState.OFF})
    (row,) = shown(off).rows
    assert cell(row, "note").text == ""
