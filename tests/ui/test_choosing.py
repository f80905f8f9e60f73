"""Lists to choose from, dialogues that outlive what they ask about, and what is said of marks."""

from __future__ import annotations

import pytest
from rich.text import Text

from ovmtui.ui.viewmodel.hanging import hung
from tests.ui.support import pools
from tests.ui.support.driving import driving
from tests.ui.test_question import OVMGUEST1


async def test_a_digit_keeps_the_filter_under_that_digit() -> None:
    async with driving() as driver:
        await driver.press("slash", *"ha:off", "enter", "K", "7")
        assert dict(driver.app.desk.preferences.filters) == {"7": "ha:off"}
        assert driver.screen == "HomeScreen"


async def test_lists_have_keys_and_begin_where_things_are() -> None:
    async with driving() as driver:
        await driver.press("o", "3")
        assert driver.app.home.view.sort == "node"
        await driver.press("o", "enter")
        assert driver.app.home.view.descending  # it began on the present order
        await driver.press("o", "a")
        assert driver.app.home.view.sort == "cpu"
        await driver.press("p", "5", "p", "enter")
        assert driver.app.home.view.group == "state"
        await driver.press("c", "2", "escape")
        assert "pool" not in driver.app.home.view.columns


async def test_a_key_without_a_line_does_nothing() -> None:
    async with driving() as driver:
        await driver.press("p", "9")
        assert driver.screen == "Picker"


async def test_the_question_of_a_job_that_has_ended_goes_away_by_itself() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("S", "y", "x")
        assert driver.screen == "Confirm"
        driver.console.end(driver.console.jobs[0].job)
        await driver.settle()
        assert driver.screen == "HomeScreen"
        assert "stop ovmguest1 has ended: there is nothing to cancel" in [
            message.text for message in driver.app.desk.messages
        ]
        await driver.press("v")
        assert "output of" in driver.said


async def test_the_question_before_quitting_goes_away_with_the_last_job() -> None:
    async with driving() as driver:
        await driver.go_to(OVMGUEST1)
        await driver.press("S", "y", "q")
        assert driver.screen == "Confirm"
        driver.console.end(driver.console.jobs[0].job)
        await driver.settle()
        assert driver.screen == "HomeScreen"
        said = [message.text for message in driver.app.desk.messages]
        assert any("no job runs any more: q quits" in text for text in said)


@pytest.mark.parametrize("key", ["space", "escape"])
async def test_how_many_are_marked_is_not_said_any_longer_than_it_is_true(key: str) -> None:
    async with driving() as driver:
        await driver.press("A")
        assert "8 marked" in driver.line("message")
        await driver.press(key)
        assert "8 marked" not in driver.line("message")


async def test_no_mark_is_said_to_be_there_after_one_is_set() -> None:
    async with driving() as driver:
        await driver.press("A", "U")
        assert "0 marked" in driver.line("message")
        await driver.press("space")
        assert "marked 1" in driver.line("title")
        assert "0 marked" not in driver.line("message")


def test_a_long_end_goes_on_below_its_beginning() -> None:
    text = hung(Text("✓ 10:00 "), Text("one two three four five six seven eight"), width=40)
    first, second = text.plain.splitlines()
    assert (first, second) == ("✓ 10:00 one two three four five six", " " * 8 + "seven eight")
    narrow = hung(Text("a" * 30), Text("one two three four five six"), width=40)
    assert narrow.plain.splitlines()[1:] == [" " * 11 + "one two three four five six"]
    assert hung(Text("a "), Text("b"), width=40).plain == "a b"


def test_a_word_that_is_longer_than_the_line_is_not_lost() -> None:
    text = hung(Text("a "), Text("x" * 100), width=40)
    assert text.plain.count("x") == 100
    assert all(len(line) <= 40 for line in text.plain.splitlines())


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_no_line_of_a_list_goes_on_at_the_left_edge(size: tuple[int, int]) -> None:
    async with driving(pools.one_node_dead(), size=size) as driver:
        await driver.press("m")
        listed = driver.text.splitlines()[3:-2]
        assert all(line[1:3] in {"● ", "  "} for line in listed if line.strip())


async def test_help_has_this_pages_keys_and_the_others_on_demand() -> None:
    async with driving(size=(80, 24)) as driver:
        await driver.press("J", "question_mark")
        text = driver.text
        assert text.index("Jobs") < text.index("On every page")
        assert "pageup ctrl+b" in text
        assert "Act on the marked machines" not in text
        await driver.press("a")
        assert "goes on below: pagedown" in driver.line("heading")
        await driver.press("question_mark")
        assert driver.screen == "JobsScreen"
