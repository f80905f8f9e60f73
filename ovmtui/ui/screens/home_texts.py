"""What the main screen says by itself: in an empty grid, and when nothing else is to be said."""

from __future__ import annotations

from ovmtui.model.job import JobState
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm, VmState
from ovmtui.ui.desk import Desk
from ovmtui.ui.viewmodel.rows import Rows


def empty_text(desk: Desk, *, filtered: bool) -> str:
    """Return why there is no row."""
    snapshot = desk.console.shown
    if filtered and snapshot.vms:
        return "no machine fits the filter: ESC clears it"
    if any(node.domains is None and not node.problem for node in snapshot.nodes.values()):
        return "asking the nodes"
    if not any(node.certain for node in snapshot.nodes.values()):
        return f"no node answers: {desk.key_of('page.nodes')} shows why"
    return "no machine on any node"


def resting_text(
    desk: Desk, *, rows: Rows | None, asking: JobState | None, vm: Vm | None
) -> tuple[str, str]:
    """Return what deserves a look most, and its role.

    The key comes first: a narrow terminal cuts the end.
    """
    if rows is not None and rows.error is not None:
        return f"filter: {visible(rows.error.message)}", "warn"
    if asking is not None:
        key = desk.key_of("job.answer")
        return f"{key} answers: {visible(asking.title)} asks: {visible(asking.question)}", "warn"
    if vm is not None and vm.reason:
        # Two places are what a migration under way looks like.
        role = "dim" if vm.state is VmState.MIGRATING else "warn"
        return f"{visible(vm.shown)}: {visible(vm.reason)}", role
    if not desk.alerts:
        return "", "dim"
    count = "1 alert" if len(desk.alerts) == 1 else f"{len(desk.alerts)} alerts"
    return f"{desk.key_of('page.alerts')} shows {count}, the worst: {desk.alerts[0].text}", "dim"
