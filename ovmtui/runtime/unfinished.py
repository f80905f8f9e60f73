"""Jobs that a break or a failure has stopped, as the journal has them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from ovmtui.errors import JournalError, PlanRefused
from ovmtui.model.job import JobEvent, JobState
from ovmtui.plan.archive import ArchiveError, restored
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Position, position_of, resumable
from ovmtui.runtime.interface import OpenJob
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.ownership import Ownership
from ovmtui.runtime.wanted import Wanted

_MOST = 1_000
"""Jobs without an end that are looked at."""
_CLAIMS = 4
_PAUSE = 0.1
"""Seconds between two attempts to take a job."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job that could be gone on with."""

    state: JobState
    plan: Plan
    position: Position
    events: tuple[JobEvent, ...]
    """Its story so far."""


class UnfinishedJobs:
    """Finds them, and keeps two consoles from working on one."""

    def __init__(self, journal: Journal, ownership: Ownership) -> None:
        """Read `journal`, which other consoles may share."""
        self._journal = journal
        self._ownership = ownership

    async def all(self) -> Sequence[OpenJob]:
        """Return the jobs without an end that no console works on, oldest first.

        Raises:
            JournalError: the journal cannot be read.
        """
        return [job for job in await self.records() if not job.owned]

    async def records(self) -> Sequence[OpenJob]:
        """Return every job without an end, oldest first.

        Raises:
            JournalError: the journal cannot be read.
        """
        records = await self._journal.history(Wanted(running=True), limit=_MOST)
        return [
            OpenJob(
                record.state,
                record.operator.user,
                record.operator.host,
                owned=not await self._is_free(record.state.job),
            )
            for record in reversed(records)
        ]

    async def find(self, job: str) -> Unfinished:
        """Return a job and where it goes on.

        Raises:
            PlanRefused: there is no such job, nothing is left of it to do, another
                console works on it, or its plan cannot be read.
            JournalError: the journal cannot be read.
        """
        record = await self._journal.job(job)
        if record is None:
            raise PlanRefused((f"no job is called {job}",))
        title = record.state.title
        if not await self._is_free(job):
            raise PlanRefused((f"{title}: another console works on it",))
        try:
            plan = restored(record.recipe)
        except ArchiveError as error:
            raise PlanRefused((f"{title} cannot be gone on with: {error}",)) from None
        events = await self._journal.events(job)
        position = position_of(plan, events)
        if not resumable(plan, record.state, position):
            raise PlanRefused((f"{title}: nothing of it is left to do",))
        return Unfinished(record.state, plan, position, tuple(events))

    @contextlib.asynccontextmanager
    async def owned(self, job: str) -> AsyncIterator[None]:
        """Keep other consoles from working on `job`.

        Raises:
            JournalError: another one does, or it cannot be told.
        """
        for _ in range(_CLAIMS):
            if await asyncio.to_thread(self._ownership.claim, job):
                break
            # Somebody who only asks whether it is free holds it for a moment, too.
            await asyncio.sleep(_PAUSE)
        else:
            raise JournalError("another console works on this job")
        try:
            yield
        finally:
            self._ownership.release(job)

    async def _is_free(self, job: str) -> bool:
        return await asyncio.to_thread(self._ownership.is_free, job)
