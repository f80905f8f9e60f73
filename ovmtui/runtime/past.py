"""What the journal tells to a front end."""

from __future__ import annotations

from collections.abc import Sequence

from ovmtui.errors import JournalError
from ovmtui.model.job import JobEvent
from ovmtui.runtime.companions import PastJob
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.wanted import ALL, Wanted


class Past:
    """Implements `companions.History` on a journal."""

    def __init__(self, journal: Journal) -> None:
        """Tell what `journal` has."""
        self._journal = journal

    async def jobs(self, *, limit: int, wanted: Wanted = ALL) -> Sequence[PastJob]:
        """Return the newest jobs, the newest first."""
        self._refuse()
        records = await self._journal.history(wanted, limit=limit)
        return [PastJob(r.state, r.operator.user, r.operator.host) for r in records]

    async def events(self, job: str) -> Sequence[JobEvent]:
        """Return what a job did, in order."""
        self._refuse()
        return await self._journal.events(job)

    def _refuse(self) -> None:
        if self._journal.problem:
            raise JournalError(self._journal.problem)
