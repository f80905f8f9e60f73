"""Guards on the programs that the nodes' domains are handled with."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.tool import Program, Toolstack
from ovmtui.plan.verdict import Verdict, fails, holds, unknown


@dataclass(frozen=True, slots=True)
class DrivenWith:
    """A node's program still is the one that a command was built for."""

    node: NodeKey
    program: Program
    name: str = "driven-with"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"{self.node.name} is driven with {self.program.value}"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Compare with what the node's last probe has found."""
        tool = snapshot.nodes[self.node].tool
        if tool is None:
            return unknown(f"which program {self.node.name} has is not known now")
        if tool.program is not self.program:
            return fails(f"it is driven with {tool.name} now: {tool.reason}")
        return holds(tool.reason or tool.name)


@dataclass(frozen=True, slots=True)
class SameToolstack:
    """Source and target have the same toolstack: xend and libxl cannot receive each other's."""

    source: NodeKey
    target: NodeKey
    name: str = "same-toolstack"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"{self.source.name} and {self.target.name} have the same toolstack"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Compare what the nodes' last probes have found."""
        why = toolstack_obstacle(self.source, self.target, snapshot)
        if why:
            return fails(why)
        tools = [snapshot.nodes[node].tool for node in (self.source, self.target)]
        for node, tool in zip((self.source, self.target), tools, strict=True):
            if tool is None or tool.toolstack is Toolstack.UNKNOWN:
                return unknown(f"the toolstack of {node.name} is not known")
        assert tools[0] is not None
        return holds(f"both have {tools[0].toolstack.value}")


def toolstack_obstacle(source: NodeKey, target: NodeKey, snapshot: Snapshot) -> str:
    """Return why nothing can be migrated between two nodes; empty when nothing is known of it."""
    tools = {node: snapshot.nodes[node].tool for node in (source, target)}
    stacks = {node: tool.toolstack for node, tool in tools.items() if tool is not None}
    known = {stack for stack in stacks.values() if stack is not Toolstack.UNKNOWN}
    if len(known) < 2:
        return ""
    told = ", ".join(f"{node.name} has {stack.value}" for node, stack in stacks.items())
    return f"{told}: neither receives a migration of the other"
