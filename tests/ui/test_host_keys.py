"""The dialogue about a host key that has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ovmtui.errors import JournalError
from tests.ui.support import pools
from tests.ui.support.driving import driving
from tests.ui.support.hostkeys import changed


async def test_both_keys_and_the_place_of_the_old_one_are_shown() -> None:
    async with driving() as driver:
        driver.console.emit(changed())
        await driver.settle()
        for text in ("ANOTHER host key", "SHA256:old", "SHA256:new", "known_hosts:12", "(hashed)"):
            assert text in driver.words


async def test_it_is_replaced_by_the_nodes_name_and_by_nothing_shorter() -> None:
    async with driving() as driver:
        driver.console.emit(changed())
        await driver.settle()
        await driver.press("enter")
        await driver.press("y", "enter")
        assert driver.console.replaced == []
        assert "is not trusted" in driver.said
        await driver.press("backspace", *"ovm3", "enter")
        assert driver.console.replaced == [changed()]
        assert driver.screen == "HomeScreen"


async def test_it_can_be_left_and_asked_about_again_from_the_nodes() -> None:
    async with driving() as driver:
        driver.console.emit(changed())
        await driver.settle()
        await driver.press("T", "escape")
        assert driver.screen == "HomeScreen"
        await driver.press("n", "down", "down", "T")
        assert "SHA256:new" in driver.words
        await driver.press("escape", "up", "T")
        assert driver.screen == "NodesScreen"
        assert "nothing is to be decided" in driver.said
        assert driver.console.replaced == []


@pytest.mark.parametrize(
    "problem", [OSError("no space left"), ValueError("look anew"), JournalError("disk full")]
)
async def test_what_stands_in_the_way_is_said_and_the_question_stays(problem: Exception) -> None:
    async with driving() as driver:
        driver.console.key_problem = problem
        driver.console.emit(changed())
        await driver.settle()
        await driver.press(*"ovm3", "enter")
        assert f"not trusted: {problem}" in driver.said
        assert driver.screen == "HostKeyChangedScreen"


async def test_what_must_be_mended_by_hand_has_no_field_to_type_into() -> None:
    question = changed()
    by_hand = replace(question, change=replace(question.change, obstacle="mend it by hand"))
    async with driving() as driver:
        driver.console.emit(by_hand)
        await driver.settle()
        assert "mend it by hand" in driver.words
        await driver.press(*"ovm3", "enter")
        assert driver.console.replaced == []


async def test_what_a_host_sends_is_no_markup() -> None:
    question = changed()
    hostile = replace(question, node=pools.node_key("ovm3"), host="[bold]\x1b[2J[/x]")
    async with driving() as driver:
        driver.console.emit(hostile)
        await driver.settle()
        assert "\x1b[2J" not in driver.words
