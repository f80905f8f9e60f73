"""The jobs that an earlier console left without an end, and going on with them."""

from __future__ import annotations

from ovmtui.errors import JournalError, PlanRefused
from ovmtui.model.job import JobState, Outcome
from ovmtui.runtime.interface import Console, OpenJob


class StoppedJobs:
    """What is known of them; asked of the console, never of a file."""

    def __init__(self, console: Console) -> None:
        """Know of none yet."""
        self._console = console
        self._found: tuple[OpenJob, ...] = ()

    async def look(self) -> str:
        """Learn which there are; return why they cannot be told, or nothing."""
        try:
            self._found = tuple(await self._console.unfinished())
        except JournalError as error:
            return f"whether jobs have stopped cannot be told: {error}"
        return ""

    @property
    def jobs(self) -> tuple[OpenJob, ...]:
        """Those that nobody works on, oldest first."""
        own = {job.job for job in self._console.jobs}
        return tuple(job for job in self._found if job.state.job not in own)

    def find(self, job: str) -> JobState | None:
        """Return the one called `job`; None when it is none of them."""
        return next((open.state for open in self.jobs if open.state.job == job), None)

    async def go_on(self, job: JobState) -> tuple[str, str]:
        """Go on with `job`; return what is to be said of it, and how severe it is."""
        try:
            await self._console.resume(job.job)
        except (PlanRefused, JournalError) as error:
            return f"{job.title} cannot be gone on with: {_reasons(error)}", "error"
        self._forget(job.job)
        return f"{job.title} goes on", "information"

    async def close(self, job: JobState) -> tuple[str, str]:
        """Leave `job` as it stands, for good; return what is to be said of it."""
        try:
            await self._console.give_up(job.job)
        except (PlanRefused, JournalError) as error:
            return f"{job.title} cannot be closed: {_reasons(error)}", "error"
        self._forget(job.job)
        return f"{job.title} is left as it stands; nothing was undone", "information"

    def _forget(self, job: str) -> None:
        self._found = tuple(open for open in self._found if open.state.job != job)


def can_go_on(state: JobState) -> bool:
    """Return whether an ended job may have something left to be done."""
    return state.outcome in {Outcome.FAILED, Outcome.CANCELLED, Outcome.UNKNOWN}


def _reasons(error: PlanRefused | JournalError) -> str:
    return "; ".join(error.reasons) if isinstance(error, PlanRefused) else str(error)
