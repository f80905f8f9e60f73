"""What must hold around a reboot: that the machine is to come back, and that it has."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.domain import DomainState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.verdict import Standing, Verdict, fails, holds
from ovmtui.plan.waits import silent_node

_RESTARTING = frozenset({"restart", "rename-restart"})
"""Values of `on_reboot` with which the toolstack builds a domain anew; the first is the default."""


@dataclass(frozen=True, slots=True)
class RestartsOnReboot:
    """No vm.cfg of the machine says that a reboot ends it.

    The domain was built from such a file, perhaps from an older one: so it can be overridden.
    """

    vm: VmKey
    name: str = "restarts-on-reboot"
    subject: str = "its vm.cfg lets it come back from a reboot"
    overridable: bool = True

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Look at `on_reboot` in each file that names the machine."""
        vm = snapshot.vms.get(self.vm)
        for file in vm.configs if vm else ():
            value = dict(file.config.settings).get("on_reboot", "restart").strip("'\" ")
            if value not in _RESTARTING:
                return fails(f"on_reboot is {value} in {file.path}: the machine would be gone")
        return holds("on_reboot is not set to anything else than restart")


@dataclass(frozen=True, slots=True)
class CameBack:
    """The machine runs on `node` again, once, as another domain than `domid`."""

    vm: VmKey
    node: NodeKey
    domid: int
    """The domain that was asked to reboot."""
    name: str = "came-back"
    subject: str = "container up status"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the copies of the machine."""
        node = snapshot.nodes[self.node]
        if not node.certain:
            return silent_node(node)
        vm = snapshot.vms.get(self.vm)
        copies = vm.copies if vm else ()
        here = [copy for copy in copies if copy.node == self.node]
        others = [copy for copy in copies if copy.node != self.node]
        if others:
            places = ", ".join(
                f"{copy.domain.state.value} on {copy.node.name} (id {copy.domain.domid})"
                + ("" if copy.certain else " when last seen")
                for copy in others
            )
            if here or not all(copy.certain for copy in others):
                return fails(f"also listed elsewhere: {places}")
            text = f"it did not come back here: it is {places}, started or moved there by somebody"
            return Verdict(Standing.FAILS, text, final=True)
        if not here:
            return fails(f"{self.node.name} lists it no more: it has not come back yet")
        if len(here) > 1:
            return fails(f"{self.node.name} lists it {len(here)} times")
        domain = here[0].domain
        if domain.domid == self.domid:
            return fails(f"it still is domain {self.domid}: the guest has not gone down")
        if domain.state is not DomainState.RUNNING:
            return fails(f"{domain.state.value} on {self.node.name} (id {domain.domid})")
        return holds(f"running on {self.node.name} as domain {domain.domid}, before {self.domid}")
