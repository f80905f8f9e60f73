"""Services, drift and the check, by the keys that an operator presses."""

from __future__ import annotations

from ovmtui.plan.intent import Verb
from ovmtui.ui.viewmodel.alerts import alerts
from ovmtui.ui.viewmodel.filters import Filter, parse
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole
from tests.ui.support.driving import driving
from tests.ui.support.services import ScriptedChecker, with_services


def found(text: str) -> list[str]:
    snapshot = with_services()
    chosen = parse(text)
    assert isinstance(chosen, Filter)
    return sorted(vm.name for vm in snapshot.vms.values() if chosen.matches(vm, snapshot))


def test_filters_for_services_and_drift() -> None:
    assert found("ha:drift") == ["oradb01"]
    assert found("env:prd") == ["oradb01"]
    assert found("service:ovm") == ["ovmguest1"]
    assert "oradb01" in found("ha:off")
    assert "oradb01" not in found("!ha:drift")


def test_alerts_tell_drift_frozen_services_and_misread_files() -> None:
    texts = [alert.text for alert in alerts(with_services(frozen=True))]
    assert any("oradb01: HA is off, but the service oradb01 wants it on" in t for t in texts)
    assert any("ovmguest1: service ovmguest1 is frozen on ovm1, ovm2" in t for t in texts)
    assert any("web01.conf:3: [DEFAULT] env: `PROD` is no environment" in t for t in texts)


def checking(console: ScriptedConsole) -> None:
    console.checker = ScriptedChecker(console.snapshot)


async def test_drift_is_mended_by_a_key_and_only_where_there_is_any() -> None:
    async with driving(with_services()) as driver:
        await driver.go_to(1)
        await driver.press("w")
        assert "HA of ovmguest1 is on: nothing to mend" in driver.said
        await driver.go_to(4)
        assert "HA off≠on, wanted by service oradb01" in driver.words
        await driver.press("w", "y")
        assert [plan.intent.verb for plan in driver.console.run_plans] == [Verb.MEND_HA]


async def test_a_machine_without_a_service_cannot_be_frozen() -> None:
    async with driving(with_services()) as driver:
        await driver.go_to(3)
        await driver.press("z")
        assert "no OpenSVC service names web02" in driver.said


async def test_z_freezes_and_thaws_by_what_is() -> None:
    for frozen, verb in ((False, Verb.FREEZE), (True, Verb.THAW)):
        async with driving(with_services(frozen=frozen)) as driver:
            await driver.go_to(1)
            await driver.press("z", "y")
            assert [plan.intent.verb for plan in driver.console.run_plans] == [verb]


async def test_the_plan_says_who_acts_and_freezing_first_is_one_key() -> None:
    async with driving(with_services()) as driver:
        await driver.go_to(1)
        await driver.press("S")
        assert "svcmgr --cluster --service ovmguest1 stop" in driver.words
        await driver.press("z")
        assert "no OpenSVC agent could act beside this plan" in driver.said
        await driver.press("escape")
        # HA is switched by ourselves: the agents could act meanwhile.
        await driver.press("D", "z")
        assert "svcmgr --cluster --service ovmguest1 freeze" in driver.words


async def test_service_columns_are_there_only_where_there_are_services() -> None:
    async with driving(with_services()) as driver:
        assert "SERVICE" in driver.text
    async with driving(pools.healthy()) as driver:
        assert "SERVICE" not in driver.text


async def test_the_check_shows_why_and_mend_and_runs_it_as_a_plan() -> None:
    async with driving(with_services(), prepare=checking) as driver:
        await driver.press("C")
        assert driver.screen == "CheckScreen"
        assert "4 of 43 not as they should be" in driver.line("heading")
        await driver.press("down")
        assert "they would run twice" in driver.words
        assert "rm /etc/xen/auto/ovmguest1" in driver.words
        await driver.press("enter")
        assert driver.screen == "PlanScreen"
        await driver.press("y", *"ovm2", "enter")
        (plan,) = driver.console.run_plans
        assert [step.text for step in plan.steps] == ["rm /etc/xen/auto/ovmguest1"]


async def test_what_a_person_has_to_do_is_said_and_can_be_copied() -> None:
    async with driving(with_services(), prepare=checking) as driver:
        await driver.press("C", "end", "b", "home", "down", "down", "down", "enter")
        assert "ovm2 cannot be set up in this scene" in driver.said
        await driver.press("c")
        assert "what mends it is copied" in driver.said
        assert "SSH login" not in driver.text
        await driver.press("b")
        assert "SSH login" in driver.text


async def test_read_only_looks_and_mends_nothing() -> None:
    async with driving(with_services(), read_only=True, prepare=checking) as driver:
        await driver.go_to(4)
        await driver.press("w", "z")
        assert driver.screen == "HomeScreen"
        await driver.press("C", "enter")
        assert driver.screen == "CheckScreen"
        assert driver.console.run_plans == []


async def test_all_marked_are_mended_together_and_the_others_say_why_not() -> None:
    async with driving(with_services()) as driver:
        for number in (1, 4):
            await driver.go_to(number)
            await driver.press("space")
        await driver.press("w")
        assert driver.screen == "SeveralScreen"
        assert "HA on for oradb01" in driver.words
        assert "vm conf -n oradb01 -s pool1 -e" in driver.words
        assert "HA of ovmguest1 is on (running): nothing to mend" in driver.words
        await driver.press("y")
        (order,) = driver.console.batches.orders
        assert [task.name for task in order.tasks if task.intent] == ["oradb01"]
