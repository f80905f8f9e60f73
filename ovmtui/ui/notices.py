"""The ends of jobs and batches: each is told, and rings where somebody may wait for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ovmtui.model.batch import BatchState
from ovmtui.model.job import EventKind, JobEvent, JobState, Outcome
from ovmtui.model.text import visible
from ovmtui.ui.desk import Desk

_WELL = frozenset({Outcome.DONE, Outcome.SKIPPED})


@dataclass(frozen=True, slots=True)
class Notice:
    """One end."""

    text: str
    severity: str
    """`information`, `warning` or `error`."""
    rings: bool


def ends(desk: Desk, events: Sequence[JobEvent], batches: Collection[str]) -> Iterator[Notice]:
    """Yield what has ended just now; `batches` are those that have got on.

    A batch rings once, at its end: of its jobs only those are told that did not end well.
    """
    states = desk.console.batches.states
    in_batches = {item.job for state in states for item in state.items}
    ended = {event.job: event.outcome for event in events if event.kind is EventKind.PLAN_END}
    for job in desk.console.jobs:
        outcome = ended.get(job.job)
        part = job.job in in_batches
        if outcome is not None and not (part and outcome in _WELL):
            yield _of_job(job, outcome, rings=not part and job.job not in desk.silent)
    for state in states:
        if state.batch in batches and not state.running and state.batch not in desk.told:
            desk.told.add(state.batch)
            yield _of_batch(state)


def _of_job(job: JobState, outcome: Outcome, *, rings: bool) -> Notice:
    summary = f": {job.summary}" if job.summary else ""
    text = visible(f"{job.title}: {outcome.value}{summary}", limit=300)
    severity = "information" if outcome in _WELL else "warning"
    return Notice(text, "error" if outcome is Outcome.FAILED else severity, rings)


def _of_batch(state: BatchState) -> Notice:
    severity = "warning" if state.unwell else "information"
    return Notice(visible(f"{state.title}: {state.counts}", limit=300), severity, rings=True)
