"""How often a node is asked: more often while a job runs, less while nobody looks. Pure."""

from __future__ import annotations

from ovmtui.config.schema import Intervals
from ovmtui.runtime.interface import Pace

_RELAXED = 4.0
"""By so much longer is the interval while nobody looks."""


def pace_of(intervals: Intervals, *, busy: bool, relaxed: bool, latency_ms: float | None) -> Pace:
    """Return how long to wait after an answer.

    It is never shorter than the answer took: a slow node has half of the time for itself.
    """
    if busy:
        wanted = Pace(intervals.refresh_busy, "a job runs in the pool")
    elif relaxed:
        wanted = Pace(intervals.refresh * _RELAXED, "nobody looks at this terminal")
    else:
        wanted = Pace(intervals.refresh)
    taken = (latency_ms or 0.0) / 1000.0
    return Pace(taken, "the node answers slowly") if taken > wanted.seconds else wanted
