"""How often a node is asked: more often while a job runs, less while nobody looks. Pure."""

from __future__ import annotations

from ovmtui.config.schema import Intervals
from ovmtui.runtime.interface import Pace

_RELAXED = 4.0
"""By so much longer is the interval while nobody looks."""


def pace_of(intervals: Intervals, *, busy: bool, relaxed: bool, latency_ms: float | None) -> Pace:
    """Return how long to wait after an answer.

    A node that answers slowly is left alone for as long as its answer took, up to twice the
    usual time: what it took may have been this console's own doing, when all nodes are new.
    """
    if busy:
        wanted = Pace(intervals.refresh_busy, "a job runs in the pool")
    elif relaxed:
        wanted = Pace(intervals.refresh * _RELAXED, "nobody looks at this terminal")
    else:
        wanted = Pace(intervals.refresh)
    taken = min((latency_ms or 0.0) / 1000.0, 2.0 * intervals.refresh)
    return Pace(taken, "the node answers slowly") if taken > wanted.seconds else wanted
