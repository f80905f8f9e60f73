"""The keys of reboot and pause: which plan they show, for one machine and for marked ones."""

from __future__ import annotations

from ovmtui.plan.intent import Verb
from ovmtui.plan.verdict import Standing, Verdict
from tests.ui.support import pools
from tests.ui.support.driving import Driver, driving

OVMGUEST1, WEB01, WEB02, ORADB01, MAIL1, BUILD7, ERP2, LDAP1 = range(1, 9)


async def mark(driver: Driver, *numbers: int) -> None:
    for number in numbers:
        await driver.go_to(number)
        await driver.press("space")


async def test_reboot_shows_its_plan_and_runs_it_after_a_yes() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        assert "R Reboot" in driver.line("bar")
        await driver.press("R")
        assert driver.screen == "PlanScreen"
        assert "xm reboot ovmguest1" in driver.words
        assert "it has been up for 60 s" in driver.words
        await driver.press("y")
        (plan,) = driver.console.run_plans
        assert (plan.intent.verb, plan.vm) == (Verb.REBOOT, pools.vm_key(OVMGUEST1))


async def test_a_machine_that_is_too_young_cannot_be_rebooted_nor_forced() -> None:
    async with driving() as driver:
        driver.console.verdicts["up-long-enough"] = Verdict(Standing.FAILS, "up for 41 s")
        await driver.go_to(OVMGUEST1)
        await driver.press("R", "y")
        assert "up for 41 s" in driver.said
        await driver.press("o")
        assert "this cannot be set aside" in driver.said
        assert driver.console.run_plans == []


async def test_the_pause_key_does_the_one_that_the_state_allows() -> None:
    async with driving(pools.one_paused()) as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("P")
        assert "xm unpause ovmguest1" in driver.words
        await driver.press("escape")
        await driver.go_to(WEB01)
        await driver.press("P", "y")
        assert [plan.title for plan in driver.console.run_plans] == ["pause web01 on ovm1"]


async def test_what_is_down_says_so_and_shows_no_plan() -> None:
    async with driving() as driver:
        await driver.go_to(BUILD7)
        for pressed in ("R", "P"):
            await driver.press(pressed)
            assert driver.screen == "HomeScreen"
            assert "build7 is down" in driver.said


async def test_a_leftover_is_not_unpaused_and_the_page_says_why() -> None:
    async with driving(pools.paused_leftover()) as driver:
        await driver.go_to(ORADB01)
        await driver.press("P")
        assert "makes two running copies of one machine" in driver.words
        await driver.press("y")
        assert driver.console.run_plans == []


async def test_marked_machines_are_rebooted_as_one_order() -> None:
    async with driving() as driver:
        await mark(driver, OVMGUEST1, WEB01, BUILD7)
        await driver.press("R")
        assert driver.screen == "SeveralScreen"
        assert "xm reboot ovmguest1" in driver.words
        assert "build7: left out" in driver.words
        await driver.press("y")
        (order,) = driver.console.batches.orders
        assert [task.intent.verb for task in order.tasks if task.intent] == [Verb.REBOOT] * 2


async def test_for_marked_machines_pause_or_unpause_is_chosen() -> None:
    async with driving(pools.one_paused()) as driver:
        await mark(driver, OVMGUEST1, WEB01)
        await driver.press("P")
        assert driver.screen == "Picker"
        await driver.press("enter")
        assert "xm pause web01" in driver.words
        await driver.press("escape", "P", "down", "enter")
        assert driver.screen == "SeveralScreen"
        assert "xm unpause ovmguest1" in driver.words


async def test_the_command_line_of_the_console_knows_all_three() -> None:
    async with driving(pools.one_paused()) as driver:
        await driver.press("colon", *"reboot web02", "enter")
        assert "xm reboot web02" in driver.words
        await driver.press("escape", "colon", *"pause web01", "enter")
        assert "xm pause web01" in driver.words
        await driver.press("escape", "colon", *"unpause ovmguest1", "enter")
        assert "xm unpause ovmguest1" in driver.words


async def test_read_only_takes_both_keys_away() -> None:
    async with driving(read_only=True) as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("R", "P")
        assert driver.screen == "HomeScreen"
        await driver.press("question_mark")
        assert "Reboot" not in driver.words
