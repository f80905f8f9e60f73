"""What is remembered from one start to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.ui.preferences import Personal, Preferences, read_preferences
from ovmtui.ui.viewmodel.columns import USUAL
from tests.ui.support.driving import Driver, driving


class Kept:
    def __init__(self) -> None:
        self.last = Preferences()

    def personal(self) -> Personal:
        return Personal(preferences=self.last, save=self.save)

    def save(self, preferences: Preferences) -> None:
        # As through the file: what JSON cannot hold would not come back.
        self.last = read_preferences(json.loads(json.dumps(preferences.document())))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(Preferences().document())) | st.text(), json_values))
def test_whatever_stands_in_the_file_the_console_starts(document: Mapping[str, Any]) -> None:
    found = read_preferences(document)
    assert "name" in found.columns
    assert read_preferences(json.loads(json.dumps(found.document()))) == found


def test_what_makes_no_sense_is_as_usual_and_the_rest_is_kept() -> None:
    found = read_preferences({"sort": "nonsense", "group": "node", "share": 7, "columns": ["cpu"]})
    assert (found.sort, found.group, found.share, found.columns) == ("name", "node", 40, USUAL)


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        (("slash", *"web", "enter"), "⌕ web"),
        (("o", "end", "enter"), "sort note▴"),
        (("p", "down", "enter"), "ovm1 · 3 machines"),
    ],
)
async def test_the_view_is_as_it_was_left(keys: tuple[str, ...], seen: str) -> None:
    kept = Kept()
    async with driving(personal=kept.personal()) as driver:
        await driver.press(*keys)
        assert seen in driver.words
    async with driving(personal=kept.personal()) as driver:
        assert seen in driver.words


async def test_layout_share_and_theme_are_as_they_were_left() -> None:
    kept = Kept()
    async with driving(personal=kept.personal()) as driver:
        await driver.press("plus", "left_square_bracket", "left_square_bracket", "t")
        theme = driver.app.theme
    assert (kept.last.layout, kept.last.share, kept.last.theme) == ("both", 60, theme)
    async with driving(personal=kept.personal()) as driver:
        assert driver.app.theme == theme
        assert driver.app.screen.query_one("#pane").size.width > 70


async def test_a_remembered_theme_that_is_gone_is_told_and_the_console_starts() -> None:
    gone = Personal(preferences=Preferences(theme="solarized"))
    async with driving(personal=gone) as driver:
        assert driver.app.theme == "ovmtui-dark"
        assert "there is no theme solarized" in driver.said


async def headings(driver: Driver) -> str:
    return driver.text.splitlines()[3]


async def test_columns_are_hidden_moved_and_put_back() -> None:
    kept = Kept()
    async with driving(personal=kept.personal()) as driver:
        assert "VCPU" in await headings(driver)
        await driver.press("c", *["down"] * 7, "space", "end", "space", "escape")
        line = await headings(driver)
        assert "VCPU" not in line
        assert "UUID" in line
    async with driving(personal=kept.personal()) as driver:
        assert "VCPU" not in await headings(driver)
        await driver.press("c", "down", "down", "down", "K", "escape")
        assert (await headings(driver)).index("STATE") < (await headings(driver)).index("NODE")
        await driver.press("c", "u", "escape")
        assert kept.last.columns == USUAL


async def test_the_name_cannot_be_hidden() -> None:
    async with driving() as driver:
        await driver.press("c", "space", "escape")
        assert "the name is always shown" in driver.said
        assert "NAME" in await headings(driver)


async def test_a_filter_is_kept_under_a_digit_and_used_with_it() -> None:
    kept = Kept()
    async with driving(personal=kept.personal()) as driver:
        await driver.press("slash", *"ha:off", "enter", "K", "down", "enter", "escape")
        assert "⌕" not in driver.line("title")
        await driver.press("1")
        assert "no filter is kept under 1" in driver.said
        await driver.press("2")
        assert "⌕ ha:off" in driver.line("title")
        await driver.press("2")
        assert "⌕" not in driver.line("title")
    async with driving(personal=kept.personal()) as driver:
        await driver.press("escape", "2")
        assert "⌕ ha:off" in driver.line("title")


async def test_groups_have_headings_that_the_cursor_passes_over() -> None:
    async with driving() as driver:
        await driver.press("p", "down", "enter", "home")
        names = []
        for _ in range(8):
            machine = driver.app.home.machine
            assert machine is not None
            names.append(machine.name)
            await driver.press("down")
        assert sorted(names) == sorted(set(names))
        assert names[:3] == ["erp2", "ovmguest1", "web01"]
        assert "nowhere · 2 machines" in driver.words


async def test_settings_change_at_once_and_are_kept() -> None:
    kept = Kept()
    async with driving(personal=kept.personal()) as driver:
        await driver.press("comma", "enter", "down", "enter", "down", "enter")
        assert kept.last.theme == driver.app.theme != "ovmtui-dark"
        assert (kept.last.bell, kept.last.times) == (False, True)
