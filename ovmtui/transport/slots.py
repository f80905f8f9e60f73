"""The sessions of one connection: few, and counted until the far end is gone.

sshd allows ten sessions on a connection, and one that is left behind keeps its place
until its process ends. So a slot is given back only when the channel has closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from ovmtui.errors import SlotsExhausted

SESSIONS = 6
"""Sessions in use at once on one connection."""
RESERVED = 4
"""Of these, kept free of detached jobs: each may have a follower of its node's log, and the
probes need some all the same."""


class Slots:
    """Counts the sessions of one connection."""

    def __init__(self) -> None:
        """Begin with all slots free."""
        self._all = asyncio.Semaphore(SESSIONS)
        self._long = asyncio.Semaphore(SESSIONS - RESERVED)

    @contextlib.asynccontextmanager
    async def taken(self, *, long: bool, timeout: float) -> AsyncIterator[Slot]:
        """Wait for a slot; it is free again when its channel is known to have closed.

        Raises:
            SlotsExhausted: none became free in `timeout` seconds.
        """
        semaphores = (self._long, self._all) if long else (self._all,)
        held: list[asyncio.Semaphore] = []
        try:
            async with asyncio.timeout(timeout):
                for semaphore in semaphores:
                    await semaphore.acquire()
                    held.append(semaphore)
        except TimeoutError:
            for semaphore in held:
                semaphore.release()
            raise SlotsExhausted(f"all {SESSIONS} sessions of the connection are in use") from None
        except BaseException:
            for semaphore in held:
                semaphore.release()
            raise
        slot = Slot(held)
        try:
            yield slot
        finally:
            if not slot.kept:
                slot.release()


class Slot:
    """One session's place."""

    def __init__(self, semaphores: list[asyncio.Semaphore]) -> None:
        """Hold `semaphores` until released."""
        self._semaphores = semaphores
        self.kept = False
        """Whether the place stays taken after its user has gone."""

    def release(self) -> None:
        """Give the place back."""
        for semaphore in self._semaphores:
            semaphore.release()
        self._semaphores = []
