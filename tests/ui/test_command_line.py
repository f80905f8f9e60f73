"""The command line, jumping by letters, and what completes a word."""

from __future__ import annotations

import argparse

import pytest

from ovmtui.cli.arguments import VERBS, parser
from ovmtui.plan.intent import Verb
from ovmtui.ui.preferences import Personal, Preferences
from ovmtui.ui.viewmodel.commands import Command, CommandError, parse_command
from ovmtui.ui.viewmodel.fuzzy import best
from ovmtui.ui.viewmodel.words import OUTSIDE, PLANNED, WORDS
from ovmtui.ui.widgets.grid import Grid
from tests.ui.support import pools
from tests.ui.support.driving import driving


def test_the_words_are_those_of_the_command() -> None:
    commands = next(
        a.choices for a in parser()._actions if isinstance(a, argparse._SubParsersAction)
    )
    assert set(commands) == {word.name for word in WORDS} & set(commands) | set(OUTSIDE)
    assert set(PLANNED) == set(VERBS)


def test_a_command_with_options() -> None:
    found = parse_command("start web01 --on ovm2 --no-ha")
    assert isinstance(found, Command)
    assert (found.verb, found.subject) == (Verb.START, "web01")
    assert dict(found.options) == {"--on": "ovm2", "--no-ha": ""}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "nothing was typed"),
        ("migrat web01", "did you mean migrate?"),
        ("migrate", "it is: migrate VM"),
        ("migrate web01 --on ovm2", "migrate has no --on"),
        ("migrate web01 --to", "--to needs a node"),
        ("ha web01", "on or off?"),
        ("stop web01 web02", "it is: stop VM"),
        ("start web01 --ha --no-ha", "exclude each other"),
        ('stop "web01', "a quotation mark is not closed"),
        ("jobs now", "it is: jobs"),
    ],
)
def test_what_is_wrong_in_a_line_is_said(line: str, said: str) -> None:
    found = parse_command(line)
    assert isinstance(found, CommandError)
    assert said in found.message


def test_letters_find_names_the_nearest_first() -> None:
    named = [(name, name) for name in ("web_frontend", "weblogic1", "mail1", "w1")]
    assert [name for name, _ in best("w1", named, limit=9)] == ["w1", "weblogic1"]
    assert [name for name, _ in best("FRONT", named, limit=9)] == ["web_frontend"]
    assert best("zz", named, limit=9) == []


async def test_a_typed_verb_shows_its_plan() -> None:
    async with driving() as driver:
        await driver.press("colon", *"migrate web01 --to ovm2", "enter")
        assert driver.screen == "PlanScreen"
        await driver.press("y")
        assert driver.console.run_plans[0].title == "migrate web01 → ovm2"


async def test_the_job_of_a_typed_verb_is_followed() -> None:
    async with driving() as driver:
        web02 = next(v.key for v in driver.console.snapshot.vms.values() if v.name == "web02")
        assert driver.app.home.query_one(Grid).cursor != web02
        await driver.press("colon", *"stop web02", "enter", "y")
        assert len(driver.console.run_plans) == 1
        assert driver.app.home.query_one(Grid).cursor == web02


async def test_enter_runs_what_is_typed_and_tab_completes() -> None:
    async with driving() as driver:
        await driver.press("colon", *"sto", "enter")
        assert driver.screen == "CommandScreen"
        assert "sto is no command: did you mean stop?" in driver.line("columns")
        assert driver.said == ""
        await driver.press("tab", *"web01", "enter")
        assert driver.screen == "PlanScreen"


async def test_a_name_that_is_unknown_is_said_and_the_line_stays() -> None:
    async with driving() as driver:
        await driver.press("colon", *"stop wbe01", "enter")
        assert driver.screen == "CommandScreen"
        assert "web01" in driver.line("columns")


@pytest.mark.parametrize(
    ("line", "screen"),
    [
        ("jobs", "JobsScreen"),
        ("nodes", "NodesScreen"),
        ("history web01", "HistoryScreen"),
        ("evacuate ovm1", "SeveralScreen"),
        ("help", "HelpScreen"),
        ("settings", "SettingsScreen"),
    ],
)
async def test_pages_and_nodes_have_words_too(line: str, screen: str) -> None:
    async with driving() as driver:
        await driver.press("colon", *line, "enter")
        assert driver.screen == screen


async def test_the_view_has_words_too() -> None:
    async with driving() as driver:
        await driver.press("colon", *"filter node:ovm2", "enter")
        await driver.press("colon", *"sort mem", "enter")
        await driver.press("colon", *"group ha", "enter")
        assert driver.app.home.view.filter_text == "node:ovm2"
        assert (driver.app.home.view.sort, driver.app.home.view.group) == ("mem", "ha")
        await driver.press("colon", *"theme ovmtui-light", "enter")
        assert driver.app.theme == "ovmtui-light"
        await driver.press("colon", *"theme pink", "enter")
        assert "theme pink is not known: ovmtui-16" in driver.line("columns")


async def test_lines_are_remembered_and_offered() -> None:
    saved: list[Preferences] = []
    async with driving(personal=Personal(save=saved.append)) as driver:
        await driver.press("colon", *"sort mem", "enter")
    assert saved[-1].commands == ("sort mem",)
    async with driving(personal=Personal(preferences=saved[-1])) as driver:
        await driver.press("colon", "up", "enter")
        assert driver.app.home.view.descending


async def test_a_read_only_console_has_no_verbs_to_type() -> None:
    async with driving(read_only=True) as driver:
        await driver.press("colon", *"stop web01", "enter")
        assert "this console is read-only: stop is not there" in driver.line("columns")


async def test_escape_leaves_without_doing_anything() -> None:
    async with driving() as driver:
        await driver.press("colon", *"stop web01", "escape")
        assert driver.screen == "HomeScreen"
        assert driver.console.run_plans == []


async def test_some_letters_jump_to_a_machine_behind_the_filter() -> None:
    async with driving() as driver:
        await driver.press("slash", *"web", "enter", "f", *"bld", "enter")
        assert driver.app.home.machine == driver.console.snapshot.vms[pools.vm_key(6)]


async def test_some_letters_jump_to_a_node() -> None:
    async with driving() as driver:
        await driver.press("f", *"ovm2", "enter")
        assert "⌕ node:ovm2" in driver.line("title")
