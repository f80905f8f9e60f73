"""Ten everyday tasks with the keyboard alone; docs/walks.md has the count of their keys."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Verb
from ovmtui.ui.preferences import Personal
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole
from tests.ui.support.driving import Driver, driving
from tests.ui.support.scenes import with_history
from tests.ui.support.services import with_services
from tests.ui.support.stopped import two_stopped

PAGE = Path(__file__).parents[2] / "docs" / "walks.md"
Walk = Callable[["Walker"], Awaitable[None]]


class Walker:
    """Presses keys, and counts them."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self.driver.press(*keys)


async def find_a_machine(walker: Walker) -> None:
    await walker.press("f", *"ora", "enter")
    assert machine(walker) == "oradb01"


async def stop_it(walker: Walker) -> None:
    await walker.press("f", *"web1", "enter", "S", "y")
    assert [plan.title for plan in walker.driver.console.run_plans] == ["stop web01"]


async def migrate_five(walker: Walker) -> None:
    # All that runs on ovm1 and ovm2, each to the node that is best for it.
    await walker.press("slash", *"state:run", "enter", "A", "m", "enter")
    await walker.press("y")
    (order,) = walker.driver.console.batches.orders
    moved = [task for task in order.tasks if task.intent]
    assert len(moved) >= 5
    assert {task.intent.verb for task in moved if task.intent} == {Verb.MIGRATE}


async def evacuate(walker: Walker) -> None:
    await walker.press("n", "E", "y")
    (order,) = walker.driver.console.batches.orders
    assert order.emptied == NodeKey("pool1", "ovm1")


async def bring_back(walker: Walker) -> None:
    vms = walker.driver.console.snapshot.vms
    walker.driver.console.batches.coming_home = [(vms[pools.vm_key(3)], pools.node_key("ovm1"))]
    await walker.press("n", "B", "y")
    (order,) = walker.driver.console.batches.orders
    assert order.filled == NodeKey("pool1", "ovm1")


async def mend_drift(walker: Walker) -> None:
    await walker.press("slash", *"ha:dr", "enter", "w", "y")
    assert [plan.vm_name for plan in walker.driver.console.run_plans] == ["oradb01"]


async def read_why_a_node_is_excluded(walker: Walker) -> None:
    await walker.press("f", *"web1", "enter", "m")
    assert "ovm3" in walker.driver.words
    assert "connection refused" in walker.driver.words


async def find_who_stopped_it(walker: Walker) -> None:
    await walker.press("H", "slash", *"stop web")
    assert "ben" in walker.driver.words
    assert "start mail1" not in walker.driver.words


async def resume_a_job(walker: Walker) -> None:
    # The console asks at its start, with the job under the cursor.
    await walker.press("enter")
    assert len(walker.driver.console.resumed) == 1


async def change_the_theme(walker: Walker) -> None:
    await walker.press("t")
    assert walker.driver.app.theme != "ovmtui-dark"


def machine(walker: Walker) -> str:
    vm = walker.driver.app.home.machine
    return vm.name if vm is not None else ""


def nothing(console: ScriptedConsole) -> None:
    """Prepare nothing."""


WALKS: dict[str, tuple[Walk, Callable[[], Snapshot], Callable[[ScriptedConsole], None]]] = {
    "find a machine": (find_a_machine, pools.healthy, nothing),
    "stop a machine": (stop_it, pools.healthy, nothing),
    "migrate five machines": (migrate_five, pools.healthy, nothing),
    "evacuate a node": (evacuate, pools.healthy, nothing),
    "bring its machines back": (bring_back, pools.healthy, nothing),
    "mend HA drift": (mend_drift, with_services, nothing),
    "read why a node is excluded": (
        read_why_a_node_is_excluded,
        pools.one_node_dead,
        nothing,
    ),
    "find who stopped a machine": (find_who_stopped_it, pools.healthy, with_history),
    "go on with a stopped job": (resume_a_job, pools.healthy, two_stopped),
    "change the theme": (change_the_theme, pools.healthy, nothing),
}


def counted() -> dict[str, int]:
    """Return the counts that the page tells."""
    rows = re.findall(r"^\| ([a-zA-Z ]+?) +\| .*? \| +(\d+) \|$", PAGE.read_text(), re.MULTILINE)
    return {task: int(count) for task, count in rows}


@pytest.mark.parametrize("task", WALKS)
async def test_a_task_takes_as_many_keys_as_the_page_says(task: str) -> None:
    walk, snapshot, prepare = WALKS[task]
    async with driving(snapshot(), prepare=prepare, personal=Personal()) as driver:
        walker = Walker(driver)
        await walk(walker)
        assert counted()[task] == walker.keys


def test_the_page_tells_of_every_walk_and_of_no_other() -> None:
    assert set(counted()) == set(WALKS)
