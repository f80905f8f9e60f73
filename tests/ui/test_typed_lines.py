"""The words of the shell's command that are typed inside, and the filter's line."""

from __future__ import annotations

import pytest

from ovmtui.model.job import Outcome
from ovmtui.ui.preferences import Personal
from ovmtui.ui.viewmodel.commands import CommandError, parse_command
from ovmtui.ui.widgets.filter_input import FilterInput, mistaken
from tests.ui.support.console import WALL
from tests.ui.support.driving import SMALL, driving
from tests.ui.support.scenes import with_history

DAY = 86_400.0


async def test_plan_shows_a_plan_that_cannot_be_run_from_there() -> None:
    async with driving() as driver:
        await driver.press("colon", *"plan stop web01", "enter")
        assert driver.screen == "PlanLook"
        assert "xm shutdown web01" in driver.words
        await driver.press("y", "o")
        assert "only shown" in driver.said
        assert driver.console.run_plans == []


async def test_plan_is_there_where_nothing_may_be_changed() -> None:
    async with driving(read_only=True) as driver:
        await driver.press("colon", *"plan migrate web01 --to ovm2", "enter")
        assert "migrate web01 → ovm2" in driver.line("heading")


async def test_history_has_the_options_of_the_shell() -> None:
    async with driving(prepare=with_history) as driver:
        line = "history web01 --since 2d --verb ha-on --outcome failed --user ann --node ovm2"
        await driver.press("colon", *line, "enter")
        assert driver.screen == "HistoryScreen"
        wanted = driver.console.wanted[-1]
        assert (wanted.since, wanted.verb) == (WALL - 2 * DAY, "ha on")
        assert (wanted.outcome, wanted.user, wanted.node) == (Outcome.FAILED, "ann", "ovm2")
        assert "with web01" in driver.line("heading")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("history --since never", "never is no time"),
        ("history --verb jump", "verb jump is not known"),
        ("history --pool none", "pool none is not known"),
    ],
)
async def test_what_history_cannot_take_is_said_once(line: str, said: str) -> None:
    async with driving() as driver:
        await driver.press("colon", *line, "enter")
        assert said in driver.line("columns")
        assert said not in driver.line("message")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("replay file", "replay is for the shell"),
        ("config check", "config is for the shell"),
        ("demo", "demo is for the shell"),
        ("stop web01 --yes", "y runs it there"),
        ("evacuate ovm1 --parallel 2", "+ and - choose"),
        ("history --export x.csv", "ovmtui history --export"),
        ("list --ha", "asked for by itself"),
        ("plan fly web01", "which verb? start, stop"),
        ("stop web01 --ha", "stop has no --ha"),
    ],
)
def test_what_makes_no_sense_inside_is_refused_with_the_reason(line: str, said: str) -> None:
    found = parse_command(line)
    assert isinstance(found, CommandError)
    assert said in found.message


async def test_a_pool_can_be_listed_and_all_of_them() -> None:
    async with driving() as driver:
        await driver.press("colon", *"list --pool pool1", "enter")
        assert "⌕ pool:pool1" in driver.line("title")
        await driver.press("colon", *"list", "enter")
        assert "⌕" not in driver.line("title")


async def test_while_letters_are_typed_the_footer_shows_what_keys_do() -> None:
    async with driving() as driver:
        await driver.go_to(1)
        assert "S Stop" in driver.line("bar")
        await driver.press("slash")
        assert driver.line("bar").split() == ["tab", "Complete", "Enter", "Keep", "ESC", "Clear"]
        await driver.press(*"web", "enter")
        assert "S Stop" in driver.line("bar")
        await driver.press("slash", "escape")
        await driver.go_to(1)
        assert "S Stop" in driver.line("bar")
        await driver.press("colon")
        assert driver.line("bar").split() == ["tab", "Complete", "Enter", "Run", "ESC", "Leave"]


async def test_tab_in_the_filter_shows_the_candidates_and_goes_through_them() -> None:
    async with driving() as driver:
        candidates = driver.app.screen.query_one("#candidates")
        await driver.press("slash", *"node:o", "tab")
        assert driver.app.home.view.filter_text == "node:ovm"
        assert driver.line("candidates").split() == ["node:ovm1", "node:ovm2", "node:ovm3"]
        await driver.press("tab", "tab")
        assert driver.app.home.view.filter_text == "node:ovm2"
        await driver.press("backspace")
        assert not candidates.display
        await driver.press("tab", "enter")
        assert not candidates.display


async def test_the_place_of_a_mistake_is_marked_where_it_is_typed() -> None:
    async with driving() as driver:
        await driver.press("slash", *"web nodde:x ovm1")
        field = driver.app.screen.query_one(FilterInput)
        marked = [span for span in field._value.spans if span.style]
        assert [(span.start, span.end) for span in marked] == [(4, 11)]
        await driver.press("escape", "slash", *"web")
        assert not driver.app.screen.query_one(FilterInput)._value.spans


def test_at_least_one_letter_is_marked() -> None:
    assert mistaken("mem>", 4) == (3, 4)
    assert mistaken('web "a b', 4) == (4, 8)
    assert mistaken("mem>x cpu>1", 4) == (4, 5)


async def test_the_key_comes_first_where_the_line_is_cut() -> None:
    from tests.ui.support import pools

    async with driving(pools.split_brain(), size=SMALL) as driver:
        await driver.go_to(2)
        assert driver.line("message").strip().startswith("! shows ")


async def test_a_narrow_footer_keeps_what_is_needed() -> None:
    async with driving(size=SMALL) as driver:
        await driver.go_to(1)
        bar = driver.line("bar")
        for key in ("S Stop", "m Migrate", "/ Filter", ": Command", "J Jobs", "! Alerts", "? Help"):
            assert key in bar
        assert "D Destroy" not in bar


async def test_the_word_drift_stands_where_the_filter_finds_it() -> None:
    from tests.ui.support.services import with_services

    async with driving(with_services(), size=SMALL) as driver:
        await driver.press("slash", *"ha:drift", "enter")
        assert "▽ drift" in driver.text
        assert "HA off≠on" in driver.text


async def test_ascii_has_a_symbol_for_each_state_and_bars_that_scroll() -> None:
    async with driving(size=(80, 12), personal=Personal(ascii=True)) as driver:
        await driver.press("question_mark")
        lines = driver.text.splitlines()[2:10]
        assert {line.ljust(80)[78] for line in lines} == {"#", "|"}
        assert driver.text.isascii()
