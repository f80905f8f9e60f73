"""The journal: every event of every job, on disk before anybody acts on it or sees it.

A SQLite file in write-ahead mode, used by one thread, so that no write blocks the event
loop and all writes of a process keep their order. What must outlive a power failure (an
intent, a choice, a result) is synced to the disk before `append` returns; output lines
are handed to the system and reach the disk with the next of those. Several consoles may
share one file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from ovmtui.errors import JournalError
from ovmtui.model.job import JobEvent, JobState
from ovmtui.runtime.journal_file import JournalFile
from ovmtui.runtime.journal_search import AuditRow, audit_row
from ovmtui.runtime.journal_tables import JobRecord
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.wanted import ALL, Wanted

P = ParamSpec("P")
T = TypeVar("T")


class Journal:
    """An open journal. Its methods may be called from one event loop."""

    def __init__(
        self, path: Path, executor: ThreadPoolExecutor, file: JournalFile | None, problem: str = ""
    ) -> None:
        """Use `Journal.open` or `Journal.unusable` instead."""
        self.path = path
        self.problem = problem
        """Why nothing can be written or read; empty when it can."""
        self._executor = executor
        self._file = file

    @classmethod
    async def open(cls, path: Path) -> Journal:
        """Open the journal at `path`, made when missing (directory 0700, file 0600).

        Raises:
            JournalError: it cannot be read or written, is damaged, or is of a newer
                ovmtui; the text says what to do.
        """
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        try:
            file = await asyncio.wrap_future(executor.submit(JournalFile, path))
        except BaseException:
            executor.shutdown(wait=False)
            raise
        return cls(path, executor, file)

    @classmethod
    def unusable(cls, path: Path, problem: str) -> Journal:
        """Return a journal that refuses everything because of `problem`: one may still look."""
        executor = ThreadPoolExecutor(max_workers=1)
        executor.shutdown(wait=False)
        return cls(path, executor, None, problem)

    async def begin(
        self, job: str, state: JobState, plan_text: str, operator: Operator, *, recipe: str = ""
    ) -> None:
        """Store that `operator` runs the plan shown as `plan_text`; durable on return.

        `recipe` is the plan as data, by which a later start of the console goes on with it.

        Raises:
            JournalError: it cannot be written, or there is a job of that id.
        """
        await self._do(JournalFile.begin, job, state, plan_text, operator, recipe)

    async def append(self, events: Sequence[JobEvent]) -> None:
        """Store `events` in one transaction: all or none.

        When one of them is of a kind in `journal_file.DURABLE`, all of them, and all that
        was appended before, are on the disk on return. A call that is cancelled is
        carried out all the same.

        Raises:
            JournalError: they cannot be written (the disk is full, say), their job is
                unknown, or one of their sequence numbers is taken.
        """
        if events:
            await self._do(JournalFile.append, tuple(events))

    async def history(self, wanted: Wanted = ALL, *, limit: int = 200) -> list[JobRecord]:
        """Return jobs that fit, newest first, at most `limit`.

        Raises:
            JournalError: it cannot be read.
        """
        return await self._do(JournalFile.history, wanted.of_jobs(), limit)

    async def audit(self, wanted: Wanted = ALL, *, limit: int = 1_000) -> list[AuditRow]:
        """Return the commands and waits of jobs that fit, newest first, at most `limit`.

        Raises:
            JournalError: it cannot be read.
        """
        rows = await self._do(JournalFile.audit, wanted.of_commands(), limit)
        return [audit_row(row) for row in rows]

    async def job(self, job: str) -> JobRecord | None:
        """Return one job, or None when there is none of that id."""
        found = await self._do(JournalFile.history, {"job = ?": job}, 1)
        return found[0] if found else None

    async def events(self, job: str, *, after: int = 0) -> list[JobEvent]:
        """Return the events of `job` with a higher sequence than `after`, in order."""
        return await self._do(JournalFile.events, job, after)

    async def close(self) -> None:
        """Write what is under way and close the file. A second call does nothing."""
        if self._file is None:
            return
        try:
            closing = self._executor.submit(self._file.close)
        except RuntimeError:
            return
        self._executor.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(closing))

    async def _do(
        self,
        act: Callable[Concatenate[JournalFile, P], T],
        *args: P.args,
        **keywords: P.kwargs,
    ) -> T:
        if self._file is None:
            raise JournalError(self.problem)
        try:
            future = self._executor.submit(act, self._file, *args, **keywords)
        except RuntimeError:
            raise JournalError(f"the journal {self.path} is closed") from None
        # What happened must be written even when nobody waits for it any more.
        return await asyncio.shield(asyncio.wrap_future(future))
