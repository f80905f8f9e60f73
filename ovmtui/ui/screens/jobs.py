"""The jobs of this console, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text

from ovmtui.model.job import JobState, Outcome
from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.confirm import Confirm
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.screens.question import QuestionScreen
from ovmtui.ui.screens.times import clock
from ovmtui.ui.situation import Scope, Situation

_OUTCOMES = {
    Outcome.DONE: ("✓", "ok"),
    Outcome.SKIPPED: ("·", "dim"),
    Outcome.REFUSED: ("✗", "warn"),
    Outcome.FAILED: ("✗", "danger"),
    Outcome.UNKNOWN: ("?", "unknown"),
    Outcome.CANCELLED: ("·", "warn"),
}

_ONE_LINE = 110
"""Columns from which a job and where it stands share a line."""


class JobsScreen(ListScreen[str]):
    """Gives the id of the job whose output is to be shown."""

    SCOPE = Scope.JOBS
    BINDINGS = actions.bindings(Scope.JOBS)

    def __init__(self, desk: Desk) -> None:
        """Show all jobs."""
        super().__init__(desk, empty="no job yet")

    def title_text(self) -> tuple[str, str]:
        """Return how many there are."""
        jobs = self.desk.console.jobs
        return "jobs", f"{sum(job.running for job in jobs)} running, {len(jobs)} in all"

    def columns(self) -> Text:
        """Return the heads of the columns."""
        heads = "  " + cell("BEGAN", 8) + cell("JOB", 32) + cell("STEP", 5) + "WHERE IT STANDS"
        return Text(heads, self.desk.style("dim"))

    def items(self) -> Sequence[Item]:
        """Return the jobs."""
        return [Item(job.job, self._line(job)) for job in reversed(self.desk.console.jobs)]

    def situation(self) -> Situation:
        """Return the job under the cursor."""
        job = self._under_cursor()
        vm = self.desk.console.snapshot.vms.get(job.vm) if job else None
        running = job if job and job.running else None
        return Situation(vm=vm, job=running, question=job if job and job.choices else None)

    def choose(self, id: str) -> None:
        """Give the job."""
        self.dismiss(id)

    def do_show(self) -> None:
        """Give the job under the cursor."""
        if self.highlighted is not None:
            self.dismiss(self.highlighted)

    def do_answer(self) -> None:
        """Answer the question of the job under the cursor."""
        job = self._under_cursor()
        if job is not None:
            self.app.push_screen(QuestionScreen(self.desk, job))

    def do_cancel(self) -> None:
        """Stop waiting in the job under the cursor, after a yes."""
        job = self._under_cursor()
        if job is not None:
            self.app.push_screen(cancel_question(self.desk, job), cancelling(self.desk, job))

    def _under_cursor(self) -> JobState | None:
        jobs = {job.job: job for job in self.desk.console.jobs}
        return jobs.get(self.highlighted or "") if self.is_mounted else None

    def _line(self, job: JobState) -> Text:
        style = self.desk.style
        symbol, role = _OUTCOMES[job.outcome] if job.outcome else ("●", "accent")
        text = Text()
        text.append(f"{symbol} ", style(role))
        text.append(cell(clock(job.started_at), 8), style("dim"))
        text.append(cell(job.title, 32), style("text"))
        done = sum(outcome is not None for outcome in job.outcomes)
        text.append(cell(f"{done}/{len(job.steps)}", 5), style("dim"))
        said, role = self._standing(job)
        text.append(said if self.size.width >= _ONE_LINE else f"\n{' ' * 11}{said}", style(role))
        return text

    def _standing(self, job: JobState) -> tuple[str, str]:
        if job.choices:
            return f"asks: {visible(job.question)}", "warn"
        if job.outcome is not None:
            role = _OUTCOMES[job.outcome][1] if job.outcome is not Outcome.DONE else "text"
            said = f"{job.outcome.value}: {visible(job.summary)}" if job.summary else ""
            return said or job.outcome.value, role
        step = job.steps[job.current] if job.current is not None else "begins"
        progress = f"  {visible(job.progress)}" if job.progress else ""
        return f"{visible(step)}{progress}", "text"


def cancel_question(desk: Desk, job: JobState) -> Confirm:
    """Return the question before a job is no longer waited for."""
    return Confirm(
        desk,
        title=f"cancel {job.title}?",
        text="The plan ends at the next point where that is possible. "
        "A command that was begun on a node goes on; nothing is undone.",
    )


def cancelling(desk: Desk, job: JobState) -> Callable[[bool | None], None]:
    """Return what happens with the answer to `cancel_question`."""

    def answered(yes: bool | None) -> None:
        if yes:
            desk.say(desk.console.cancel(job.job), "warning")

    return answered
