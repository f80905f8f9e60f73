"""What the waits and verifications of plans look for in a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy
from ovmtui.plan.verdict import Standing, Verdict, fails, holds, unknown


def silent_node(node: NodeView) -> Verdict:
    """Return that nothing can be told of what `node` runs, and why."""
    problem = node.list_problem or node.problem or "does not answer"
    return unknown(f"{node.key.name}: {problem}")


@dataclass(frozen=True, slots=True)
class Vanished:
    """The machine has left the list of every node that answers, `home` among them.

    A node that was silent before cannot be waited for: it is named, not counted.
    """

    vm: VmKey
    home: NodeKey
    domid: int | None = None
    """The domain that is to go; another one means that somebody started it again."""
    name: str = "container-down"
    subject: str = "container down status"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge all nodes of the pool."""
        home = snapshot.nodes[self.home]
        if not home.certain:
            return silent_node(home)
        vm = snapshot.vms.get(self.vm)
        present = [copy for copy in (vm.copies if vm else ()) if copy.certain]
        if present:
            copy = present[0]
            if all(self._is_new(copy) for copy in present):
                places = ", ".join(f"{c.node.name} (id {c.domain.domid})" for c in present)
                text = f"it went down, and something started it again on {places}"
                return Verdict(Standing.FAILS, text, final=True)
            return fails(f"{copy.domain.state.value} on {copy.node.name}")
        silent = [node.key.name for node in snapshot.nodes_of(self.vm.pool) if not node.certain]
        if silent:
            return holds(f"no node that answers lists it ({', '.join(silent)}: not looked at)")
        return holds("no node lists it")

    def _is_new(self, copy: Copy) -> bool:
        moved = copy.node != self.home
        return self.domid is not None and (moved or copy.domain.domid != self.domid)


@dataclass(frozen=True, slots=True)
class DomainGone:
    """Domain `domid` has left `node`'s list. For destroying one copy of several."""

    vm: VmKey
    node: NodeKey
    domid: int
    name: str = "copy-gone"
    subject: str = "container down status"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the node."""
        node = snapshot.nodes[self.node]
        if not node.certain:
            return unknown(f"{self.node.name}: {node.list_problem or node.problem}")
        if any(domain.domid == self.domid for domain in node.domains or ()):
            return fails(f"domain {self.domid} is still listed")
        return holds(f"domain {self.domid} is gone from {self.node.name}")


@dataclass(frozen=True, slots=True)
class HaIsOn:
    """The manager restarts the machine when it vanishes."""

    vm: VmKey
    name: str = "ha-is-on"
    subject: str = "HA is on"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Look at the flag as the manager told it last."""
        vm = snapshot.vms.get(self.vm)
        state = vm.ha.state if vm else HaState.UNKNOWN
        match state:
            case HaState.ON:
                return holds("the manager says that HA is on")
            case HaState.OFF:
                return fails("the manager says that HA is off")
            case HaState.UNKNOWN:
                return unknown("HA is unknown")


@dataclass(frozen=True, slots=True)
class RunsOn:
    """The machine runs on `node`, once, and no answering node holds another copy."""

    vm: VmKey
    node: NodeKey
    name: str = "container-up"
    subject: str = "container up status"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the copies of the machine."""
        node = snapshot.nodes[self.node]
        if not node.certain:
            return silent_node(node)
        vm = snapshot.vms.get(self.vm)
        copies = vm.copies if vm else ()
        others = [copy for copy in copies if copy.node != self.node]
        here = [copy for copy in copies if copy.node == self.node]
        if others:
            places = ", ".join(
                f"{copy.domain.name} {copy.domain.state.value} on {copy.node.name}"
                + ("" if copy.certain else " when last seen")
                for copy in others
            )
            return fails(f"also listed elsewhere: {places}")
        if not here:
            return fails(f"{self.node.name} does not list it")
        if len(here) > 1:
            return fails(f"{self.node.name} lists it {len(here)} times")
        if here[0].domain.state is not DomainState.RUNNING:
            return fails(f"{here[0].domain.state.value} on {self.node.name}")
        return holds(f"running on {self.node.name} (id {here[0].domain.domid})")


@dataclass(frozen=True, slots=True)
class RunsSomewhere:
    """The machine runs once, on whatever node: its manager has chosen."""

    vm: VmKey
    name: str = "container-up"
    subject: str = "container up status"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the copies of the machine."""
        vm = snapshot.vms.get(self.vm)
        copies = vm.copies if vm else ()
        if not copies:
            silent = [node.key.name for node in snapshot.nodes_of(self.vm.pool) if not node.certain]
            if silent:
                return unknown(f"no node that answers lists it; {', '.join(silent)}: not known")
            return fails("no node lists it")
        return RunsOn(self.vm, copies[0].node).evaluate(snapshot, now)
