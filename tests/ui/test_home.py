"""The main screen: where the cursor is, what keys do, what is said."""

from __future__ import annotations

import pytest

from ovmtui.model.domain import DomainState
from ovmtui.model.job import EventKind, Outcome
from ovmtui.plan.intent import Intent, Verb
from ovmtui.runtime.interface import HostKeyQuestion
from ovmtui.ui.widgets.grid import Grid
from ovmtui.ui.widgets.output_pane import OutputPane
from tests.ui.support import pools
from tests.ui.support.driving import SMALL, Driver, driving
from tests.ui.support.services import with_services

OVMGUEST1, WEB01, WEB02, ORADB01, MAIL1, BUILD7 = 1, 2, 3, 4, 5, 6


def job_for(driver: Driver, number: int, verb: Verb = Verb.STOP) -> str:
    return driver.console.begin(driver.console.plan(Intent(verb, pools.vm_key(number))))


async def test_stopping_takes_two_keys_and_the_pane_follows_the_job() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("S", "y")
        assert [plan.title for plan in driver.console.run_plans] == ["stop ovmguest1"]
        assert driver.screen == "HomeScreen"
        job = driver.console.jobs[0].job
        driver.console.happen(job, EventKind.OUTPUT, "a line of output")
        await driver.settle()
        assert "a line of output" in driver.app.screen.query_one(OutputPane).text()


async def test_starting_takes_two_keys() -> None:
    async with driving() as driver:
        await driver.go_to(BUILD7)
        await driver.press("s", "y")
        assert [plan.intent.verb for plan in driver.console.run_plans] == [Verb.START]


async def test_migrating_takes_three_keys_to_the_best_node() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("m", "enter", "y")
        assert [plan.intent.node for plan in driver.console.run_plans] == [pools.node_key("ovm3")]


async def test_the_cursor_stays_on_its_machine_when_rows_come_and_go() -> None:
    async with driving() as driver:
        await driver.go_to(WEB01)
        driver.console.show(pools.one_node_dead())
        await driver.settle()
        assert driver.app.screen.query_one(Grid).cursor == pools.vm_key(WEB01)


async def test_a_key_that_is_not_possible_now_says_why() -> None:
    async with driving() as driver:
        await driver.go_to(BUILD7)
        await driver.press("S")
        assert driver.screen == "HomeScreen"
        assert driver.line("message") == " S Stop: build7 is down"


async def test_the_bar_offers_only_what_is_possible() -> None:
    async with driving() as driver:
        await driver.go_to(BUILD7)
        assert "s Start" in driver.line("bar")
        assert "S Stop" not in driver.line("bar")
        await driver.go_to(OVMGUEST1)
        assert "s Start" not in driver.line("bar")
        assert "S Stop" in driver.line("bar")


async def test_a_second_verb_on_a_busy_machine_says_what_runs() -> None:
    async with driving() as driver:
        job_for(driver, OVMGUEST1)
        await driver.go_to(OVMGUEST1)
        await driver.press("m")
        assert "stop ovmguest1 is under way" in driver.said


async def test_read_only_has_no_verbs_at_all() -> None:
    async with driving(read_only=True) as driver:
        await driver.go_to(OVMGUEST1)
        for key in ("s", "S", "m", "h", "D", "a", "x"):
            await driver.press(key)
            assert driver.screen == "HomeScreen"
        assert driver.said == ""
        assert "Stop" not in driver.line("bar")
        await driver.press("question_mark")
        assert "shut down" not in driver.words


async def test_ha_goes_from_on_to_off_and_from_off_to_on() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("h", "y")
        await driver.go_to(WEB02)
        await driver.press("h", "y")
        verbs = [plan.intent.verb for plan in driver.console.run_plans]
        assert verbs == [Verb.HA_OFF, Verb.HA_ON]


async def test_ha_that_is_unknown_is_asked_for() -> None:
    async with driving() as driver:
        await driver.go_to(MAIL1)
        await driver.press("h")
        assert driver.screen == "Picker"
        await driver.press("enter")
        assert driver.screen == "PlanScreen"
        assert "HA off for mail1" in driver.words


async def test_the_filter_works_while_typing_and_escape_clears_it() -> None:
    async with driving() as driver:
        await driver.press("slash", *"web")
        assert "VMs 2/8" in driver.line("title")
        await driver.press("enter")
        assert driver.app.screen.query_one(Grid).has_focus
        assert "VMs 2/8" in driver.line("title")
        await driver.press("escape")
        assert "VMs 8" in driver.line("title")


