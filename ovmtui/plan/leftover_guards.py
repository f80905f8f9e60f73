"""What must hold around the repair of a leftover."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.domain import DomainState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy
from ovmtui.plan.guards import why_uncertain
from ovmtui.plan.leftovers import Leftover, leftovers, may_execute
from ovmtui.plan.verdict import Verdict, fails, holds, unknown


@dataclass(frozen=True, slots=True)
class StillLeftOver:
    """A domain still is the leftover that it was, and the copy beside it still runs."""

    vm: VmKey
    seen: Leftover
    """What the plan was made for."""
    max_age: float
    name: str = "still-left-over"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        domain = self.seen.copy.domain
        text = f"{domain.name} (id {domain.domid}) on {self.seen.node.name} is left over"
        if self.seen.keeper is not None:
            text += f", and the machine runs on {self.seen.keeper.node.name}"
        return text

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge anew what is left over, on fresh listings of the nodes that it concerns."""
        keeper = self.seen.keeper
        nodes = {self.seen.node, *((keeper.node,) if keeper else ())}
        doubts = [
            doubt
            for key in sorted(nodes)
            if (doubt := why_uncertain(snapshot.nodes[key], now, self.max_age))
        ]
        if doubts:
            return unknown("; ".join(doubts))
        vm = snapshot.vms.get(self.vm)
        found = leftovers(vm, snapshot) if vm is not None else ()
        for left in found:
            if _mark(left.copy) != _mark(self.seen.copy):
                continue
            if left.kind is not self.seen.kind or left.repair is not self.seen.repair:
                return fails(f"{left.what}; {left.remedy}")
            if _place(left.keeper) != _place(keeper):
                return fails("the machine runs as another domain now")
            return holds(f"{left.copy.domain.state.value} on {left.node.name}")
        domain = self.seen.copy.domain
        return fails(f"{domain.name} (id {domain.domid}) is no leftover any more")


@dataclass(frozen=True, slots=True)
class RunsOnce:
    """One domain of the machine may execute: `domid` on `node`, and it runs."""

    vm: VmKey
    node: NodeKey
    domid: int | None
    called: str | None = None
    """When given, the domain must have this name."""
    name: str = "runs-once"
    subject: str = "runs once"
    overridable: bool = False

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the copies of the machine."""
        node = snapshot.nodes[self.node]
        if not node.certain:
            return unknown(f"{self.node.name}: {node.list_problem or node.problem}")
        vm = snapshot.vms.get(self.vm)
        copies = vm.copies if vm else ()
        others = [
            copy
            for copy in copies
            if _place(copy) != (self.node, self.domid) and may_execute(copy.domain)
        ]
        if others:
            places = ", ".join(f"{copy.domain.name} on {copy.node.name}" for copy in others)
            return fails(f"may execute elsewhere, too: {places}")
        here = [copy.domain for copy in copies if _place(copy) == (self.node, self.domid)]
        if not here:
            return fails(f"{self.node.name} does not list domain {self.domid}")
        if here[0].state is not DomainState.RUNNING:
            return fails(f"{here[0].state.value} on {self.node.name}")
        if self.called is not None and here[0].name != self.called:
            return fails(f"it is still called {here[0].name}")
        return holds(f"{here[0].name} runs on {self.node.name} (id {self.domid})")


def _place(copy: Copy | None) -> tuple[NodeKey, int | None] | None:
    return (copy.node, copy.domain.domid) if copy is not None else None


def _mark(copy: Copy) -> tuple[NodeKey, int | None, str, DomainState]:
    return (copy.node, copy.domain.domid, copy.domain.name, copy.domain.state)
