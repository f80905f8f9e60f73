"""Several machines at once: marks, one plan for all, how each gets on."""

from __future__ import annotations

from ovmtui.model.batch import Stage
from ovmtui.model.identity import VmKey
from ovmtui.model.job import Outcome
from ovmtui.plan.intent import Verb
from ovmtui.ui.screens.nodes import NodesScreen
from ovmtui.ui.screens.several import SeveralScreen
from tests.ui.support import pools
from tests.ui.support.driving import Driver, driving
from tests.ui.support.services import with_services

OVMGUEST1, WEB01, WEB02, ORADB01, MAIL1, BUILD7, ERP2, LDAP1 = range(1, 9)


def marked(driver: Driver) -> set[VmKey]:
    return set(driver.app.home.marks)


def keys(*numbers: int) -> set[VmKey]:
    return {pools.vm_key(number) for number in numbers}


async def mark(driver: Driver, *numbers: int) -> None:
    for number in numbers:
        await driver.go_to(number)
        await driver.press("space")


async def test_a_range_goes_from_the_last_mark_to_the_cursor_in_the_order_on_the_screen() -> None:
    async with driving() as driver:
        await mark(driver, ERP2)
        await driver.go_to(ORADB01)
        await driver.press("V")
        # By name: erp2, ldap1, mail1, oradb01.
        assert marked(driver) == keys(ERP2, LDAP1, MAIL1, ORADB01)
        assert "4 marked" in driver.said


async def test_all_and_invert_mean_what_the_filter_shows() -> None:
    async with driving() as driver:
        await mark(driver, ERP2)
        await driver.press("slash", *"web", "enter", "A")
        assert marked(driver) == keys(ERP2, WEB01, WEB02)
        assert "3 marked, 1 of them hidden by the filter" in driver.said
        await driver.press("I")
        assert marked(driver) == keys(ERP2)
        await driver.press("U")
        assert marked(driver) == set()


async def test_marks_are_machines_and_not_lines() -> None:
    async with driving() as driver:
        await mark(driver, WEB01)
        await driver.press("o", "end", "enter")
        assert marked(driver) == keys(WEB01)


async def test_marked_machines_are_stopped_as_one_plan() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("S")
        assert driver.screen == "SeveralScreen"
        assert "xm shutdown ovmguest1" in driver.words
        assert "xm shutdown web01" in driver.words
        await driver.press("plus", "y")
        (order,) = driver.console.batches.orders
        assert [task.name for task in order.tasks] == ["ovmguest1", "web01"]
        assert order.parallel == 2
        assert driver.screen == "BatchScreen"


async def test_marks_that_the_filter_hides_are_named_before_anything_is_done() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1)
        await driver.press("slash", *"web", "enter", "A", "S")
        assert "not shown by the filter, and meant all the same: ovmguest1" in driver.words


async def test_what_cannot_be_done_is_left_out_with_its_reason() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, BUILD7)
        await driver.press("S")
        assert "build7: left out" in driver.words
        assert "1 left out" in driver.words
        await driver.press("y")
        (order,) = driver.console.batches.orders
        assert [task.intent is None for task in order.tasks] == [False, True]


async def test_nothing_runs_where_no_plan_is_left() -> None:
    async with driving() as driver:
        await mark(driver, BUILD7)
        await driver.press("S", "y")
        assert driver.console.batches.orders == []
        assert "there is no plan" in driver.said


async def test_destroying_several_is_typed() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("D", "y")
        assert driver.screen == "TypeName"
        await driver.press(*"ovmguest1", "enter")
        assert driver.console.batches.orders == []
        for _ in "ovmguest1":
            await driver.press("backspace")
        await driver.press(*"destroy", "space", "2", "enter")
        (order,) = driver.console.batches.orders
        assert [task.intent.verb for task in order.tasks if task.intent] == [Verb.DESTROY] * 2


async def test_marked_machines_move_each_to_its_best_node_or_all_to_one() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("m", "enter", "y")
        (order,) = driver.console.batches.orders
        assert [task.intent.node for task in order.tasks if task.intent] == [
            pools.node_key("ovm3")
        ] * 2  # as it was shown
        await driver.press("escape", "m", "down", "down", "enter", "y")
        order = driver.console.batches.orders[1]
        assert {task.intent.node for task in order.tasks if task.intent} == {pools.node_key("ovm2")}


async def test_ha_of_several_is_asked_for() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("h", "enter", "y")
        (order,) = driver.console.batches.orders
        assert {task.intent.verb for task in order.tasks if task.intent} == {Verb.HA_OFF}


