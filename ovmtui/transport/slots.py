"""The sessions of one connection: few, and counted until the far end is gone.

sshd allows ten sessions on a connection, and one that is left behind keeps its place
until its process ends. So a slot is given back only when the channel has closed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import Enum

from ovmtui.errors import SlotsExhausted

SESSIONS = 6
"""Sessions in use at once on one connection."""
PATIENCE = 10.0
"""Seconds to wait for a slot: who holds one for longer may hold it for ever."""


class Use(Enum):
    """What a session is for."""

    BRIEF = "brief"
    """A command that ends soon."""
    LONG = "long"
    """A bound command that may go on for minutes, such as following a log."""
    DETACHED = "detached"
    """Following a detached job."""


MOST = {Use.BRIEF: SESSIONS, Use.LONG: 1, Use.DETACHED: 4}
"""Sessions in use at once for each use: one at least is always left to brief commands."""


class Slots:
    """Counts the sessions of one connection."""

    def __init__(self) -> None:
        """Begin with all slots free."""
        self._taken: Counter[Use] = Counter()
        self._waiting: list[tuple[Use, asyncio.Future[Slot]]] = []

    def take_now(self, use: Use) -> Slot | None:
        """Return a slot, if one is free for `use`."""
        if self._taken.total() >= SESSIONS or self._taken[use] >= MOST[use]:
            return None
        self._taken[use] += 1
        return Slot(self, use)

    async def take(self, use: Use, *, timeout: float) -> Slot:
        """Wait for a slot, but for `PATIENCE` seconds at most.

        Raises:
            SlotsExhausted: none became free in that time, or in `timeout` seconds.
        """
        if slot := self.take_now(use):
            return slot
        given: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        waiting = (use, given)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(min(timeout, PATIENCE)):
                return await asyncio.shield(given)
        except BaseException as error:
            if given.done():
                given.result().release()
            else:
                self._waiting.remove(waiting)
            if isinstance(error, TimeoutError):
                raise SlotsExhausted("all sessions of the connection are in use") from None
            raise

    def give_back(self, use: Use) -> None:
        """Count one session less, and serve who has waited longest and fits."""
        self._taken[use] -= 1
        for waiting in self._waiting:
            if slot := self.take_now(waiting[0]):
                self._waiting.remove(waiting)
                waiting[1].set_result(slot)
                return


class Slot:
    """One session's place."""

    def __init__(self, slots: Slots, use: Use) -> None:
        """Take one of `slots`."""
        self._slots = slots
        self._use = use
        self._held = True

    def release(self) -> None:
        """Give the place back; once it is, nothing happens."""
        if self._held:
            self._held = False
            self._slots.give_back(self._use)
