"""Jobs that an earlier console left: one question at the start, and the list of jobs."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.model.job import EventKind, Outcome
from ovmtui.plan.intent import Intent, Verb
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole
from tests.ui.support.driving import Driver, driving
from tests.ui.support.stopped import two_stopped


def begun(driver: Driver) -> None:
    """Show the pool once more, as its first looks do."""
    driver.console.show(driver.console.snapshot)


async def test_the_question_comes_once_and_goes_on_with_all() -> None:
    async with driving(prepare=two_stopped) as driver:
        assert driver.screen == "UnfinishedScreen"
        page = driver.text
        assert "2 jobs have stopped without an end. Go on?" in page
        assert "step 3 of 4: xm shutdown ovmguest1" in page
        assert "no step was begun" in page
        assert "by ann at desk" in page
        await driver.press("A")
        assert driver.console.resumed == ["20260921-1413-1", "20260921-1413-2"]
        assert driver.screen == "HomeScreen"
        begun(driver)
        await driver.settle()
        assert driver.screen == "HomeScreen"


async def test_one_is_gone_on_with_one_is_closed() -> None:
    async with driving(prepare=two_stopped) as driver:
        await driver.press("down", "enter")
        assert driver.console.resumed == ["20260921-1413-2"]
        await driver.press("X")
        assert driver.console.given_up == ["20260921-1413-1"]
        assert driver.screen == "HomeScreen"


async def test_not_now_leaves_them_in_the_list_of_jobs() -> None:
    async with driving(prepare=two_stopped) as driver:
        await driver.press("escape")
        assert driver.console.resumed == []
        assert "2 stopped jobs wait in the list of jobs" in driver.said
        await driver.press("J")
        assert "2 stopped" in driver.text
        assert "stopped: step 3 of 4" in driver.text
        await driver.press("R")
        assert driver.console.resumed == ["20260921-1413-2"]


async def test_what_is_refused_is_told_and_stays() -> None:
    async with driving(prepare=two_stopped) as driver:
        driver.console.refusal = PlanRefused(("another console works on it",))
        await driver.press("A")
        assert driver.screen == "UnfinishedScreen"
        assert "another console works on it" in driver.said


async def test_nobody_is_asked_while_a_node_was_not_looked_at() -> None:
    def unsettled(console: ScriptedConsole) -> None:
        two_stopped(console)
        console.snapshot = pools.connecting()

    async with driving(prepare=unsettled) as driver:
        assert driver.screen == "HomeScreen"
        driver.console.show(pools.healthy())
        await driver.settle()
        assert driver.screen == "UnfinishedScreen"


async def test_nobody_is_asked_while_somebody_types_a_filter() -> None:
    def unsettled(console: ScriptedConsole) -> None:
        two_stopped(console)
        console.snapshot = pools.connecting()

    async with driving(prepare=unsettled) as driver:
        await driver.press("slash", *"web")
        driver.console.show(pools.healthy())
        await driver.settle()
        assert driver.screen == "HomeScreen"
        await driver.press("enter")
        begun(driver)
        await driver.settle()
        assert driver.screen == "UnfinishedScreen"


async def test_a_failed_job_is_tried_again_from_the_list_of_jobs() -> None:
    async with driving() as driver:
        job = driver.console.begin(driver.console.plan(Intent(Verb.STOP, pools.vm_key(1))))
        driver.console.happen(job, EventKind.STEP, "xm shutdown ovmguest1", step=2)
        await driver.press("J", "R")
        assert driver.console.resumed == []
        assert "nothing of that job is left to do, or it runs" in driver.said
        driver.console.end(job, Outcome.FAILED, "exit code 1")
        await driver.settle()
        await driver.press("R")
        assert driver.console.resumed == [job]
