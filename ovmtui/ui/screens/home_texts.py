"""What the main screen says by itself: in an empty grid, and when nothing else is to be said."""

from __future__ import annotations

from ovmtui.model.job import JobState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm
from ovmtui.ui.viewmodel.alerts import alerts
from ovmtui.ui.viewmodel.rows import Rows


def empty_text(snapshot: Snapshot, *, filtered: bool) -> str:
    """Return why there is no row."""
    if filtered and snapshot.vms:
        return "no machine fits the filter: ESC clears it"
    if any(node.domains is None and not node.problem for node in snapshot.nodes.values()):
        return "asking the nodes"
    if not any(node.certain for node in snapshot.nodes.values()):
        return "no node answers: n shows why"
    return "no machine on any node"


def resting_text(
    snapshot: Snapshot, *, rows: Rows | None, asking: JobState | None, vm: Vm | None
) -> tuple[str, str]:
    """Return what deserves a look most, and its role."""
    if rows is not None and rows.error is not None:
        return f"filter: {visible(rows.error.message)}", "warn"
    if asking is not None:
        return f"{visible(asking.title)} asks: {visible(asking.question)}  (a answers)", "warn"
    if vm is not None and vm.reason:
        return f"{visible(vm.shown)}: {visible(vm.reason)}", "warn"
    found = alerts(snapshot)
    if not found:
        return "", "dim"
    count = "1 alert" if len(found) == 1 else f"{len(found)} alerts"
    return f"{count}, the worst: {found[0].text}  (! shows all)", "dim"