async def test_escape_in_the_filter_line_clears_it() -> None:
    async with driving() as driver:
        await driver.press("slash", *"web", "escape")
        assert "VMs 8" in driver.line("title")
        assert driver.app.screen.query_one(Grid).has_focus


async def test_a_wrong_filter_says_what_is_wrong_and_hides_nothing() -> None:
    async with driving() as driver:
        await driver.press("slash", *"nodde:ovm1")
        assert "nodde" in driver.words
        assert "did you mean node" in driver.words
        assert "oradb01" in driver.words


async def test_escape_never_quits() -> None:
    async with driving() as driver:
        await driver.press("escape", "escape", "escape")
        assert driver.screen == "HomeScreen"
        assert driver.app.is_running


async def test_q_quits_at_once_when_nothing_runs() -> None:
    async with driving() as driver:
        await driver.press("q")
        assert driver.app._exit


async def test_q_with_a_running_job_says_what_goes_on() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("S", "y")
        driver.console.happen(driver.console.jobs[0].job, EventKind.STEP, "xm shutdown", step=2)
        await driver.press("q")
        assert not driver.app._exit
        assert "xm shutdown ovmguest1 goes on on ovm1" in driver.words
        assert "the step after it is not done" in driver.words
        await driver.press("escape")
        assert driver.screen == "HomeScreen"
        await driver.press("q", "y")
        assert driver.app._exit


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c", "ctrl+d", "ctrl+s", "ctrl+x"])
async def test_no_ctrl_chord_quits_or_changes_anything(key: str) -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press(key)
        assert driver.screen == "HomeScreen"
        assert not driver.app._exit
        assert driver.console.run_plans == []


async def test_cancelling_asks_first_and_shows_what_it_means() -> None:
    async with driving() as driver:
        job = job_for(driver, OVMGUEST1)
        await driver.go_to(OVMGUEST1)
        await driver.press("x", "escape")
        assert driver.console.cancelled == []
        await driver.press("x", "y")
        assert driver.console.cancelled == [job]
        assert "no longer waited for; nothing is undone" in driver.said


async def test_marks_are_counted_and_a_verb_for_one_machine_says_that_it_is() -> None:
    async with driving(with_services()) as driver:
        await driver.press("space", "space")
        assert "marked 2" in driver.line("title")
        await driver.go_to(ORADB01)
        await driver.press("z")
        assert "2 marked; this is for oradb01, under the cursor, only" in driver.words
        await driver.press("escape", "escape")
        assert "marked" not in driver.line("title")


async def test_marks_hidden_by_the_filter_are_counted() -> None:
    async with driving() as driver:
        await driver.press("space", "slash", *"web", "enter")
        assert "marked 1 (1 hidden)" in driver.line("title")


