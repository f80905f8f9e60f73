"""The rows of the grid from one moment to the next: only what changed is made anew."""

from __future__ import annotations

from collections.abc import Sequence

from ovmtui.model.identity import VmKey
from ovmtui.model.job import JobState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.ui.viewmodel.grouping import same_place
from ovmtui.ui.viewmodel.moment import moment_of
from ovmtui.ui.viewmodel.rows import Row, RowCache, Rows, build, row_of
from ovmtui.ui.viewmodel.trends import Trends
from ovmtui.ui.viewmodel.view import ViewState


class RowKeeper:
    """Gives what `rows.build` gives, and remembers what it was made of."""

    def __init__(self) -> None:
        """Begin with nothing remembered."""
        self._cache: RowCache = {}
        self._snapshot = Snapshot()
        self._view: ViewState | None = None
        self._asking: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._rows = Rows((), 0)
        self._lines: dict[VmKey, int] = {}
        self._restless: set[VmKey] = set()
        """Machines whose rows change by themselves, with the time."""

    def rows(
        self,
        snapshot: Snapshot,
        view: ViewState,
        *,
        jobs: Sequence[JobState],
        now: float,
        wall: float | None = None,
        trends: Trends | None = None,
    ) -> Rows:
        """Return the rows for `view`; the arguments are those of `rows.build`."""
        running = {job.vm: job for job in jobs if job.running}
        moment = moment_of(snapshot, jobs, now=now, wall=wall)
        asking = (moment.asked, moment.answering)
        changed = self._changed(snapshot, view) if asking == self._asking else None
        shown = trends if trends is not None and "trend" in view.columns else None
        grown = shown.take_grown() if shown is not None else set()
        if changed is None:
            self._rows = build(
                snapshot,
                view,
                jobs=jobs,
                now=now,
                wall=wall,
                cache=self._cache,
                trends=trends,
            )
            self._lines = {row.key: line for line, row in enumerate(self._rows.rows)}
            self._restless = {
                vm.key for vm in snapshot.vms.values() if not all(c.certain for c in vm.copies)
            }
        else:
            rows = list(self._rows.rows)
            restless = self._restless | self._working(rows)
            for key in changed | grown | restless | running.keys():
                if (line := self._lines.get(key)) is not None:
                    marked = key in view.marks
                    job = running.get(key)
                    rows[line] = row_of(
                        self._cache,
                        snapshot.vms[key],
                        snapshot,
                        job,
                        moment,
                        marked=marked,
                        trend=shown.spark(key) if shown is not None else "",
                    )
            self._rows = Rows(tuple(rows), total=len(snapshot.vms))
        self._snapshot, self._view, self._asking = snapshot, view, asking
        return self._rows

    def _working(self, rows: Sequence[Row]) -> set[VmKey]:
        """Return the machines whose rows tell of a job: it may have ended."""
        return {row.key for row in rows if row.working}

    def _changed(self, snapshot: Snapshot, view: ViewState) -> set[VmKey] | None:
        """Return the machines that changed; None where rows come, go, or change places."""
        # A filter and a group's heading depend on more than the machine itself.
        plain = not view.filter_text and not view.group
        old = self._snapshot
        if view != self._view or not plain or len(old.vms) != len(snapshot.vms):
            return None
        changed: set[VmKey] = set()
        if old.vms is snapshot.vms:
            return changed
        for before, after in zip(old.vms.values(), snapshot.vms.values(), strict=True):
            if before is not after:
                if before.key != after.key or not same_place(before, after, view):
                    return None
                if _is_certain(before) != _is_certain(after):
                    return None
                changed.add(after.key)
        return changed


def _is_certain(vm: Vm) -> bool:
    return all(copy.certain for copy in vm.copies)
