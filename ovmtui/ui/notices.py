"""What deserves a bell: the end of what the operator waits for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ovmtui.model.job import EventKind, JobEvent
from ovmtui.model.text import visible
from ovmtui.ui.desk import Desk


def ended_notice(desk: Desk, events: Sequence[JobEvent], batches: Collection[str]) -> str:
    """Return a sentence when a watched job or a batch has ended just now; else nothing."""
    told = []
    ends = {event.job: event for event in events if event.kind is EventKind.PLAN_END}
    for job in desk.console.jobs:
        end = ends.get(job.job)
        if end is not None and end.outcome is not None and job.job in desk.watched:
            desk.watched.discard(job.job)
            told.append(f"{job.title}: {end.outcome.value}")
    for state in desk.console.batches.states:
        if state.batch in batches and not state.running and state.batch not in desk.watched:
            # Watched once it has been told: its end is told once.
            desk.watched.add(state.batch)
            told.append(f"{state.title}: {state.counts}")
    return visible("; ".join(told), limit=300)
