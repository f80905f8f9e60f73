"""A job that asks: the answer, the typed name, and a question that has become void."""

from __future__ import annotations

from ovmtui.model.job import EventKind
from tests.ui.support.driving import Driver, driving

OVMGUEST1 = 1
CHOICES = ("destroy", "keep waiting", "abort")


async def asking(driver: Driver) -> str:
    """Stop ovmguest1; its wait for the end has taken too long."""
    await driver.go_to(OVMGUEST1)
    await driver.press("S", "y")
    job = driver.console.jobs[0].job
    driver.console.happen(job, EventKind.STEP, "wait for container down status", step=3)
    driver.console.happen(
        job, EventKind.QUESTION, "wait for container down status: 120 s are over", choices=CHOICES
    )
    await driver.settle()
    return job


async def test_a_question_is_told_and_answered_with_two_keys() -> None:
    async with driving() as driver:
        job = await asking(driver)
        assert "stop ovmguest1 asks" in driver.line("message")
        await driver.press("a", "enter")
        assert driver.console.answers == [(job, "keep waiting")]
        assert driver.screen == "HomeScreen"


async def test_a_dangerous_answer_needs_the_name() -> None:
    async with driving() as driver:
        job = await asking(driver)
        await driver.press("a", "up", "enter", *"web01", "enter", "escape")
        assert driver.console.answers == []
        await driver.press("enter", *"ovmguest1", "enter")
        assert driver.console.answers == [(job, "destroy")]


async def test_leaving_the_question_lets_the_job_wait() -> None:
    async with driving() as driver:
        await asking(driver)
        await driver.press("a", "escape")
        assert driver.console.answers == []
        assert driver.screen == "HomeScreen"


async def test_a_question_that_is_answered_elsewhere_goes_away() -> None:
    async with driving() as driver:
        job = await asking(driver)
        await driver.press("a")
        driver.console.happen(job, EventKind.ANSWER, "abort")
        await driver.settle()
        assert driver.screen == "HomeScreen"
        assert "does not ask any more" in driver.said


async def test_a_question_from_a_job_without_a_plan_needs_the_name() -> None:
    async with driving() as driver:
        job = await asking(driver)
        driver.console.forget_plan(job)
        await driver.press("a", "enter")
        assert driver.console.answers == []
        await driver.press(*"ovmguest1", "enter")
        assert driver.console.answers == [(job, "abort")]
