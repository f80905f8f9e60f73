"""Planning for many machines leaves room for keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ovmtui.ui.screens import slices
from ovmtui.ui.screens.slices import take_all
from tests.ui.support.driving import driving


def parts(count: int) -> Iterator[int]:
    yield from range(count)


async def test_what_takes_long_is_worked_out_between_keys_and_told_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Every part is a slice of its own, however fast this machine is.
    monkeypatch.setattr(slices, "_SLICE", 0.0)
    told: list[int] = []
    whole: list[list[int]] = []
    async with driving() as driver:
        take_all(driver.app.home, parts(4), tell=told.append, then=whole.append)
        assert whole == []
        await driver.app.workers.wait_for_complete()
        assert told == [1, 2, 3, 4]
        assert whole == [[0, 1, 2, 3]]


async def test_what_is_asked_for_anew_takes_the_place_of_what_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "_SLICE", 0.0)
    whole: list[list[int]] = []
    async with driving() as driver:
        home = driver.app.home
        take_all(home, parts(900), tell=lambda _: None, then=whole.append)
        monkeypatch.setattr(slices, "_SLICE", 3600.0)
        take_all(home, parts(2), tell=lambda _: None, then=whole.append)
        await driver.settle()
        assert whole == [[0, 1]]


async def test_a_page_that_was_left_is_not_followed_by_a_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "_SLICE", 0.0)
    whole: list[list[int]] = []
    async with driving() as driver:
        home = driver.app.home

        def left_meanwhile() -> Iterator[int]:
            yield 0
            home.do_help()
            yield 1

        take_all(home, left_meanwhile(), tell=lambda _: None, then=whole.append)
        await driver.app.workers.wait_for_complete()
        assert driver.screen == "HelpScreen"
        assert whole == []
