"""Guards on a machine's OpenSVC service."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.verdict import Verdict, fails, holds, unknown


@dataclass(frozen=True, slots=True)
class NodeInService:
    """The service's file lets the machine be on `node`."""

    vm: VmKey
    node: NodeKey
    name: str = "node-in-service"
    overridable: bool = True

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"its service may be on {self.node.name}"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Look at the file's `nodes`."""
        vm = snapshot.vms.get(self.vm)
        if vm is None or vm.service is None:
            return holds("no service names it any more")
        nodes = ", ".join(vm.service.file.general.nodes)
        if vm.service.allows(self.node):
            return holds(f"nodes of {vm.service.name}: {nodes or 'not limited'}")
        return fails(f"nodes of {vm.service.name} are {nodes}")


@dataclass(frozen=True, slots=True)
class NotFrozen:
    """The agent of `node` may act on the service."""

    vm: VmKey
    node: NodeKey
    name: str = "not-frozen"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"its service is not frozen on {self.node.name}"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Look at what the agent says."""
        vm = snapshot.vms.get(self.vm)
        status = vm.service.statuses.get(self.node) if vm and vm.service else None
        if vm is None or vm.service is None or status is None:
            return unknown("its agent was not asked yet")
        if status.frozen:
            return fails(
                f"{vm.service.name} is frozen on {self.node.name}: its agent would refuse; "
                "thaw it first"
            )
        if status.frozen is None:
            return holds("nothing says that it is")
        return holds(f"{vm.service.name} is not frozen")
