"""The jobs of this console, the newest first, and those that an earlier one left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.text import Text
from textual import work

from ovmtui.model.job import JobState, Outcome
from ovmtui.model.text import visible
from ovmtui.plan.statement import where_it_stopped
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.confirm import Confirm
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.screens.question import QuestionScreen
from ovmtui.ui.screens.times import clock
from ovmtui.ui.situation import Scope, Situation
from ovmtui.ui.stopped import can_go_on
from ovmtui.ui.viewmodel.working import step_count

OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.DONE: ("✓", "ok"),
    Outcome.SKIPPED: ("·", "dim"),
    Outcome.REFUSED: ("✗", "warn"),
    Outcome.FAILED: ("✗", "danger"),
    Outcome.UNKNOWN: ("?", "unknown"),
    Outcome.CANCELLED: ("·", "warn"),
}
"""Symbol and role of each end."""

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
        jobs, stopped = self.desk.console.jobs, len(self.desk.stopped.jobs)
        running = f"{sum(job.running for job in jobs)} running"
        waiting = f", {stopped} stopped" if stopped else ""
        return "jobs", f"{running}{waiting}, {len(jobs) + stopped} in all"

    def columns(self) -> Text:
        """Return the heads of the columns."""
        heads = "  " + cell("BEGAN", 8) + cell("JOB", 32) + cell("STEP", 5) + "WHERE IT STANDS"
        return Text(heads, self.desk.style("dim"))

    def items(self) -> Sequence[Item]:
        """Return the jobs."""
        stopped = [job.state for job in self.desk.stopped.jobs]
        jobs = (*stopped, *self.desk.console.jobs)
        return [Item(job.job, self._line(job)) for job in reversed(jobs)]

    def situation(self) -> Situation:
        """Return the job under the cursor."""
        job = self._under_cursor()
        vm = self.desk.console.shown.vms.get(job.vm) if job else None
        left = self._stopped_under_cursor()
        running = job if job and job.running else None
        question = job if job and job.choices else None
        return Situation(vm=vm, job=running, question=question, stopped=left)

    def choose(self, id: str) -> None:
        """Give the job."""
        if self.desk.stopped.find(id) is None:
            self.dismiss(id)
        else:
            self.desk.say(f"its output so far: ovmtui history --job {id}")

    def do_show(self) -> None:
        """Give the job under the cursor."""
        if self.highlighted is not None:
            self.choose(self.highlighted)

    @work
    async def do_resume(self) -> None:
        """Go on with the job under the cursor from where it stopped, or try it again."""
        job = self._stopped_under_cursor()
        if job is not None:
            self.desk.say(*await self.desk.stopped.go_on(job))
            self.redraw()

    def do_watch(self) -> None:
        """Ring the bell when the job under the cursor ends, or not."""
        job = self._under_cursor()
        if job is not None:
            self.desk.silent ^= {job.job}
            rings = job.job not in self.desk.silent
            self.desk.say(f"the bell {'rings' if rings else 'is silent'} when {job.title} ends")

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

    def _stopped_under_cursor(self) -> JobState | None:
        own = self._under_cursor()
        if own is not None:
            return own if can_go_on(own) else None
        return self.desk.stopped.find(self.highlighted or "") if self.is_ready else None

    def _under_cursor(self) -> JobState | None:
        jobs = {job.job: job for job in self.desk.console.jobs}
        return jobs.get(self.highlighted or "") if self.is_ready else None

    def _line(self, job: JobState) -> Text:
        style = self.desk.style
        symbol, role = OUTCOMES[job.outcome] if job.outcome else ("●", "accent")
        if self.desk.stopped.find(job.job) is not None:
            symbol, role = "‖", "warn"
        text = Text()
        text.append(f"{symbol} ", style(role))
        text.append(cell(clock(job.started_at), 8), style("dim"))
        text.append(cell(job.title, 32), style("text"))
        text.append(cell(step_count(job), 5), style("dim"))
        said, role = self._standing(job)
        return self.hung(text, Text(said, style(role)), below=self.size.width < _ONE_LINE)

    def _standing(self, job: JobState) -> tuple[str, str]:
        if self.desk.stopped.find(job.job) is not None:
            return f"stopped: {visible(where_it_stopped(job))}", "warn"
        if job.choices:
            return f"asks: {visible(job.question)}", "warn"
        if job.outcome is not None:
            role = OUTCOMES[job.outcome][1] if job.outcome is not Outcome.DONE else "text"
            said = f"{job.outcome.value}: {visible(job.summary)}" if job.summary else ""
            return said or job.outcome.value, role
        step = job.steps[job.current] if job.current is not None else "begins"
        progress = f"  {visible(job.progress)}" if job.progress else ""
        return f"{visible(step)}{progress}", "text"


def cancel_question(desk: Desk, job: JobState) -> Confirm:
    """Return the question before a job is no longer waited for."""

    def void() -> str:
        running = any(other.running for other in desk.console.jobs if other.job == job.job)
        return "" if running else f"{job.title} has ended: there is nothing to cancel"

    return Confirm(
        desk,
        void=void,
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