async def test_a_batch_shows_how_each_machine_gets_on_and_is_left_and_found_again() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01, WEB02)
        await driver.press("S", "y")
        batch = driver.console.batches.states[0].batch
        driver.console.batches.happen(
            batch, 0, stage=Stage.ENDED, outcome=Outcome.FAILED, text="no answer", job="job-x"
        )
        driver.console.batches.happen(batch, 1, stage=Stage.RUNNING, job="job-y")
        await driver.settle()
        assert "failed: no answer" in driver.words
        assert "1 failed, 1 running, 1 waiting" in driver.words
        assert "1 of 3" in driver.words
        await driver.press("x")
        assert driver.console.batches.stopped == [batch]
        assert "stops after what is under way" in driver.words
        await driver.press("R")
        assert "it has not ended yet" in driver.said
        await driver.press("escape", "b")
        assert driver.screen == "BatchScreen"


async def test_what_failed_alone_is_tried_again() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("S", "y")
        batch = driver.console.batches.states[0].batch
        driver.console.batches.happen(batch, 0, stage=Stage.ENDED, outcome=Outcome.DONE)
        driver.console.batches.happen(batch, 1, stage=Stage.ENDED, outcome=Outcome.FAILED)
        await driver.settle()
        assert "stop 2 machines: 1 done, 1 failed" in driver.said
        await driver.press("R")
        # Its plan is seen before anything is done, and confirmed like the first time.
        assert driver.screen == "SeveralScreen"
        assert len(driver.console.batches.orders) == 1
        assert "web01" in driver.words
        await driver.press("y")
        assert driver.screen == "BatchScreen"
        (task,) = driver.console.batches.orders[1].tasks
        assert task.name == "web01"


async def test_what_was_held_back_is_not_tried_again() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("S", "y")
        batch = driver.console.batches.states[0].batch
        driver.console.batches.happen(batch, 0, stage=Stage.ENDED, outcome=Outcome.DONE)
        driver.console.batches.happen(batch, 1, stage=Stage.LEFT_OUT, text="not tried")
        await driver.settle()
        await driver.press("R")
        assert driver.screen == "BatchScreen"
        assert "nothing of it failed" in driver.said
        assert len(driver.console.batches.orders) == 1


async def test_a_wrong_filter_marks_nothing_and_is_not_left() -> None:
    async with driving() as driver:
        await driver.press("slash", *"web mem>abc", "enter")
        assert "mend it, or ESC clears it" in driver.said
        # Enter has not taken it: letters go to the line still.
        await driver.press("A")
        assert driver.app.home.view.filter_text == "web mem>abcA"
        await driver.press("escape", *":filter mem>x", "enter")
        assert driver.screen == "CommandScreen"
        await driver.press("escape")
        driver.app.home.set_filter("web mem>abc")
        await driver.press("A", "I", "V")
        assert driver.app.home.marks == frozenset()
        assert "the filter is wrong" in driver.said


async def test_a_read_only_console_marks_and_does_nothing() -> None:
    async with driving(read_only=True) as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("S", "D", "m", "h", "E", "B", "e", "at")
        assert driver.screen == "HomeScreen"
        assert "Stop" not in driver.line("bar")


async def test_a_read_only_pool_says_so_and_has_no_verbs() -> None:
    async with driving(pools.read_only()) as driver:
        await driver.go_to(OVMGUEST1)
        assert "Stop" not in driver.line("bar")
        await driver.press("S")
        assert driver.said == "S Stop: pool pool1 is read-only here"
        await driver.press("E")
        assert driver.screen == "HomeScreen"


async def test_drift_of_all_marked_is_mended_together() -> None:
    async with driving(with_services()) as driver:
        await mark(driver, 1, 4)
        await driver.press("w", "y")
        (order,) = driver.console.batches.orders
        assert [task.name for task in order.tasks if task.intent] == ["oradb01"]


async def test_a_second_y_begins_nothing_twice() -> None:
    """Keys come in bursts over a slow line, and fingers slip."""
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("S")
        several = driver.app.screen
        assert isinstance(several, SeveralScreen)
        several.do_run()
        several.do_run()
        await driver.settle()
        assert len(driver.console.batches.orders) == 1
        assert driver.screen == "BatchScreen"


async def test_a_page_that_is_taken_down_is_drawn_no_more() -> None:
    async with driving() as driver:
        await driver.press("n")
        page = driver.app.screen
        assert isinstance(page, NodesScreen)
        gone = page.dismiss(None)
        page.redraw()
        page.refresh_bar()
        await gone
        page.redraw()
        await driver.settle()
        assert driver.screen == "HomeScreen"


async def test_what_was_left_out_is_no_part_of_the_progress() -> None:
    async with driving() as driver:
        await mark(driver, WEB01, WEB02, BUILD7)
        await driver.press("S", "y")
        assert "0 of 2" in driver.words


async def test_the_targets_for_all_say_what_room_they_have() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("m")
        assert "all to ovm3 58.6G free, 1 VMs, load 0.42" in driver.words
