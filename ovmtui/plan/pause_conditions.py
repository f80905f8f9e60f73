"""What must hold around pausing a machine and letting it go on."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.domain import DomainState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.leftovers import leftovers
from ovmtui.plan.verdict import Verdict, fails, holds
from ovmtui.plan.waits import silent_node

WHY_NO_LEFTOVER = "unpausing a leftover copy makes two running copies of one machine"


@dataclass(frozen=True, slots=True)
class IsPaused:
    """The machine is paused on `node` as domain `domid`, and nowhere else."""

    vm: VmKey
    node: NodeKey
    domid: int
    name: str = "is-paused"
    subject: str = "container paused status"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the copies of the machine."""
        node = snapshot.nodes[self.node]
        if not node.certain:
            return silent_node(node)
        vm = snapshot.vms.get(self.vm)
        copies = vm.copies if vm else ()
        others = [copy for copy in copies if copy.node != self.node]
        if others:
            places = ", ".join(f"{copy.domain.name} on {copy.node.name}" for copy in others)
            return fails(f"also listed elsewhere: {places}")
        if len(copies) != 1:
            return fails(f"{self.node.name} lists it {len(copies)} times")
        domain = copies[0].domain
        if domain.domid != self.domid:
            return fails(f"its domain id is {domain.domid} now, no longer {self.domid}")
        if domain.state is not DomainState.PAUSED:
            return fails(f"{domain.state.value} on {self.node.name}")
        return holds(f"paused on {self.node.name} (id {self.domid})")


@dataclass(frozen=True, slots=True)
class NoLeftover:
    """The machine's domain is none that a migration left, and no other has its name or disks."""

    vm: VmKey
    node: NodeKey
    domid: int
    name: str = "no-leftover"
    subject: str = "it is no leftover of a migration, and no other domain has its name or disks"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge every domain of the pool, also those seen last on a silent node."""
        vm = snapshot.vms.get(self.vm)
        if vm is None:
            return fails("it is not known in this pool")
        for left in leftovers(vm, snapshot):
            return fails(f"{left.what}: {WHY_NO_LEFTOVER}")
        disks = {
            disk.path
            for source in (
                *(file.config.disks for file in vm.configs),
                *(copy.domain.disks for copy in vm.copies),
            )
            for disk in source
            if disk.exclusive and disk.path
        }
        for node in snapshot.nodes_of(self.vm.pool):
            for domain in node.domains or ():
                itself = node.key == self.node and domain.domid == self.domid
                if itself or domain.is_domain_zero or not domain.is_active:
                    continue
                if domain.plain_name == vm.name:
                    return fails(f"a domain called {domain.name} is on {node.key.name}, too")
                for disk in domain.disks:
                    if disk.exclusive and disk.path in disks:
                        return fails(
                            f"{domain.name} on {node.key.name} has its disk {disk.path} open"
                        )
        return holds("it has had CPU time here, and it is the only one")
