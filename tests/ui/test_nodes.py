"""Nodes: emptied, filled again, kept free, evened out, logged in to."""

from __future__ import annotations

from ovmtui.model.identity import NodeKey
from ovmtui.plan.evacuation import Move
from ovmtui.ui.preferences import Personal
from tests.ui.support import pools
from tests.ui.support.driving import SMALL, driving

OVM1, OVM2 = pools.node_key("ovm1"), pools.node_key("ovm2")
OVMGUEST1 = 1


async def test_a_node_is_emptied_from_a_machine_on_it() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("E")
        assert "ovm1 is kept in maintenance" in driver.words
        assert "migrate erp2 → ovm3" in driver.words
        assert driver.console.batches.orders == []
        await driver.press("y")
        assert driver.console.batches.set_nodes == [(OVM1, True)]
        (order,) = driver.console.batches.orders
        assert (order.emptied, order.parallel) == (OVM1, 1)
        assert {task.name for task in order.tasks} == {"ovmguest1", "web01", "erp2"}


async def test_a_node_that_does_not_answer_is_not_emptied() -> None:
    async with driving(pools.one_node_dead()) as driver:
        await driver.press("n", "end", "E")
        assert "ovm3 cannot be emptied: connection refused" in driver.said
        assert driver.screen == "NodesScreen"


async def test_what_was_moved_away_comes_back_and_what_does_not_says_why() -> None:
    async with driving() as driver:
        batches, vms = driver.console.batches, driver.console.snapshot.vms
        batches.coming_home = [(vms[pools.vm_key(3)], OVM1)]
        gone = Move(pools.vm_key(8), "ldap1", reasons=("it is on ovm3 now, no longer on ovm2",))
        batches.staying = [gone]
        await driver.go_to(OVMGUEST1)
        await driver.press("B")
        assert "ovm1 is taken out of maintenance" in driver.words
        assert "ldap1: left out" in driver.words
        await driver.press("y")
        assert batches.set_nodes == [(OVM1, False)]
        assert batches.orders[0].filled == OVM1


async def test_nothing_to_bring_back_is_said() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("B")
        assert "nothing was moved away from ovm1" in driver.said


async def test_maintenance_is_switched_on_the_list_of_nodes() -> None:
    async with driving() as driver:
        await driver.press("n", "m")
        assert driver.console.batches.set_nodes == [(OVM1, True)]
        assert "ovm1: nothing is put on it" in driver.said


async def test_a_node_shows_its_machines_only() -> None:
    async with driving() as driver:
        await driver.press("n", "down", "enter")
        assert "⌕ node:ovm2" in driver.line("title")
        assert "oradb01" in driver.words
        assert "ovmguest1" not in driver.words


async def test_the_list_of_nodes_says_what_is_wrong_in_a_small_terminal() -> None:
    async with driving(pools.one_node_dead(), size=SMALL) as driver:
        await driver.press("n")
        assert "connection refused" in driver.words
        assert "2 of 3 answer" in driver.words


async def test_balancing_is_a_plan_and_nothing_else() -> None:
    async with driving(pools.uneven()) as driver:
        await driver.press("n", "percent_sign")
        assert "balance pool1" in driver.words
        assert "→ ovm3" in driver.words
        await driver.press("escape")
        assert driver.console.batches.orders == []


async def test_an_even_pool_needs_no_moves() -> None:
    async with driving(pools.empty()) as driver:
        await driver.press("n", "percent_sign")
        assert "no move would even it out much" in driver.said


async def test_a_terminal_that_cannot_be_handed_over_says_so() -> None:
    visited: list[tuple[NodeKey, str]] = []

    async def visit(node: NodeKey, script: str) -> str:
        visited.append((node, script))
        return "back"

    async with driving(personal=Personal(visit=visit)) as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("e")
        # The terminal of a test is none; the program goes on all the same.
        assert "this terminal cannot be handed over" in driver.said
        assert visited == []
        assert driver.screen == "HomeScreen"
