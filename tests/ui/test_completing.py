"""What TAB makes of a line, and what the arrow keys bring back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.viewmodel.completing import Partial, completions
from ovmtui.ui.viewmodel.completion import candidates, values_of
from ovmtui.ui.viewmodel.cycling import Cycle, complete
from ovmtui.ui.viewmodel.offered import offered
from ovmtui.ui.viewmodel.recalling import Recall
from tests.ui.support import pools
from tests.ui.support.driving import driving
from tests.ui.support.services import with_services

NAMES = {"vm": ["my vm", "web01", "web02"], "node": ["ovm1", "ovm2"], "switch": ["on", "off"]}


def found(line: str) -> list[str]:
    return completions(line, lambda kind, partial: NAMES.get(kind, []))


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("mig", ["migrate "]),
        ("st", ["start ", "stop "]),
        ("migrate w", ["migrate web01 ", "migrate web02 "]),
        ("migrate web01 ", ["migrate web01 --to ", "migrate web01 --freeze-first "]),
        ("migrate web01 --", ["migrate web01 --to ", "migrate web01 --freeze-first "]),
        ("migrate web01 --to o", ["migrate web01 --to ovm1 ", "migrate web01 --to ovm2 "]),
        ("migrate web01 --to ovm1 ", ["migrate web01 --to ovm1 --freeze-first "]),
        ("migrate --to ovm1 web", ["migrate --to ovm1 web01 ", "migrate --to ovm1 web02 "]),
        ("stop web01 --freeze-first ", []),
        ("start web01 --ha ", ["start web01 --ha --on ", "start web01 --ha --freeze-first "]),
        ("ha o", ["ha on ", "ha off "]),
        ("ha off w", ["ha off web01 ", "ha off web02 "]),
        ("ha off web01 ", []),
        ("destroy web01 --on ovm1 ", []),
        ("stop my", ["stop 'my vm' "]),
        ("stop 'my v", ["stop 'my vm' "]),
        ("stop 'my vm' ", ["stop 'my vm' --freeze-first "]),
        ("nonsense w", []),
        ("jobs ", []),
    ],
)
def test_a_word_is_completed_by_what_can_stand_there(line: str, lines: list[str]) -> None:
    assert found(line) == lines


def test_tab_takes_nothing_before_it_is_clear_and_then_one_after_the_other() -> None:
    line, cycle = complete("st", found("st"), None)
    assert line == "st"
    seen = []
    for _ in range(3):
        line, cycle = complete(line, (), cycle)
        seen.append(line)
    assert seen == ["start ", "stop ", "start "]
    assert complete("stop w", found("stop w"), None)[0] == "stop web0"
    assert complete("mig", found("mig"), None) == ("migrate ", None)
    assert Cycle(("a", "b")).next(-1).line == "b"


def of_pool(line: str, snapshot: Snapshot) -> list[str]:
    def names(kind: str, partial: Partial) -> Sequence[str]:
        return offered(kind, partial, snapshot=snapshot, themes=["b", "a"])

    return [found.split()[-1] for found in completions(line, names)]


def test_machines_for_which_a_verb_makes_sense_come_first() -> None:
    pool = pools.healthy()
    down = {vm.name for vm in pool.vms.values() if not vm.copies}
    start, stop = of_pool("start ", pool), of_pool("stop ", pool)
    assert set(start) == set(stop) == {vm.name for vm in pool.vms.values()}
    assert set(start[: len(down)]) == down
    assert not set(stop[: len(stop) - len(down)]) & down
    assert of_pool("mend-ha ", with_services())[0] == "oradb01"


def test_a_target_is_another_node_and_a_copy_is_where_the_machine_is() -> None:
    pool = pools.healthy()
    assert of_pool("migrate web01 --to ", pool) == ["ovm2", "ovm3"]
    assert of_pool("destroy web01 --on ", pool) == ["ovm1"]
    assert of_pool("plan migrate web01 --to ", pool) == ["ovm2", "ovm3"]
    assert of_pool("theme ", pool) == ["a", "b"]


def test_a_filter_is_completed_by_what_there_is_of_each_field() -> None:
    pool = with_services()
    values = values_of(pool)
    assert candidates("a no", values) == ["a node:"]
    assert candidates("node:ovm", values) == ["node:ovm1", "node:ovm2", "node:ovm3"]
    assert candidates("!node:ovm2", values) == ["!node:ovm3", "!node:ovm1", "!node:ovm2"]
    assert "x|name:web01" in candidates("x|name:w", values)
    assert candidates("service:or", values) == ["service:oradb01"]
    assert candidates("env:", values)
    assert len(candidates("uuid:", values)) == len(pool.vms)
    assert candidates("ha:d", values) == ["ha:drift"]
    assert candidates("cp", values) == ["cpu>"]
    assert candidates("", values) == candidates("nothing", values) == []


def test_the_arrow_keys_recall_what_begins_with_what_was_typed() -> None:
    recall = Recall.of(["stop a", "jobs", "stop b"], "sto")
    back = recall.moved(1).moved(1)
    assert [recall.moved(1).line, back.line, back.moved(1).line] == ["stop b", "stop a", "stop a"]
    assert back.moved(-1).line == "stop b"
    assert back.moved(-9).line == "sto"


async def test_up_and_down_recall_and_enter_runs_what_stands_there() -> None:
    async with driving() as driver:
        await driver.press("colon", *"sort mem", "enter")
        await driver.press("colon", *"srot cpu", "enter", "escape")
        assert driver.app.home.view.sort == "mem"
        await driver.press("colon", "up")
        assert "srot cpu" in driver.words  # a mistake can be recalled and mended
        await driver.press("up", "up", "down", "down", *"so", "up", "enter")
        assert (driver.screen, driver.app.home.view.descending) == ("HomeScreen", True)


async def test_tab_shows_what_fits_before_it_takes_one() -> None:
    async with driving() as driver:
        await driver.press("colon", *"st", "tab")
        assert "2 fit: TAB goes through them" in driver.line("columns")
        await driver.press("tab", "tab")
        assert driver.line("columns").strip().startswith("stop VM")
        await driver.press("shift+tab")
        assert driver.line("columns").strip().startswith("start VM")
