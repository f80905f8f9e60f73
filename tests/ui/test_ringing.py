"""The bell and the desktop's notice: through what stands before the terminal, never into another
program's screen."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ovmtui.ui.notice import desktop_notice
from tests.ui.support.driving import Driver, driving


@pytest.mark.parametrize(
    ("environment", "written"),
    [
        ({}, "\x1b]9;ovmtui: done\x07"),
        ({"TMUX": "/tmp/x,1,0"}, "\x1bPtmux;\x1b\x1b]9;ovmtui: done\x07\x1b\\"),
        ({"STY": "1.pts"}, "\x1bP\x1b]9;ovmtui: done\x07\x1b\\"),
        ({"TMUX": "", "STY": ""}, "\x1b]9;ovmtui: done\x07"),
    ],
)
def test_the_notice_passes_what_stands_before_the_terminal(
    environment: Mapping[str, str], written: str
) -> None:
    assert desktop_notice("done", environment) == written


def test_a_notice_ends_where_its_text_ends() -> None:
    assert "\x1b" not in desktop_notice("a\x07\x1b]0;b\x07", {})[1:-1]


def watched(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    written: list[str] = []
    driver_of_terminal = driver.app._driver
    assert driver_of_terminal is not None
    monkeypatch.setattr(driver_of_terminal, "write", written.append)
    return written


async def test_nothing_is_written_while_the_terminal_is_lent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with driving() as driver:
        written = watched(driver, monkeypatch)
        driver.app.app_suspend_signal.publish(driver.app)
        driver.app.ring("stop web01: done")
        assert written == []
        driver.app.app_resume_signal.publish(driver.app)
        assert any("stop web01: done" in text for text in written)
