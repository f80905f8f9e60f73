"""Simulated time: a clock that can run faster than the wall's."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Timeline(Protocol):
    """Time as the pool lives it, in seconds since the pool was built."""

    def now(self) -> float:
        """Return the present, in simulated seconds; it never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of simulated time."""
        ...


class ScaledTime:
    """The wall's monotonic clock, run `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        """Begin at 0; `speed` is simulated seconds for each real one.

        Raises:
            ValueError: `speed` is not more than 0.
        """
        if not speed > 0:
            raise ValueError(f"not a speed: {speed}")
        self._speed = speed
        self._origin = time.monotonic()

    def now(self) -> float:
        """Return the simulated seconds since the beginning."""
        return (time.monotonic() - self._origin) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of simulated time."""
        await asyncio.sleep(seconds / self._speed)
