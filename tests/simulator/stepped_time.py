"""A pool's time that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

_TURNS = 20
"""Rounds of the event loop in which whatever became due has run as far as it can."""


class SteppedTime:
    def __init__(self) -> None:
        self._now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._now + seconds, next(self._numbers), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        end = self._now + seconds
        await self._settle()
        while self._waiting and self._waiting[0][0] <= end:
            due, _, woken = heapq.heappop(self._waiting)
            self._now = due
            if not woken.done():
                woken.set_result(None)
            await self._settle()
        self._now = end
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
