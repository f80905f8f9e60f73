"""The line of nodes: one cell for each, with what matters most about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from ovmtui.model.identity import NodeKey
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible

LEVELS = 5
"""How many texts a node has, each shorter than the one before."""


@dataclass(frozen=True, slots=True)
class NodeCell:
    """One node of the strip."""

    key: NodeKey
    name: str
    symbol: str
    role: str
    texts: tuple[str, ...]
    """What there is to say, from all of it to the least, for ever narrower terminals."""


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
    symbol, role, texts = _content(node, wall_offset, zone)
    name = visible(node.key.name, limit=40)
    return NodeCell(node.key, name, symbol, role, texts + texts[-1:] * (LEVELS - len(texts)))


def _content(
    node: NodeView, wall_offset: float, zone: tzinfo | None
) -> tuple[str, str, tuple[str, ...]]:
    if node.reach is Reach.CONNECTING:
        return "◌", "dim", ("connecting", "connecting", "…")
    if node.reach is not Reach.UP:
        since = ""
        if node.since is not None:
            at = datetime.fromtimestamp(node.since + wall_offset, tz=zone)
            since = f" since {at if zone else at.astimezone():%H:%M}"
        what = "no connection" if node.reach is Reach.UNREACHABLE else "refused"
        whole = f"{what}{since}: {visible(node.problem, limit=60)}"
        return "✖", "danger", (whole, whole, f"{what}{since}")
    if node.list_problem:
        return "?", "unknown", (visible(node.list_problem, limit=70),) * 2 + ("unknown",)
    if node.domains is None:
        return "◌", "dim", ("listing", "listing", "…")
    count = sum(not domain.is_domain_zero and domain.is_active for domain in node.domains)
    vms = f"{count} VM" + ("" if count == 1 else "s")
    load = "" if node.load is None else f"load {node.load:.1f}"
    share = _share(node)
    bar, short_bar = _bar(share, 6), _bar(share, 4)
    percent = "" if share is None else f"{share:.0%}"
    texts = (
        _joined(vms, bar, _gigabytes(node), load),
        _joined(vms, short_bar, percent, load),
        _joined(vms, bar, _gigabytes(node)),
        _joined(vms, percent),
        vms,
    )
    if node.maintenance:
        return "◐", "warn", (*(f"maintenance {text}" for text in texts[:3]), f"maint. {vms}")
    return "●", "ok", texts


def node_symbol(node: NodeView) -> tuple[str, str]:
    """Return a node's symbol and its role."""
    if node.reach is Reach.CONNECTING:
        return "◌", "dim"
    if node.reach is not Reach.UP:
        return "✖", "danger"
    if not node.certain:
        return "?", "unknown"
    return ("◐", "warn") if node.maintenance else ("●", "ok")


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


def _share(node: NodeView) -> float | None:
    """Return how much of the node's memory is used, from 0 to 1."""
    free, total = node.facts.free_memory_mib, node.facts.total_memory_mib
    return None if free is None or not total else min(1.0, max(0, total - free) / total)


def _bar(share: float | None, width: int) -> str:
    if share is None:
        return ""
    filled = round(width * share)
    return "▓" * filled + "░" * (width - filled)


def _gigabytes(node: NodeView) -> str:
    free, total = node.facts.free_memory_mib, node.facts.total_memory_mib
    if free is None or not total:
        return ""
    return f"{max(0, total - free) / 1024:.0f}/{total / 1024:.0f}G"
