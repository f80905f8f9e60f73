"""The last line before the terminal and the clipboard."""

from __future__ import annotations

import unicodedata

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.widgets import Input

from ovmtui.ui.harmless import Printable
from tests.hostile.corpus import ATTACKS
from tests.hostile.watching import offending
from tests.ui.support.driving import Driver, driving

BLACK = Color(0, 0, 0)


def painted(driver: Driver) -> list[str]:
    """What is sent for each line of the screen."""
    strips = driver.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip if not segment.control) for strip in strips]


async def test_what_a_field_is_given_never_reaches_the_terminal() -> None:
    async with driving() as driver:
        await driver.press("colon")
        driver.app.screen.query_one(Input).value = "start x\x1b]0;OWNED\x07\x9b2J\u202ey"
        await driver.settle()
        lines = painted(driver)
        assert any("start x" in line for line in lines)
        assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_filter_lets_nothing_through(attack: str) -> None:
    (segment,) = Printable().apply([Segment(attack[:1000])], BLACK)
    assert all(one.isprintable() or unicodedata.category(one) == "Zs" for one in segment.text)


async def test_what_is_copied_types_no_key() -> None:
    async with driving() as driver:
        for attack in ATTACKS.values():
            driver.app.copy_to_clipboard(f"first {attack[:500]}\nlast")
            assert driver.app.clipboard.endswith("\nlast")
            assert all(offending(line) == "" for line in driver.app.clipboard.split("\n"))
