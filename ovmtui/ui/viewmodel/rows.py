"""The rows of the grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ovmtui.model.ha import HaState
from ovmtui.model.identity import VmKey
from ovmtui.model.job import JobState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm, VmState
from ovmtui.ui.viewmodel.cells import (
    STATES,
    Cell,
    figure,
    ha_cell,
    memory,
    percent,
    service_cells,
)
from ovmtui.ui.viewmodel.filters import FilterError, parse
from ovmtui.ui.viewmodel.times import age
from ovmtui.ui.viewmodel.view import ViewState


@dataclass(frozen=True, slots=True)
class Row:
    """One machine; its cells are in the order of `COLUMNS`."""

    key: VmKey
    cells: tuple[Cell, ...]
    role: str = "text"
    """`danger` and `dim` colour the whole row, `marked` its mark."""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What the grid shows, and what it does not."""

    rows: tuple[Row, ...]
    total: int
    """Machines without the filter."""
    hidden_marks: tuple[str, ...] = ()
    """Names of marked machines that the filter hides."""
    error: FilterError | None = None


@dataclass(frozen=True, slots=True)
class _Moment:
    now: float
    """Monotonic time, for ages."""
    wall: float | None
    """Time since the epoch, for the time that a job has taken; None leaves it out."""


RowCache = dict[VmKey, tuple[Vm, JobState | None, bool, Row]]
"""Rows with what they were made of: a machine that did not change keeps its row."""


def build(
    snapshot: Snapshot,
    view: ViewState,
    *,
    jobs: Sequence[JobState],
    now: float,
    wall: float | None = None,
    cache: RowCache | None = None,
) -> Rows:
    """Return the rows for `view`.

    A mistake in the filter is told; what stands before it still holds, so the rows stay
    while a word is being typed.

    Args:
        snapshot: what is known.
        view: filter, order and marks.
        jobs: all jobs of this console.
        now: monotonic time in seconds, for ages.
        wall: seconds since the epoch, for how long jobs have run; None leaves that out.
        cache: unchanged machines are the same objects in each snapshot, so the rows of
            the last time save most of the work.
    """
    cache = {} if cache is None else cache
    for gone in [key for key in cache if key not in snapshot.vms]:
        del cache[gone]
    found = parse(view.filter_text)
    error = found if isinstance(found, FilterError) else None
    chosen = found.before if isinstance(found, FilterError) else found
    machines = [vm for vm in snapshot.vms.values() if chosen.matches(vm, snapshot)]
    machines.sort(key=_name_key)
    machines.sort(key=_SORT_KEYS.get(view.sort, _name_key), reverse=view.descending)
    if view.sort in _FIGURES:
        # What is not known stands last, whichever way the figures go.
        machines.sort(key=lambda vm: _FIGURES[view.sort](vm) is None)
    moment = _Moment(now, wall)
    running = {job.vm: job for job in jobs if job.running}
    shown = {vm.key for vm in machines}
    hidden = sorted(snapshot.vms[key].name for key in view.marks - shown if key in snapshot.vms)
    return Rows(
        tuple(
            _cached(cache, vm, snapshot, running.get(vm.key), moment, marked=vm.key in view.marks)
            for vm in machines
        ),
        total=len(snapshot.vms),
        hidden_marks=tuple(hidden),
        error=error,
    )


def _name_key(vm: Vm) -> tuple[str, str]:
    return (vm.label.lower(), str(vm.key))


_FIGURES: Mapping[str, Callable[[Vm], float | None]] = {
    "vcpu": lambda vm: vm.vcpus,
    "mem": lambda vm: vm.memory_mib,
    "cpu": lambda vm: vm.cpu_percent,
}
_SORT_KEYS: Mapping[str, Callable[[Vm], Any]] = {
    "name": _name_key,
    "pool": lambda vm: vm.key.pool,
    "node": lambda vm: [node.name for node in vm.nodes] or ["\U0010ffff"],
    "state": lambda vm: list(VmState).index(vm.state),
    "ha": lambda vm: (not vm.drifts, list(HaState).index(vm.ha.state)),
    "service": lambda vm: vm.service.name.lower() if vm.service else "\U0010ffff",
    "env": lambda vm: (vm.service.environment if vm.service else None) or "\U0010ffff",
    "vcpu": lambda vm: vm.vcpus or 0,
    "mem": lambda vm: vm.memory_mib or 0,
    "cpu": lambda vm: vm.cpu_percent or 0,
    "note": lambda vm: vm.reason,
}


def _cached(
    cache: RowCache,
    vm: Vm,
    snapshot: Snapshot,
    job: JobState | None,
    moment: _Moment,
    *,
    marked: bool,
) -> Row:
    known = cache.get(vm.key)
    if known is not None and known[0] is vm and known[1] is job and known[2] == marked:
        return known[3]
    row = _row(vm, snapshot, job, moment, marked=marked)
    if job is None and all(copy.certain for copy in vm.copies):
        # A row that tells an age or a duration changes by itself.
        cache[vm.key] = (vm, job, marked, row)
    return row


def _row(vm: Vm, snapshot: Snapshot, job: JobState | None, moment: _Moment, *, marked: bool) -> Row:
    stale = bool(vm.copies) and not any(copy.certain for copy in vm.copies)
    role = "text"
    if vm.state is VmState.SPLIT_BRAIN:
        role = "danger"
    elif stale:
        role = "dim"
    places = "+".join(node.name for node in vm.nodes)
    cells = (
        Cell(visible(vm.label, limit=200)),
        Cell(visible(vm.key.pool, limit=40), "dim"),
        Cell(visible(places, limit=60) or "-", "text" if places else "dim"),
        STATES[vm.state],
        ha_cell(vm),
        *service_cells(vm),
        Cell(figure(vm.vcpus)),
        Cell(memory(vm.memory_mib)),
        Cell(percent(vm.cpu_percent)),
        _working(job, moment.wall) if job else _note(vm, snapshot, moment.now, stale=stale),
    )
    return Row(vm.key, cells, role, marked)


def _working(job: JobState, wall: float | None) -> Cell:
    if job.choices:
        return Cell(f"{visible(job.verb)}: asks, press a", "warn")
    words = [visible(job.verb)]
    if job.current is not None:
        words.append(f"{job.current + 1}/{len(job.steps)}")
    if wall is not None:
        words.append(age(wall - job.started_at))
    if job.progress:
        words.append(visible(job.progress, limit=60))
    return Cell(" ".join(words), "accent")


def _note(vm: Vm, snapshot: Snapshot, now: float, *, stale: bool) -> Cell:
    if stale:
        listed = [snapshot.nodes[copy.node].listed_at for copy in vm.copies]
        oldest = min((at for at in listed if at is not None), default=None)
        old = "" if oldest is None else f"{age(now - oldest)} old; "
        return Cell(f"{old}{visible(vm.reason, limit=120)}", "unknown")
    if vm.state is VmState.DOWN and vm.ha.state is HaState.ON:
        return Cell("HA is on, runs nowhere", "warn")
    if vm.drifts and vm.wanted_ha is not None and not vm.reason:
        wanted = "on" if vm.wanted_ha.on else "off"
        return Cell(f"HA wanted {wanted} by {visible(vm.wanted_ha.source, limit=80)}", "drift")
    if vm.reason:
        role = "danger" if vm.state is VmState.SPLIT_BRAIN else "unknown"
        return Cell(visible(vm.reason, limit=160), role)
    return Cell("")
