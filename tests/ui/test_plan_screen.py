"""The plan screen: what may be run, what may be set aside, and by which keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Finding, Standing, Verdict
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole
from tests.ui.support.driving import SMALL, Driver, driving

OVMGUEST1, BUILD7 = 1, 6
NO_MEMORY = Verdict(Standing.FAILS, "needs 2064 MiB, ovm3 has 100 MiB free")
NO_DISKS = Verdict(Standing.FAILS, "System.img is missing")


async def start(driver: Driver, number: int = BUILD7) -> None:
    await driver.go_to(number)
    await driver.press("s")


async def test_every_command_is_shown_exactly() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("S")
        assert "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d" in driver.words
        assert "xm shutdown ovmguest1" in driver.words


async def test_y_says_what_is_in_the_way_and_runs_nothing() -> None:
    async with driving() as driver:
        driver.console.verdicts["memory"] = NO_MEMORY
        await start(driver)
        await driver.press("y")
        assert driver.console.run_plans == []
        assert driver.screen == "PlanScreen"
        assert "needs 2064 MiB, ovm3 has 100 MiB free" in driver.line("message")
        assert "y Run" not in driver.line("bar")


async def test_an_override_needs_the_name_and_is_part_of_the_intent() -> None:
    async with driving() as driver:
        driver.console.verdicts["memory"] = NO_MEMORY
        await start(driver)
        await driver.press("o", *"build", "enter")
        assert "that is not build7" in driver.said
        await driver.press("7", "enter")
        assert "set aside by you" in driver.words
        await driver.press("y")
        assert [plan.intent.overrides for plan in driver.console.run_plans] == [
            frozenset({"memory"})
        ]


async def test_nothing_is_overridden_while_one_failure_cannot_be() -> None:
    async with driving() as driver:
        driver.console.verdicts.update(memory=NO_MEMORY, disks=NO_DISKS)
        await start(driver)
        await driver.press("o")
        assert driver.screen == "PlanScreen"
        assert "this cannot be set aside" in driver.said


async def test_what_is_unknown_stops_a_plan_as_a_failure_does() -> None:
    async with driving() as driver:
        driver.console.verdicts["pool-answers"] = Verdict(Standing.UNKNOWN, "ovm2: no answer")
        await start(driver)
        await driver.press("y")
        assert driver.console.run_plans == []
        assert "ovm2: no answer" in driver.said


async def test_leaving_an_override_changes_nothing() -> None:
    async with driving() as driver:
        driver.console.verdicts["memory"] = NO_MEMORY
        await start(driver)
        await driver.press("o", "escape", "y")
        assert driver.console.run_plans == []


async def test_escape_leaves_without_running() -> None:
    async with driving() as driver:
        await start(driver)
        await driver.press("escape")
        assert driver.screen == "HomeScreen"
        assert driver.console.run_plans == []


async def test_enter_does_not_run_a_plan() -> None:
    async with driving() as driver:
        await start(driver)
        await driver.press("enter", "space")
        assert driver.console.run_plans == []


async def test_destroying_needs_the_name() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("D", "y", *"web01", "enter")
        assert driver.console.run_plans == []
        await driver.press("escape", "y", *"ovmguest1", "enter")
        assert [plan.title for plan in driver.console.run_plans] == ["destroy ovmguest1 on ovm1"]


async def test_a_plan_that_cannot_be_made_shows_each_reason() -> None:
    async with driving(pools.one_node_dead()) as driver:
        await start(driver)
        assert "build7 is unknown" in driver.words or "ovm3" in driver.words
        await driver.press("y")
        assert driver.console.run_plans == []


async def test_a_plan_refused_at_the_last_moment_stays_open_and_says_why() -> None:
    async with driving() as driver:
        driver.console.refusal = PlanRefused(("migrate build7 is under way for build7",))
        await start(driver)
        await driver.press("y")
        assert driver.screen == "PlanScreen"
        assert driver.said == "migrate build7 is under way for build7"


async def test_a_yes_before_the_checks_have_answered_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = asyncio.Event()
    plainly = ScriptedConsole.preflight

    async def slowly(self: ScriptedConsole, plan: Plan) -> Sequence[Finding]:
        await answered.wait()
        return await plainly(self, plan)

    monkeypatch.setattr(ScriptedConsole, "preflight", slowly)
    async with driving() as driver:
        for bad in (True, False):
            answered.clear()
            driver.console.verdicts = {"disks": NO_DISKS} if bad else {}
            driver.app.home.go_to(pools.vm_key(BUILD7))
            await driver.pilot.press("s", "y")
            assert driver.console.run_plans == []
            assert "runs as soon as every check has passed" in driver.said
            answered.set()
            await driver.settle()
            if bad:
                assert driver.console.run_plans == []
                assert "System.img is missing" in driver.said
                await driver.press("escape")
        assert len(driver.console.run_plans) == 1


async def test_production_is_shown_as_a_band() -> None:
    async with driving(pools.healthy(production=True)) as driver:
        await start(driver)
        assert "PRODUCTION pool1" in driver.words


async def test_the_dry_run_is_the_plan_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving() as driver:
        copied: list[str] = []
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        await start(driver)
        await driver.press("c", "d")
        assert driver.screen == "TextPage"
        assert "[ok] runs on no node of the pool" in copied[0]
        assert "1. ovm3: xm create" in copied[0]
        await driver.press("c")
        assert copied[1] == copied[0]


async def test_a_long_plan_scrolls_on_a_small_terminal() -> None:
    async with driving(size=SMALL) as driver:
        await start(driver)
        assert "HA is not switched on at the end" not in driver.words
        await driver.press("end")
        assert "HA is not switched on at the end" in driver.words


async def test_excluded_targets_cannot_be_chosen_and_say_why() -> None:
    async with driving(pools.one_node_dead()) as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("m")
        assert "it is there already" in driver.words
        assert "connection refused" in driver.words
        await driver.press("down", "down", "enter")
        assert "migrate ovmguest1 → ovm2" in driver.words
