"""The question at the start: jobs that an earlier console did not bring to an end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from rich.text import Text
from textual import work

from ovmtui.model.job import JobState
from ovmtui.model.text import visible
from ovmtui.plan.statement import where_it_stopped
from ovmtui.runtime.interface import OpenJob
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.listing import Item, ListScreen
from ovmtui.ui.screens.times import moment
from ovmtui.ui.situation import Scope


class UnfinishedScreen(ListScreen[str]):
    """Lets the jobs be gone on with, all or one by one, or left; gives one that goes on."""

    SCOPE = Scope.UNFINISHED
    BINDINGS = actions.bindings(Scope.UNFINISHED)

    def __init__(self, desk: Desk) -> None:
        """Show the jobs that have stopped."""
        super().__init__(desk, empty="no job has stopped")
        self._last = ""

    def title_text(self) -> tuple[str, str]:
        """Return the question."""
        count = len(self.desk.stopped.jobs)
        what = "a job has" if count == 1 else f"{count} jobs have"
        return f"{what} stopped without an end. Go on?", "each command looks at its guards anew"

    def columns(self) -> Text:
        """Return no heads: each job is a few sentences."""
        return Text()

    def items(self) -> Sequence[Item]:
        """Return the jobs."""
        return [Item(job.state.job, self._told(job)) for job in self.desk.stopped.jobs]

    def choose(self, id: str) -> None:
        """Go on with one."""
        self.do_one()

    def do_one(self) -> None:
        """Go on with the job under the cursor."""
        job = self.desk.stopped.find(self.highlighted or "")
        if job is not None:
            self._treat((job,), self.desk.stopped.go_on)

    def do_all(self) -> None:
        """Go on with every one."""
        jobs = tuple(job.state for job in self.desk.stopped.jobs)
        self._treat(jobs, self.desk.stopped.go_on)

    def do_close(self) -> None:
        """Leave the job under the cursor as it stands, for good."""
        job = self.desk.stopped.find(self.highlighted or "")
        if job is not None:
            self._treat((job,), self.desk.stopped.close)

    def do_leave(self) -> None:
        """Decide later."""
        if count := len(self.desk.stopped.jobs):
            what = "a stopped job waits" if count == 1 else f"{count} stopped jobs wait"
            self.desk.say(f"{what} in the list of jobs (J)", "warning")
        self.dismiss(self._last or None)

    @work
    async def _treat(
        self,
        jobs: tuple[JobState, ...],
        deed: Callable[[JobState], Awaitable[tuple[str, str]]],
    ) -> None:
        """Do one thing to each; what is refused stays, and holds no other up."""
        for job in jobs:
            text, severity = await deed(job)
            self.desk.say(text, severity)
            if severity != "error" and deed == self.desk.stopped.go_on:
                self._last = job.job
        if self.desk.stopped.jobs:
            self.redraw()
        elif self.is_current:
            self.dismiss(self._last or None)

    def _told(self, job: OpenJob) -> Text:
        style, state = self.desk.style, job.state
        text = Text()
        text.append(f"{visible(state.title)}\n", style("accent"))
        text.append(f"  {visible(where_it_stopped(state))}\n", style("text"))
        by = visible(f"{job.user} at {job.host}")
        text.append(f"  begun {moment(state.started_at)} by {by}", style("dim"))
        return text
