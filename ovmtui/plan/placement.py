"""Which node a machine could go to, and why not to the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.plan.guards import why_uncertain
from ovmtui.plan.readiness import memory_needed_mib
from ovmtui.plan.tool_guards import toolstack_obstacle


@dataclass(frozen=True, slots=True)
class Target:
    """A node as a place for a machine."""

    node: NodeKey
    reasons: tuple[str, ...] = ()
    """Why it is excluded; empty when it may be chosen."""
    free_after_mib: int | None = None
    """Free memory once the machine runs there; None where unknown."""
    vm_count: int | None = None
    load: float | None = None

    @property
    def eligible(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons


def rank_targets(
    snapshot: Snapshot,
    vm: VmKey,
    *,
    now: float,
    max_age: float,
    reserved_mib: Mapping[NodeKey, int] | None = None,
) -> Sequence[Target]:
    """Return every node of the machine's pool, the best place first, excluded ones last.

    Best is most free memory after the move, then fewest machines. `reserved_mib` is
    what plans under way will take on a node.
    """
    machine = snapshot.vms[vm]
    reserved = reserved_mib or {}
    targets = [
        _target(snapshot, machine, node, now, max_age, reserved.get(node.key, 0))
        for node in snapshot.nodes_of(vm.pool)
    ]
    return sorted(
        targets,
        key=lambda target: (
            not target.eligible,
            -(target.free_after_mib or 0),
            target.vm_count or 0,
            target.node.name,
        ),
    )


def _target(
    snapshot: Snapshot, vm: Vm, node: NodeView, now: float, max_age: float, reserved: int
) -> Target:
    reasons: list[str] = []
    if any(copy.node == node.key for copy in vm.copies):
        reasons.append("it is there already")
    doubt = why_uncertain(node, now, max_age)
    if doubt:
        reasons.append(doubt.removeprefix(f"{node.key.name}: "))
    if node.maintenance:
        reasons.append("in maintenance")
    if vm.service is not None and not vm.service.allows(node.key):
        reasons.append(f"not among the nodes of service {vm.service.name}")
    free = node.facts.free_memory_mib
    after = None
    if free is not None and vm.memory_mib is not None:
        after = free - reserved - memory_needed_mib(vm.memory_mib)
        if after < 0 and not vm_is_on(vm, node.key):
            reasons.append(f"{-after} MiB of memory short")
    elif free is None and not doubt:
        reasons.append("free memory unknown")
    if vm.home is not None and vm.home.node != node.key:
        source = snapshot.nodes[vm.home.node].facts.cpu_model
        if source and node.facts.cpu_model and source != node.facts.cpu_model:
            reasons.append("another CPU model")
        if obstacle := toolstack_obstacle(vm.home.node, node.key, snapshot):
            reasons.append(obstacle)
    if vm.configs and node.configs is not None:
        seen = {file.path for file in node.configs}
        if not any(file.path in seen for file in vm.configs):
            reasons.append("does not see its vm.cfg")
    elif vm.configs and not doubt:
        reasons.append(node.scan_problem or "its repositories were not searched yet")
    count = None
    if node.domains is not None and not doubt:
        count = sum(not domain.is_domain_zero and domain.is_active for domain in node.domains)
    return Target(node.key, tuple(reasons), after, count, None if doubt else node.load)


def vm_is_on(vm: Vm, node: NodeKey) -> bool:
    """Return whether `node` lists the machine."""
    return any(copy.node == node for copy in vm.copies)