async def test_copying_takes_the_row_or_the_focused_output(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving() as driver:
        copied: list[str] = []
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        job = job_for(driver, WEB01)
        driver.console.happen(job, EventKind.OUTPUT, "Started domain web01")
        await driver.settle()
        await driver.go_to(WEB01)
        await driver.press("y")
        assert copied[0].startswith("web01  ")
        await driver.press("tab", "y")
        assert "Started domain web01" in copied[1]


async def test_v_shows_all_jobs_together() -> None:
    async with driving() as driver:
        for number in (OVMGUEST1, WEB01):
            job = job_for(driver, number)
            driver.console.happen(job, EventKind.OUTPUT, f"output {number}")
        await driver.settle()
        await driver.go_to(OVMGUEST1)
        pane = driver.app.screen.query_one(OutputPane)
        assert "output 2" not in pane.text()
        await driver.press("v")
        assert "output 1" in pane.text()
        assert "output 2" in pane.text()


async def test_the_pane_shows_no_line_twice() -> None:
    async with driving() as driver:
        job = job_for(driver, OVMGUEST1)
        await driver.go_to(OVMGUEST1)
        for count in range(5):
            driver.console.happen(job, EventKind.OUTPUT, f"line-{count}")
            await driver.settle()
        text = driver.app.screen.query_one(OutputPane).text()
        assert [text.count(f"line-{count}") for count in range(5)] == [1] * 5


async def test_layouts_cycle() -> None:
    async with driving() as driver:
        grid, pane = driver.app.screen.query_one(Grid), driver.app.screen.query_one(OutputPane)
        shown = []
        for _ in range(4):
            shown.append((grid.display, pane.display))
            await driver.press("plus")
        assert shown == [(True, False), (True, True), (False, True), (True, False)]


async def test_the_output_is_below_when_narrow_and_beside_when_wide() -> None:
    for size, beside in ((SMALL, False), ((140, 40), True)):
        async with driving(size=size) as driver:
            await driver.press("plus")
            grid = driver.app.screen.query_one(Grid).region
            pane = driver.app.screen.query_one(OutputPane).region
            assert (pane.y == grid.y) is beside


async def test_sorting_by_the_same_column_again_turns_it_round() -> None:
    async with driving() as driver:
        await driver.press("o", "enter")
        assert "sort name▾" in driver.line("title")


async def test_r_looks_at_every_node() -> None:
    async with driving() as driver:
        await driver.press("r")
        assert driver.console.refreshed == 1


async def test_attention_follows_the_terminal() -> None:
    from textual.events import AppBlur, AppFocus

    async with driving() as driver:
        driver.app.post_message(AppBlur())
        await driver.settle()
        driver.app.post_message(AppFocus())
        await driver.settle()
        assert driver.console.attention == [False, True]


async def test_destroying_one_of_two_copies_asks_which() -> None:
    async with driving(pools.split_brain()) as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("D")
        assert driver.screen == "Picker"
        await driver.press("down", "enter")
        assert "destroy ovmguest1 on ovm2" in driver.words
        await driver.press("y", *"ovmguest1", "enter")
        intents = [plan.intent for plan in driver.console.run_plans]
        assert intents == [Intent(Verb.DESTROY, pools.vm_key(1), pools.node_key("ovm2"))]


async def test_hostile_names_are_shown_not_obeyed() -> None:
    async with driving(pools.hostile()) as driver:
        assert "[/red]boom[" in driver.words
        assert "\x1b" not in driver.words
        assert "\u202e" not in driver.words
        for number in range(1, 6):
            await driver.go_to(number)
            await driver.press("enter", "escape", "S", "escape", "D", "escape")
        assert driver.screen == "HomeScreen"


async def test_the_palette_offers_the_actions_of_the_screen() -> None:
    async with driving() as driver:
        titles = {c.title for c in driver.app.get_system_commands(driver.app.screen)}
        assert {"Stop  S", "Filter  /", "Help  ?"} <= titles
    async with driving(read_only=True) as driver:
        titles = {c.title for c in driver.app.get_system_commands(driver.app.screen)}
        assert "Stop  S" not in titles


async def test_messages_are_kept() -> None:
    async with driving() as driver:
        driver.console.say("ovm3 answers again")
        await driver.settle()
        assert "ovm3 answers again" in driver.line("message")
        await driver.press("M")
        assert "ovm3 answers again" in driver.words


async def test_a_host_key_is_trusted_only_by_its_own_key() -> None:
    question = HostKeyQuestion(pools.node_key("ovm3"), "10.0.0.3", "SHA256:abc", "ssh-rsa AAAA")
    async with driving() as driver:
        driver.console.emit(question)
        await driver.settle()
        assert "SHA256:abc" in driver.words
        await driver.press("y", "enter", "escape")
        assert driver.console.trusted == []
        driver.console.emit(question)
        driver.console.emit(question)
        await driver.settle()
        await driver.press("T")
        assert driver.console.trusted == [question]
        assert driver.screen == "HomeScreen"


async def test_alerts_lead_to_the_machine() -> None:
    async with driving(pools.split_brain()) as driver:
        await driver.press("exclamation_mark", "enter")
        assert driver.screen == "HomeScreen"
        assert driver.app.screen.query_one(Grid).cursor == pools.vm_key(OVMGUEST1)


async def test_the_jobs_page_leads_to_the_output() -> None:
    async with driving() as driver:
        job = job_for(driver, WEB01)
        driver.console.end(job, Outcome.FAILED, "web01 is running on ovm1")
        await driver.press("J")
        assert "failed: web01 is running on ovm1" in driver.words
        await driver.press("enter")
        assert driver.app.screen.query_one(Grid).cursor == pools.vm_key(WEB01)


def test_states_of_the_pools_are_what_the_tests_assume() -> None:
    states = {vm.name: vm.state.value for vm in pools.one_node_dead().vms.values()}
    assert states["ldap1"] == "unknown"
    assert states["build7"] == "unknown"
    assert DomainState.RUNNING.value == states["web01"]


async def test_the_details_tell_what_a_failed_migration_left_and_what_mends_it() -> None:
    idle = pools.domain("ovmguest1", 1, DomainState.PAUSED, cpu_seconds=0.0)
    snapshot = pools.pool(
        pools.node("ovm1", pools.domain("ovmguest1", 1)), pools.node("ovm2", idle)
    )
    async with driving(snapshot) as driver:
        await driver.go_to(1)
        await driver.press("enter")
        assert "it never executed there" in driver.words
        assert "ovmtui repair ovmguest1 --on ovm2" in driver.words
