"""Pages beside the main screen: history, vm.cfg, sources, help, the bell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest
from rich.style import Style

from ovmtui.errors import UsageError
from ovmtui.model.job import EventKind, JobState, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.checkup.diagnosis import Diagnosis
from ovmtui.plan.intent import Intent, Verb
from ovmtui.runtime.companions import PastJob
from ovmtui.runtime.interface import Pace
from ovmtui.runtime.looking import NoChecker
from ovmtui.ui.keymap import read_keymap
from ovmtui.ui.preferences import Personal, Preferences
from ovmtui.ui.screens.alerts import AlertsScreen
from ovmtui.ui.screens.nodes import NodesScreen
from ovmtui.ui.themes import theme_directory
from ovmtui.ui.widgets.output_pane import OutputPane
from tests.ui.support import pools
from tests.ui.support.console import WALL, ScriptedConsole
from tests.ui.support.driving import Driver, driving

OVMGUEST1, WEB01 = 1, 2
PATH = f"{pools.REPOSITORY}/ovmguest1/vm.cfg"


def past(title: str, *, user: str = "ann", outcome: Outcome = Outcome.DONE) -> PastJob:
    verb, name = title.split()[:2]
    state = JobState(title, title, verb, pools.vm_key(1), name, ("ovm1: xm list",), WALL)
    return PastJob(replace(state, outcome=outcome, summary=f"{name} is down"), user, "desk")


def with_history(console: ScriptedConsole) -> None:
    console.records = [past("stop web01", user="ben"), past("start oradb01"), past("stop web02")]


async def test_history_tells_who_did_what_and_is_searched_by_words() -> None:
    async with driving(prepare=with_history) as driver:
        await driver.press("H")
        assert "stop web01" in driver.words
        assert "3 jobs" in driver.words
        await driver.press("slash", *"stop ben", "enter")
        assert "stop web01" in driver.words
        assert "start oradb01" not in driver.words
        await driver.press("escape")
        assert "start oradb01" in driver.words
        await driver.press("escape")
        assert driver.screen == "HomeScreen"


async def test_the_log_of_a_past_job_is_shown() -> None:
    async with driving(prepare=with_history) as driver:
        job = driver.console.begin(driver.console.plan(Intent(Verb.STOP, pools.vm_key(WEB01))))
        driver.console.happen(job, EventKind.STEP, "xm shutdown web01", step=0, node="ovm1")
        driver.console.records = [replace(past("stop web01"), state=driver.console.jobs[0])]
        await driver.press("H", "enter")
        assert driver.screen == "TextPage"
        assert "xm shutdown web01" in driver.words


async def test_an_empty_history_says_so() -> None:
    async with driving() as driver:
        await driver.press("H")
        assert "nothing is known of that" in driver.words


def two_copies(console: ScriptedConsole) -> None:
    text = 'name = "ovmguest1"\nmemory = 2048\n'
    console.files = {
        ("ovm1", PATH): text,
        ("ovm2", PATH): text.replace("2048", "4096"),
        ("ovm3", PATH): text,
    }


async def test_the_file_is_shown_as_it_is_and_where_a_node_has_another_one() -> None:
    async with driving(prepare=two_copies) as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("enter", "v")
        assert 'name = "ovmguest1"' in driver.words
        assert "as on ovm1 the same on ovm3" in driver.words
        assert "ovm2 HAS ANOTHER COPY than ovm1" in driver.words
        assert "-memory = 2048 +memory = 4096" in driver.words


async def test_a_node_that_cannot_read_the_file_is_named() -> None:
    async with driving(prepare=two_copies) as driver:
        del driver.console.files["ovm3", PATH]
        await driver.go_to(OVMGUEST1)
        await driver.press("enter", "v")
        assert f"ovm3: {PATH}: no such file" in driver.words


async def test_details_name_the_console_command_and_copy_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with driving() as driver:
        copied: list[str] = []
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        await driver.go_to(OVMGUEST1)
        await driver.press("enter")
        assert "xm console 1 on ovm1" in driver.words
        await driver.press("y")
        assert copied == ["ssh -t ovm1 xm console 1"]


def busier(snapshot: Snapshot, at: float, share: float) -> Snapshot:
    """Return the pool as it is listed later, with ovmguest1 as busy as that."""
    nodes = {
        key: replace(node, listed_at=at, cpu_percent={**node.cpu_percent, 1: share})
        for key, node in snapshot.nodes.items()
    }
    vm = snapshot.vms[pools.vm_key(OVMGUEST1)]
    copies = tuple(replace(copy, cpu_percent=share) for copy in vm.copies)
    vms = {**snapshot.vms, vm.key: replace(vm, copies=copies)}
    return replace(snapshot, nodes=MappingProxyType(nodes), vms=MappingProxyType(vms))


async def test_how_busy_a_machine_was_is_drawn_and_nothing_is_made_up() -> None:
    async with driving() as driver:
        for at, share in ((1001.0, 0.0), (1002.0, 50.0), (1003.0, 100.0)):
            driver.console.show(busier(driver.console.snapshot, at, share))
            await driver.settle()
        row = next(line for line in driver.text.splitlines() if "ovmguest1" in line)
        assert "▂▁▅█" in row
        down = next(line for line in driver.text.splitlines() if "build7" in line)
        assert not set(down) & set("▁▂▃▄▅▆▇█")


async def test_sources_name_the_command_behind_each_figure() -> None:
    async with driving(pools.one_node_dead()) as driver:
        await driver.press("i")
        assert "CPU time of the domain between the last two listings" in driver.words
        assert "connection refused" in driver.words


async def test_sources_tell_how_often_each_node_is_asked_and_why() -> None:
    def hurry(console: ScriptedConsole) -> None:
        console.paces["ovm2"] = Pace(1.0, "a job runs in the pool")

    async with driving(prepare=hurry) as driver:
        await driver.press("i")
        assert "asked every 5 s" in driver.words
        assert "asked every 1 s (a job runs in the pool)" in driver.words


async def test_help_of_a_page_begins_with_its_own_keys() -> None:
    async with driving() as driver:
        await driver.press("J", "question_mark")
        assert driver.words.index("Jobs") < driver.words.index("On every page")
        await driver.press("question_mark")
        assert driver.screen == "JobsScreen"


async def begun_job(driver: Driver) -> str:
    job = driver.console.begin(driver.console.plan(Intent(Verb.STOP, pools.vm_key(WEB01))))
    await driver.settle()
    return job


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.FAILED])
async def test_the_end_of_a_job_is_told_and_the_bell_rings(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    async with driving() as driver:
        rung: list[bool] = []
        monkeypatch.setattr(driver.app, "bell", lambda: rung.append(True))
        job = await begun_job(driver)
        driver.console.end(job, outcome, "where web01 is")
        await driver.settle()
        assert rung == [True]
        assert driver.said == f"stop web01: {outcome.value}: where web01 is"
        assert (driver.app.desk.messages[-1].severity == "error") == (outcome is Outcome.FAILED)


async def test_the_bell_of_one_job_is_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving() as driver:
        rung: list[bool] = []
        monkeypatch.setattr(driver.app, "bell", lambda: rung.append(True))
        job = await begun_job(driver)
        await driver.press("J", "b", "escape")
        driver.console.end(job, Outcome.DONE, "web01 is down")
        await driver.settle()
        assert rung == []
        assert driver.said == "stop web01: done: web01 is down", "it is told all the same"


async def test_the_bell_is_silent_where_that_is_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(personal=Personal(preferences=Preferences(bell=False))) as driver:
        rung: list[bool] = []
        monkeypatch.setattr(driver.app, "bell", lambda: rung.append(True))
        job = await begun_job(driver)
        driver.console.end(job, Outcome.DONE, "web01 is down")
        await driver.settle()
        assert rung == []
        assert driver.said == "stop web01: done: web01 is down"


async def with_output(driver: Driver) -> OutputPane:
    job = driver.console.begin(driver.console.plan(Intent(Verb.STOP, pools.vm_key(OVMGUEST1))))
    for number in range(60):
        text = f"line {number}" + (" needle" if number in {5, 30, 50} else "")
        driver.console.happen(job, EventKind.OUTPUT, text, step=0, node="ovm1")
    await driver.go_to(OVMGUEST1)
    await driver.press("tab")
    return driver.app.screen.query_one(OutputPane)


async def test_the_output_is_searched_and_matches_are_gone_through() -> None:
    async with driving() as driver:
        pane = await with_output(driver)
        await driver.press("slash", *"NEEDLE", "enter")
        assert driver.said == "NEEDLE: 3 of 3"
        await driver.press("N")
        assert driver.said == "NEEDLE: 2 of 3"
        assert "line 30 needle" in driver.words
        await driver.press("n", "n")
        assert driver.said == "NEEDLE: 1 of 3"
        assert not pane.follow
        await driver.press("slash", *"nothing", "enter")
        assert driver.said == "nothing is not in this output"


async def test_the_output_has_dates_where_they_are_wished() -> None:
    async with driving() as driver:
        await with_output(driver)
        assert "2026-09-21" not in driver.words
        await driver.press("d")
        assert "2026-09-21" in driver.words


async def test_the_output_is_written_to_a_file() -> None:
    written: dict[str, str] = {}

    async def write(path: str, text: str) -> str:
        written[path] = text
        return f"written to {path}"

    async with driving(personal=Personal(write=write)) as driver:
        await with_output(driver)
        await driver.press("w", "enter")
        ((path, text),) = written.items()
        assert path == "ovmtui-job-1.log"
        assert "line 59" in text
        assert driver.said == f"written to {path}"


async def test_on_a_terminal_of_ascii_nothing_else_comes_out() -> None:
    async with driving(pools.split_brain(), personal=Personal(ascii=True)) as driver:
        await driver.press("p", "down", "enter")
        frame = driver.app.screen._compositor.render_strips()
        assert "".join(strip.text for strip in frame).isascii()
        assert "SPLIT BRAIN" in driver.words


GOOD = 'ok = "#8cc88c"'


async def test_a_theme_of_ones_own_is_taken_anew_when_its_file_changes() -> None:
    ours = our_theme()
    mine = {"/home/ann/themes/mine.toml": ours}
    chosen = Preferences(theme="mine")
    async with driving(personal=Personal(preferences=chosen, themes=mine)) as driver:
        assert driver.app.theme == "mine"
        changed = ours.replace(GOOD, 'ok = "#00ff00"')
        driver.app.themes_changed({"/home/ann/themes/mine.toml": changed})
        await driver.settle()
        assert driver.app.style_of("ok") == Style(color="#00ff00")
        driver.app.themes_changed({"/home/ann/themes/mine.toml": "colours = 1"})
        await driver.settle()
        assert "theme left as it was: /home/ann/themes/mine.toml" in driver.said
        assert driver.app.theme == "mine"


def our_theme() -> str:
    return (theme_directory() / "ovmtui-dark.toml").read_text()


async def test_lists_are_moved_about_in_as_the_grid_is() -> None:
    async with driving() as driver:
        await driver.press("n", "j", "j", "enter")
        assert driver.app.home.view.filter_text == "node:ovm3"
        await driver.press("n", "G", "k", "enter")
        assert driver.app.home.view.filter_text == "node:ovm2"
        await driver.press("n", "G", "g", "enter")
        assert driver.app.home.view.filter_text == "node:ovm1"


async def test_a_worse_alert_does_not_move_the_cursor_to_another_machine() -> None:
    async with driving(pools.one_node_dead()) as driver:
        await driver.press("exclamation_mark", "j")
        page = driver.app.screen
        assert isinstance(page, AlertsScreen)
        chosen = page.highlighted
        driver.console.show(pools.split_brain(dead=True))
        await driver.settle()
        assert page.highlighted == chosen
        driver.console.show(pools.healthy())
        await driver.settle()
        page.choose(str(chosen))
        assert driver.said == "that has passed"


async def test_an_alert_about_a_node_leads_to_it() -> None:
    async with driving(pools.one_node_dead()) as driver:
        await driver.press("exclamation_mark", "enter")
        page = driver.app.screen
        assert isinstance(page, NodesScreen)
        assert page.highlighted == "pool1/ovm3"


async def test_the_key_that_an_alert_names_is_the_one_that_does_it() -> None:
    keymap = read_keymap('[keys]\n"vm.destroy" = "X"\n')
    async with driving(pools.split_brain(), personal=Personal(keymap=keymap)) as driver:
        await driver.press("exclamation_mark")
        assert "destroy the wrong copy (X does that)" in driver.words


async def test_nothing_is_called_right_before_it_was_checked() -> None:
    async with driving() as driver:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        class Slow(NoChecker):
            async def pool(self, name: str, *, locks: bool) -> Sequence[Diagnosis]:
                await answer
                raise UsageError("ovm1 cannot be asked")

        driver.console.checker = Slow()
        await driver.pilot.press("C")
        await driver.pilot.pause()
        assert "the nodes are being asked" in driver.words
        assert "nothing is wrong" not in driver.words
        answer.set_result(None)
        await driver.settle()
        assert "pool1: ovm1 cannot be asked" in driver.words
        assert "nothing is wrong" not in driver.words


async def test_the_count_of_machines_is_of_machines() -> None:
    async with driving() as driver:
        await driver.press("slash", *"web", "enter", "p", "down", "enter")
        assert "VMs 2/8" in driver.line("title")


async def test_that_nothing_may_be_changed_stands_on_top() -> None:
    async with driving(read_only=True) as driver:
        assert "READ-ONLY" in driver.line("title")


async def test_the_last_jobs_of_a_machine_are_those_of_earlier_consoles_too() -> None:
    async with driving(prepare=with_history) as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("enter")
        assert "stop web01 done" in driver.words
