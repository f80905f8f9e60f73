"""A theme whose file is gone, and a visit that fails: the console goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ovmtui.errors import UsageError
from ovmtui.model.identity import NodeKey
from ovmtui.ui.preferences import Personal
from ovmtui.ui.themes import theme_directory
from tests.ui.support.driving import driving

DARK = (theme_directory() / "ovmtui-dark.toml").read_text(encoding="utf-8")


async def test_a_theme_whose_file_is_gone_is_not_to_be_chosen_any_more() -> None:
    async with driving(personal=Personal(themes={"/own.toml": DARK})) as driver:
        driver.app.set_theme("own")
        await driver.settle()
        driver.app.themes_changed({})
        await driver.settle()
        assert driver.app.theme == "ovmtui-dark"
        assert "own" not in driver.app.desk.themes
        assert "theme own is gone" in driver.said
        await driver.press("t")


async def test_a_mistake_in_a_theme_file_leaves_the_theme_as_it_was() -> None:
    async with driving(personal=Personal(themes={"/own.toml": DARK})) as driver:
        driver.app.set_theme("own")
        driver.app.themes_changed({"/own.toml": "nonsense"})
        await driver.settle()
        assert driver.app.theme == "own"


async def test_a_visit_that_fails_gives_the_terminal_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def visit(node: NodeKey, script: str) -> str:
        raise UsageError("the connection is gone")

    back: list[bool] = []

    # As Textual's own: an error within leaves the terminal lent.
    @contextmanager
    def suspend() -> Iterator[None]:
        yield
        back.append(True)

    async with driving(personal=Personal(visit=visit)) as driver:
        monkeypatch.setattr(driver.app, "suspend", suspend)
        await driver.go_to(1)
        await driver.press("at")
        assert back == [True]
        assert "ovm1: the connection is gone" in driver.said
