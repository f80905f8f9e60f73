"""What a running job says in its machine's row: step, progress, time, and what may be left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ovmtui.model.job import JobState, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm
from ovmtui.plan.intent import Verb
from ovmtui.ui.viewmodel.cells import Cell
from ovmtui.ui.viewmodel.times import age

_PERCENT = re.compile(r"\b(100|[1-9]?\d) ?%")
_BAR = 6
_NEWEST = 5
"""Migrations of late that tell how fast memory is copied here."""


def working(job: JobState, vm: Vm, *, wall: float | None, rate: float | None) -> Cell:
    """Return the cell of a job under way; `rate` is in MiB a second, None where unknown."""
    if job.choices:
        return Cell(f"{visible(job.verb)}: asks", "warn")
    # What is cut first in a narrow terminal stands last.
    percent = _PERCENT.search(job.progress)
    words = [f"{percent[1]}% {progress_bar(job.progress)}"] if percent else []
    words.append(visible(job.verb))
    if job.current is not None:
        words.append(step_count(job))
    if wall is not None:
        words.append(age(wall - job.started_at))
    if job.progress:
        words.append(visible(job.progress, limit=60))
    elif wall is not None and (left := estimate(job, vm, wall=wall, rate=rate)):
        words.append(left)
    return Cell(" ".join(words), "accent")


def step_count(job: JobState) -> str:
    """Return at which of its steps a job is, or how many it has done when it has ended."""
    if job.running and job.current is not None:
        return f"{job.current + 1}/{len(job.steps)}"
    return f"{sum(outcome is not None for outcome in job.outcomes)}/{len(job.steps)}"


def progress_bar(progress: str) -> str:
    """Return a bar for a progress that names a percentage; empty for any other."""
    found = _PERCENT.search(progress)
    if found is None:
        return ""
    filled = round(_BAR * int(found[1]) / 100)
    return "▓" * filled + "░" * (_BAR - filled)


def copying_rate(jobs: Sequence[JobState], snapshot: Snapshot) -> float | None:
    """Return how many MiB a second the last migrations of this console took; None without any."""
    rates = []
    for job in reversed(jobs):
        vm = snapshot.vms.get(job.vm)
        done = job.verb == Verb.MIGRATE.value and job.outcome is Outcome.DONE
        if done and job.ended_at is not None and vm is not None and vm.memory_mib:
            rates.append(vm.memory_mib / max(1.0, job.ended_at - job.started_at))
        if len(rates) == _NEWEST:
            break
    return median(rates) if rates else None


def estimate(job: JobState, vm: Vm, *, wall: float, rate: float | None) -> str:
    """Return how long a migration may still take, from its memory and the last rates."""
    if job.verb != Verb.MIGRATE.value or rate is None or vm.memory_mib is None:
        return ""
    whole = vm.memory_mib / rate
    left = whole - (wall - job.started_at)
    return f"est. {age(left)} left" if left >= 1 else f"longer than est. {age(whole)}"
