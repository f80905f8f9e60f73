"""Where to migrate to: the nodes of the pool, the best first, each with what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.text import visible
from ovmtui.plan.placement import Target
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.cells import memory

_NODE, _FREE, _VMS, _LOAD = 16, 12, 4, 6
_NODE_NAME = 12


class TargetsScreen(ListScreen[NodeKey]):
    """Gives the chosen node."""

    SCOPE = Scope.TARGETS
    BINDINGS = actions.bindings(Scope.TARGETS)

    def __init__(self, desk: Desk, vm: VmKey) -> None:
        """Offer the places for `vm`."""
        super().__init__(desk, empty="the pool has no other node")
        self._vm = vm

    def title_text(self) -> tuple[str, str]:
        """Return what will be moved, and from where."""
        vm = self.desk.console.shown.vms.get(self._vm)
        if vm is None:
            return "migrate", ""
        return f"migrate {vm.shown} to", f"now on {', '.join(n.name for n in vm.nodes) or '-'}"

    def columns(self) -> Text:
        """Return the heads of the columns."""
        heads = (
            cell("", 1)
            + cell("NODE", _NODE)
            + cell("FREE AFTER", _FREE, right=True)
            + cell("VMS", _VMS, right=True)
            + cell("LOAD", _LOAD, right=True)
        )
        return Text(heads, self.desk.style("dim"))

    def items(self) -> Sequence[Item]:
        """Return the nodes; excluded ones cannot be chosen."""
        if self._vm not in self.desk.console.shown.vms:
            return ()
        targets = self.desk.console.targets(self._vm)
        return [Item(target.node.name, self._line(target), target.eligible) for target in targets]

    def choose(self, id: str) -> None:
        """Give the node."""
        self.dismiss(NodeKey(self._vm.pool, id))

    def do_choose(self) -> None:
        """Give the highlighted node, or say that there is none."""
        if self.highlighted is None:
            self.desk.say("no node can take it: each line says why", "warning")
        else:
            self.choose(self.highlighted)

    def _line(self, target: Target) -> Text:
        style = self.desk.style
        role = "text" if target.eligible else "dim"
        text = Text()
        text.append("● " if target.eligible else "  ", style("ok"))
        text.append(cell(target.node.name, _NODE), style(role))
        free = "-"
        if target.eligible and target.free_after_mib is not None:
            free = f"{target.free_after_mib} MiB"
        text.append(cell(free, _FREE, right=True), style(role))
        count = "-" if target.vm_count is None else str(target.vm_count)
        text.append(cell(count, _VMS, right=True), style(role))
        load = "-" if target.load is None else f"{target.load:.2f}"
        text.append(cell(load, _LOAD, right=True), style(role))
        text.append(" ")
        return self.hung(text, Text(visible("; ".join(target.reasons)), style("warn")))


def described(node: NodeView) -> str:
    """Return a node's name with what speaks for and against moving machines there."""
    name = cell(node.key.name, _NODE_NAME)
    if not node.certain:
        return f"{name}{node.list_problem or node.problem or 'no answer yet'}"
    count = sum(not domain.is_domain_zero and domain.is_active for domain in node.domains or ())
    load = "-" if node.load is None else f"{node.load:.2f}"
    free = memory(node.facts.free_memory_mib)
    mark = "  in maintenance" if node.maintenance else ""
    return f"{name}{free} free, {count} VMs, load {load}{mark}"
