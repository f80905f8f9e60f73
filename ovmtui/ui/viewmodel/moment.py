"""What all rows depend on beside their own machine. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ovmtui.model.job import JobState
from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.viewmodel.working import copying_rate


@dataclass(frozen=True, slots=True)
class Moment:
    """What rows depend on beside their machine and its job."""

    now: float
    """Monotonic time, for ages."""
    wall: float | None
    """Time since the epoch, for the time that a job has taken; None leaves it out."""
    rate: float | None
    """MiB a second that the last migrations copied."""
    asked: frozenset[str]
    """Pools whose manager is asked for HA."""
    answering: frozenset[str]
    """Those among them whose manager answers."""


def moment_of(
    snapshot: Snapshot, jobs: Sequence[JobState], *, now: float, wall: float | None
) -> Moment:
    """Return what all rows depend on; the arguments are those of `build`."""
    asked = [pool for pool in snapshot.pools if pool.manager_configured]
    return Moment(
        now,
        wall,
        copying_rate(jobs, snapshot),
        frozenset(pool.name for pool in asked),
        frozenset(pool.name for pool in asked if not pool.manager_problem),
    )
