"""Work of many small parts, done so that no key waits for all of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from textual.screen import Screen

PartT = TypeVar("PartT")

_GROUP = "slices"
_SLICE = 0.02
"""Seconds of work after which keys and painting have their turn."""


def take_all(
    screen: Screen[Any],
    parts: Iterator[PartT],
    *,
    tell: Callable[[int], None],
    then: Callable[[list[PartT]], None],
) -> None:
    """Work `parts` out and call `then` with all of them.

    What takes one slice only is done at once. The rest is done between keys: `tell` is
    called with how many there are so far, and `then` only while `screen` is on top. A
    second call ends the first.
    """
    taken: list[PartT] = []
    if _take(parts, taken):
        screen.workers.cancel_group(screen, _GROUP)
        then(taken)
        return

    async def go_on() -> None:
        done = False
        while not done:
            tell(len(taken))
            await asyncio.sleep(0)
            done = _take(parts, taken)
        if screen.app.screen is screen:
            then(taken)

    # Textual's type of a callable leaves None out.
    screen.run_worker(go_on, group=_GROUP, exclusive=True)  # type: ignore[arg-type]


def _take(parts: Iterator[PartT], taken: list[PartT]) -> bool:
    """Work out one slice of `parts`; return whether that was the last."""
    until = time.monotonic() + _SLICE
    for part in parts:
        taken.append(part)
        if time.monotonic() >= until:
            return False
    return True
