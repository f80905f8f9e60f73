"""The rows of the grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ovmtui.model.ha import NOT_ASKED, VMCFG, HaState
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
from ovmtui.ui.viewmodel.grouping import group_of, group_title, sort
from ovmtui.ui.viewmodel.moment import Moment, moment_of
from ovmtui.ui.viewmodel.times import age
from ovmtui.ui.viewmodel.trends import Trends
from ovmtui.ui.viewmodel.view import ViewState
from ovmtui.ui.viewmodel.working import working


@dataclass(frozen=True, slots=True)
class Row:
    """One machine; its cells are in the order of `COLUMNS`."""

    key: VmKey
    cells: tuple[Cell, ...]
    role: str = "text"
    """`danger` and `dim` colour the whole row, `marked` its mark."""
    marked: bool = False
    working: bool = False
    """Whether a job works on it."""
    heading: str = ""
    """Not empty: no machine, but the name of the group that follows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the grid shows, and what it does not."""

    rows: tuple[Row, ...]
    total: int
    """Machines without the filter."""
    hidden_marks: tuple[str, ...] = ()
    """Names of marked machines that the filter hides."""
    error: FilterError | None = None

    @property
    def keys(self) -> tuple[VmKey, ...]:
        """The machines that are shown, in their order."""
        return tuple(row.key for row in self.rows if not row.heading)


RowCache = dict[VmKey, tuple[Vm, JobState | None, bool, str, Row]]
"""Rows with what they were made of: a machine that did not change keeps its row."""


def build(
    snapshot: Snapshot,
    view: ViewState,
    *,
    jobs: Sequence[JobState],
    now: float,
    wall: float | None = None,
    cache: RowCache | None = None,
    trends: Trends | None = None,
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
        trends: how busy the machines were; asked only when that column is wanted.
    """
    cache = {} if cache is None else cache
    for gone in [key for key in cache if key not in snapshot.vms]:
        del cache[gone]
    found = parse(view.filter_text)
    error = found if isinstance(found, FilterError) else None
    chosen = found.before if isinstance(found, FilterError) else found
    machines = [vm for vm in snapshot.vms.values() if chosen.matches(vm, snapshot)]
    sort(machines, view)
    moment = moment_of(snapshot, jobs, now=now, wall=wall)
    running = {job.vm: job for job in jobs if job.running}
    shown = {vm.key for vm in machines}
    hidden = sorted(snapshot.vms[key].name for key in view.marks - shown if key in snapshot.vms)
    trend = trends.spark if trends is not None and "trend" in view.columns else _no_trend
    rows = [
        row_of(
            cache,
            vm,
            snapshot,
            running.get(vm.key),
            moment,
            marked=vm.key in view.marks,
            trend=trend(vm.key),
        )
        for vm in machines
    ]
    return Rows(
        tuple(grouped(machines, rows, snapshot, by=view.group)) if view.group else tuple(rows),
        total=len(snapshot.vms),
        hidden_marks=tuple(hidden),
        error=error,
    )


def grouped(
    machines: Sequence[Vm], rows: Sequence[Row], snapshot: Snapshot, *, by: str
) -> Iterator[Row]:
    """Yield `rows` with a heading before each group; `machines` are sorted by group already."""
    before: str | None = None
    for vm, row in zip(machines, rows, strict=True):
        name = group_of(vm, by)
        if name != before:
            members = [other for other in machines if group_of(other, by) == name]
            title = group_title(name, members, snapshot, by=by)
            yield Row(VmKey("", f"group {name}"), (), "heading", heading=title)
            before = name
        yield row


def _no_trend(vm: VmKey) -> str:
    return ""


def row_of(
    cache: RowCache,
    vm: Vm,
    snapshot: Snapshot,
    job: JobState | None,
    moment: Moment,
    *,
    marked: bool,
    trend: str = "",
) -> Row:
    """Return the row of one machine, from `cache` when nothing that it tells has changed."""
    known = cache.get(vm.key)
    same = known is not None and known[0] is vm and known[1] is job
    if known is not None and same and known[2] == marked and known[3] == trend:
        return known[4]
    row = _row(vm, snapshot, job, moment, marked=marked, trend=trend)
    if job is None and all(copy.certain for copy in vm.copies):
        # A row that tells an age or a duration changes by itself.
        cache[vm.key] = (vm, job, marked, trend, row)
    return row


def _row(
    vm: Vm,
    snapshot: Snapshot,
    job: JobState | None,
    moment: Moment,
    *,
    marked: bool,
    trend: str,
) -> Row:
    stale = bool(vm.copies) and not any(copy.certain for copy in vm.copies)
    role = "text"
    if vm.state is VmState.SPLIT_BRAIN:
        role = "danger"
    elif stale:
        role = "dim"
    places = "+".join(node.name for node in vm.nodes)
    cells = (
        Cell(visible(vm.shown, limit=200)),
        Cell(visible(vm.key.pool, limit=40), "dim"),
        Cell(visible(places, limit=60) or "-", "text" if places else "dim"),
        STATES[vm.state],
        ha_cell(vm, managed=vm.key.pool in moment.asked),
        *service_cells(vm),
        Cell(figure(vm.vcpus)),
        Cell(memory(vm.memory_mib)),
        Cell(percent(vm.cpu_percent)),
        Cell(trend, "dim"),
        working(job, vm, wall=moment.wall, rate=moment.rate)
        if job
        else _note(vm, snapshot, moment, stale=stale),
        Cell(vm.key.identity, "dim"),
    )
    return Row(vm.key, cells, role, marked, job is not None)


def _note(vm: Vm, snapshot: Snapshot, moment: Moment, *, stale: bool) -> Cell:
    if stale:
        listed = [snapshot.nodes[copy.node].listed_at for copy in vm.copies]
        oldest = min((at for at in listed if at is not None), default=None)
        old = "" if oldest is None else f"{age(moment.now - oldest)} old; "
        return Cell(f"{old}{visible(vm.reason, limit=120)}", "unknown")
    if vm.state is VmState.DOWN and vm.ha.state is HaState.ON:
        return Cell("HA is on, runs nowhere", "warn")
    if vm.drifts and vm.wanted_ha is not None and not vm.reason:
        wanted = "on" if vm.wanted_ha.on else "off"
        drift = f"HA {vm.ha.state.value}≠{wanted}"
        return Cell(f"{drift}, wanted by {visible(vm.wanted_ha.source, limit=80)}", "drift")
    if vm.ha.conflict and not vm.reason:
        return Cell(f"HA: manager {vm.ha.state.value}, {visible(vm.ha.conflict, limit=80)}", "warn")
    if vm.reason:
        role = "danger" if vm.state is VmState.SPLIT_BRAIN else "unknown"
        return Cell(visible(vm.reason, limit=160), role)
    if vm.ha.source == VMCFG and vm.ha.reason:
        return Cell(f"HA as of vm.cfg; {visible(vm.ha.reason, limit=120)}", "dim")
    if vm.ha.state is HaState.UNKNOWN and vm.key.pool in moment.answering:
        why = "" if vm.ha.reason == NOT_ASKED else vm.ha.reason
        return Cell(f"HA: {visible(why, limit=120)}" if why else "", "unknown")
    return Cell("")
