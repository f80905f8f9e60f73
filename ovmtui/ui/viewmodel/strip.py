"""The line of nodes: one cell for each, with what matters most about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from ovmtui.model.identity import NodeKey
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible

_BAR = 6
"""Columns of the memory bar."""


@dataclass(frozen=True, slots=True)
class NodeCell:
    """One node of the strip."""

    key: NodeKey
    name: str
    symbol: str
    role: str
    text: str
    """All there is to say."""
    middle: str
    """The same without the load."""
    brief: str
    """The same for a narrow terminal."""


def node_cells(
    snapshot: Snapshot, *, wall_offset: float, zone: tzinfo | None = None
) -> tuple[NodeCell, ...]:
    """Return the cells of all nodes, in configured order.

    Args:
        snapshot: what is known.
        wall_offset: seconds to add to monotonic times for the time since the epoch.
        zone: time zone of the clock times; None is the machine's own.
    """
    return tuple(
        _cell(node, wall_offset, zone)
        for pool in snapshot.pools
        for node in snapshot.nodes_of(pool.name)
    )


def _cell(node: NodeView, wall_offset: float, zone: tzinfo | None) -> NodeCell:
    symbol, role, text, brief = _content(node, wall_offset, zone)
    load = "" if node.load is None or not node.certain else f" load {node.load:.1f}"
    name = visible(node.key.name, limit=40)
    return NodeCell(node.key, name, symbol, role, text + load, text, brief)


def _content(node: NodeView, wall_offset: float, zone: tzinfo | None) -> tuple[str, str, str, str]:
    if node.reach is Reach.CONNECTING:
        return "◌", "dim", "connecting", "…"
    if node.reach is not Reach.UP:
        since = ""
        if node.since is not None:
            at = datetime.fromtimestamp(node.since + wall_offset, tz=zone)
            since = f" since {at if zone else at.astimezone():%H:%M}"
        what = "no connection" if node.reach is Reach.UNREACHABLE else "refused"
        return "✖", "danger", f"{what}{since}: {visible(node.problem, limit=60)}", f"{what}{since}"
    if node.list_problem:
        return "?", "unknown", visible(node.list_problem, limit=70), "unknown"
    if node.domains is None:
        return "◌", "dim", "listing", "…"
    count = sum(not domain.is_domain_zero and domain.is_active for domain in node.domains)
    vms = f"{count} VM" + ("" if count == 1 else "s")
    text = " ".join(part for part in (vms, _memory(node)) if part)
    if node.maintenance:
        return "◐", "warn", f"maintenance {text}", f"maint. {vms}"
    return "●", "ok", text, vms


def node_symbol(node: NodeView) -> tuple[str, str]:
    """Return a node's symbol and its role."""
    if node.reach is Reach.CONNECTING:
        return "◌", "dim"
    if node.reach is not Reach.UP:
        return "✖", "danger"
    if not node.certain:
        return "?", "unknown"
    return ("◐", "warn") if node.maintenance else ("●", "ok")


def _memory(node: NodeView) -> str:
    free, total = node.facts.free_memory_mib, node.facts.total_memory_mib
    if free is None or not total:
        return ""
    used = max(0, total - free)
    filled = min(_BAR, round(_BAR * used / total))
    return f"{'▓' * filled}{'░' * (_BAR - filled)} {used // 1024}/{total // 1024}G"
