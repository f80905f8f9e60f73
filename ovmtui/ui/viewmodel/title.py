"""The first line: what is shown, how much of it, how old, and the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from ovmtui.model.job import JobState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.ui.viewmodel.alerts import Alert
from ovmtui.ui.viewmodel.rows import Rows
from ovmtui.ui.viewmodel.times import age
from ovmtui.ui.viewmodel.view import ViewState

READ_ONLY = "READ-ONLY"
"""Said first where no verb exists."""


def title(
    snapshot: Snapshot,
    view: ViewState,
    rows: Rows,
    *,
    jobs: Sequence[JobState],
    alerts: Sequence[Alert],
    now: float,
    wall: float,
    read_only: bool = False,
    zone: tzinfo | None = None,
) -> str:
    """Return the title; what is usual is left out, what matters never.

    Args:
        snapshot: what is known.
        view: filter, order and marks.
        rows: what the grid shows.
        jobs: all jobs of this console.
        alerts: what needs a look.
        now: monotonic time, for the age of the oldest listing.
        wall: seconds since the epoch, for the clock.
        read_only: whether nothing may be changed anywhere.
        zone: time zone of the clock; None is the machine's own.
    """
    pools = "·".join(visible(pool.label, limit=30) for pool in snapshot.pools)
    shown = f"{len(rows.keys)}/{rows.total}" if view.filter_text else str(rows.total)
    parts = ["ovmtui", pools, f"VMs {shown}"]
    if read_only or all(pool.read_only for pool in snapshot.pools):
        parts.insert(1, READ_ONLY)
    if view.filter_text:
        parts.append(f"⌕ {visible(view.filter_text, limit=60)}")
    if rows.error is not None:
        parts.append(f"✖ {visible(rows.error.message, limit=120)}")
    if view.sort != "name" or view.descending:
        parts.append(f"sort {view.sort}{'▾' if view.descending else '▴'}")
    if view.marks:
        hidden = f" ({len(rows.hidden_marks)} hidden)" if rows.hidden_marks else ""
        parts.append(f"marked {len(view.marks)}{hidden}")
    running = sum(job.running for job in jobs)
    if running:
        parts.append(f"jobs {running}")
    if alerts:
        parts.append(f"! {len(alerts)} alert{'' if len(alerts) == 1 else 's'}")
    if (oldest := _oldest(snapshot)) is not None:
        parts.append(f"age {age(now - oldest)}")
    at = datetime.fromtimestamp(wall, tz=zone)
    parts.append(f"{at if zone else at.astimezone():%H:%M}")
    return "  ".join(part for part in parts if part)


def _oldest(snapshot: Snapshot) -> float | None:
    """Return when the oldest listing of the nodes that answer was made."""
    times = [node.listed_at for node in snapshot.nodes.values() if node.certain]
    return min((at for at in times if at is not None), default=None)
