"""The few moves that would even out the memory of a pool's nodes. A hint, never a deed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from ovmtui.model.domain import DomainState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.plan.readiness import memory_needed_mib
from ovmtui.plan.tool_guards import toolstack_obstacle

_MOVES = 3
"""As many moves as are proposed: more of them would have to be looked at anew anyway."""
_WORTH = 0.10
"""By how much of a node's memory two nodes must differ for a move to be worth its while."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One move that would help."""

    vm: VmKey
    target: NodeKey


def balancing(
    snapshot: Snapshot, pool: str, *, busy: Container[VmKey] = frozenset()
) -> tuple[Hint, ...]:
    """Return up to three moves from fuller nodes to emptier ones, the best first.

    Only nodes that answer, are not in maintenance and state their memory take part; only
    machines that run, once, that no job works on (`busy`), and that can go there live: whose
    service lets them, to a CPU and a toolstack that take them.
    """
    free: dict[NodeKey, float] = {}
    total: dict[NodeKey, float] = {}
    for node in snapshot.nodes_of(pool):
        facts = node.facts
        known = facts.free_memory_mib is not None and facts.total_memory_mib
        if node.certain and not node.maintenance and known:
            free[node.key] = float(facts.free_memory_mib or 0)
            total[node.key] = float(facts.total_memory_mib or 1)
    free_to_go = [vm for vm in snapshot.vms.values() if vm.key.pool == pool and vm.key not in busy]
    hints: list[Hint] = []
    while len(hints) < _MOVES:
        found = _best(snapshot, free_to_go, free, total)
        if found is None:
            break
        hint, source, needed = found
        hints.append(hint)
        free_to_go = [vm for vm in free_to_go if vm.key != hint.vm]
        free[source] += needed
        free[hint.target] -= needed
    return tuple(hints)


def _best(
    snapshot: Snapshot,
    free_to_go: Iterable[Vm],
    free: dict[NodeKey, float],
    total: dict[NodeKey, float],
) -> tuple[Hint, NodeKey, int] | None:
    """Return the move between the two most unequal nodes that have one; None: none is worth it."""
    share = {node: free[node] / total[node] for node in free}
    pairs = [(source, target) for source in share for target in share if source != target]
    pairs.sort(key=lambda pair: (share[pair[0]] - share[pair[1]], pair[0].name, pair[1].name))
    for source, target in pairs:
        before = share[target] - share[source]
        if before < _WORTH:
            break
        found = [
            (_gap(needed, source, target, free, total), vm.key, needed)
            for vm in free_to_go
            if vm.memory_mib is not None
            and (needed := memory_needed_mib(vm.memory_mib)) <= free[target]
            and _can_go(vm, source, target, snapshot)
        ]
        gap, machine, needed = min(found, default=(before, None, 0), key=lambda each: each[0])
        if machine is not None and before - gap >= _WORTH:
            return Hint(machine, target), source, needed
    return None


def _gap(
    needed: int,
    source: NodeKey,
    target: NodeKey,
    free: Mapping[NodeKey, float],
    total: Mapping[NodeKey, float],
) -> float:
    """Return by how much of their memory the two nodes would differ after the move."""
    return abs((free[source] + needed) / total[source] - (free[target] - needed) / total[target])


def _can_go(vm: Vm, source: NodeKey, target: NodeKey, snapshot: Snapshot) -> bool:
    models = {snapshot.nodes[node].facts.cpu_model for node in (source, target)} - {None}
    return (
        len(vm.copies) == 1
        and vm.copies[0].node == source
        and vm.copies[0].domain.state is DomainState.RUNNING
        and (vm.service is None or vm.service.allows(target))
        and len(models) < 2
        and not toolstack_obstacle(source, target, snapshot)
    )
