"""The few moves that would even out the memory of a pool's nodes. A hint, never a deed."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.domain import DomainState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.readiness import memory_needed_mib

_MOVES = 3
"""As many moves as are proposed: more of them would have to be looked at anew anyway."""
_WORTH = 0.10
"""By how much of a node's memory two nodes must differ for a move to be worth its while."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One move that would help."""

    vm: VmKey
    target: NodeKey


def balancing(snapshot: Snapshot, pool: str) -> tuple[Hint, ...]:
    """Return up to three moves from the fullest nodes to the emptiest, the best first.

    Only nodes that answer, are not in maintenance and state their memory take part; only
    machines that run, once, and whose service lets them go there.
    """
    free: dict[NodeKey, float] = {}
    total: dict[NodeKey, float] = {}
    for node in snapshot.nodes_of(pool):
        facts = node.facts
        known = facts.free_memory_mib is not None and facts.total_memory_mib
        if node.certain and not node.maintenance and known:
            free[node.key] = float(facts.free_memory_mib or 0)
            total[node.key] = float(facts.total_memory_mib or 1)
    hints: list[Hint] = []
    moved: set[VmKey] = set()
    while len(hints) < _MOVES and len(free) > 1:
        found = _best(snapshot, pool, free, total, moved)
        if found is None:
            break
        hint, source, needed = found
        hints.append(hint)
        moved.add(hint.vm)
        free[source] += needed
        free[hint.target] -= needed
    return tuple(hints)


def _best(
    snapshot: Snapshot,
    pool: str,
    free: dict[NodeKey, float],
    total: dict[NodeKey, float],
    moved: set[VmKey],
) -> tuple[Hint, NodeKey, int] | None:
    """Return the move that leaves the two nodes most alike; None when none is worth it."""
    share = {node: free[node] / total[node] for node in free}
    fullest = min(share, key=lambda node: (share[node], node.name))
    emptiest = max(share, key=lambda node: (share[node], node.name))
    best: tuple[float, Hint, NodeKey, int] | None = None
    for vm in snapshot.vms.values():
        copies = vm.copies
        fits = (
            vm.key.pool == pool
            and vm.key not in moved
            and len(copies) == 1
            and copies[0].node == fullest
            and copies[0].domain.state is DomainState.RUNNING
            and (vm.service is None or vm.service.allows(emptiest))
        )
        if not fits or vm.memory_mib is None:
            continue
        needed = memory_needed_mib(vm.memory_mib)
        gap = abs(
            (free[fullest] + needed) / total[fullest] - (free[emptiest] - needed) / total[emptiest]
        )
        if free[emptiest] >= needed and (best is None or gap < best[0]):
            best = (gap, Hint(vm.key, emptiest), fullest, needed)
    before = share[emptiest] - share[fullest]
    if best is None or before - best[0] < _WORTH:
        return None
    return best[1:]
