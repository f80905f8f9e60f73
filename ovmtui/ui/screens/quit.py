"""Leaving while jobs run: what goes on without the console."""

from __future__ import annotations

from collections.abc import Sequence

from ovmtui.model.job import JobState
from ovmtui.model.text import visible
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep, place_of
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.confirm import Confirm


def quit_question(desk: Desk, running: Sequence[JobState]) -> Confirm:
    """Return the question that says, for each running job, what goes on and what ends."""
    count = len(running)
    lines = [_fate(job, desk.plan(job.job)) for job in running]

    def void() -> str:
        still = any(job.running for job in desk.console.jobs)
        return "" if still else f"no job runs any more: {desk.key_of('console.quit')} quits"

    return Confirm(
        desk,
        void=void,
        title="quit while a job runs?" if count == 1 else f"quit while {count} jobs run?",
        text="\n".join((*lines, "", "The next start offers to go on with what is not done.")),
    )


def _fate(job: JobState, plan: Plan | None) -> str:
    title = visible(job.title)
    step = plan.steps[job.current] if plan and job.current is not None else None
    left = len(job.steps) - (job.current if job.current is not None else -1) - 1
    after = f"; the {left} steps after it are not done" if left > 1 else ""
    after = "; the step after it is not done" if left == 1 else after
    if isinstance(step, CommandStep):
        return f"{title}: {visible(step.text)} goes on on {place_of(step)}{after}"
    if job.current is not None:
        return f"{title}: nobody waits any longer for: {visible(job.steps[job.current])}{after}"
    return f"{title}: ends here"
