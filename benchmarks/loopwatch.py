"""The longest single step of an event loop, in CPU time: what a key would have waited for.

CPU time, and not the clock's, because what else runs on the machine must not count.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from asyncio import events
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Steps:
    """The steps that were watched, in CPU milliseconds."""

    longest: float = 0.0
    long: list[float] = field(default_factory=list)
    """Those of more than 5 ms."""


@contextlib.contextmanager
def watched() -> Iterator[Steps]:
    """Watch every step of the loops of this process while the context lasts."""
    steps = Steps()
    original = events.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        begin = time.thread_time()
        original(handle)
        taken = (time.thread_time() - begin) * 1e3
        steps.longest = max(steps.longest, taken)
        if taken > 5.0:
            steps.long.append(taken)

    # Nothing public tells how long a step takes.
    events.Handle._run = timed  # type: ignore[method-assign, assignment]
    try:
        yield steps
    finally:
        events.Handle._run = original  # type: ignore[method-assign]
