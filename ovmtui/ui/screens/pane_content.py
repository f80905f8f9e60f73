"""Which job's output the pane shows, and what of it is new."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge

from ovmtui.model.identity import VmKey
from ovmtui.model.job import JobEvent, JobState
from ovmtui.model.text import visible
from ovmtui.runtime.interface import Console
from ovmtui.ui.viewmodel.working import progress_bar, step_count
from ovmtui.ui.widgets.output_pane import OutputPane

ALL = ""
"""Stands for the output of all jobs together."""


class PaneContent:
    """Feeds an output pane: one job's events, or those of all jobs merged."""

    def __init__(self, console: Console, pane: OutputPane) -> None:
        """Begin with nothing shown."""
        self._console = console
        self._pane = pane
        self.shown: str | None = None
        """The job whose output is shown; `ALL` for all of them, None for none."""
        self._last: dict[str, int] = {}
        self.merged = False
        """Whether all jobs are shown together."""

    def show_for(self, vm: VmKey | None) -> None:
        """Show the newest job of `vm`, or all jobs when merged."""
        jobs = self._console.jobs
        own = [job for job in jobs if job.vm == vm]
        if self.merged:
            self._show(ALL, "all jobs", jobs)
        elif own:
            self._show(own[-1].job, _heading(own[-1]), own[-1:])
        else:
            self._show(None, "no job for this machine" if vm else "no machine", ())

    def reload(self) -> None:
        """Forget what is shown: the next time all of it is taken anew."""
        self.shown = None
        self._last = {}

    def append(self, events: Sequence[JobEvent]) -> None:
        """Add the new ones among `events` that belong to what is shown."""
        new = [
            event
            for event in events
            if self.shown in {ALL, event.job} and event.sequence > self._last.get(event.job, 0)
        ]
        if self.shown is None or not new:
            return
        self._last.update({event.job: event.sequence for event in new})
        self._pane.append(new)

    def _show(self, shown: str | None, heading: str, jobs: Sequence[JobState]) -> None:
        if shown != self.shown or shown is None:
            every = [self._console.events(job.job) for job in jobs]
            events = list(merge(*every, key=lambda event: event.at))
            self._last = {event.job: event.sequence for event in events}
            self.shown = shown
            self._pane.show(heading, events, merged=shown == ALL)
        else:
            self._pane.set_heading(heading)


def _heading(job: JobState) -> str:
    if job.outcome is not None:
        return f"{visible(job.title)} · {job.outcome.value}"
    if job.choices:
        return f"{visible(job.title)} · asks"
    step = f" · {step_count(job)}" if job.current is not None else ""
    progress = f" · {visible(job.progress)}" if job.progress else ""
    if bar := progress_bar(job.progress):
        progress = f" · {bar}{progress.removeprefix(' ·')}"
    return f"{visible(job.title)}{step}{progress}"
