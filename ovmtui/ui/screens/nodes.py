"""The servers of each pool, as they state it themselves, and what can be done to each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import work

from ovmtui.errors import OvmtuiError
from ovmtui.model.identity import NodeKey
from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import PoolView
from ovmtui.model.text import visible
from ovmtui.plan.evacuation import kept_free
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import plain
from ovmtui.ui.screens.host_key_changed import host_key_screen
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.screens.node_actions import NodeActions
from ovmtui.ui.screens.times import NONE, number
from ovmtui.ui.situation import Scope, Situation
from ovmtui.ui.viewmodel.cells import memory
from ovmtui.ui.viewmodel.strip import node_symbol
from ovmtui.ui.viewmodel.times import age
from ovmtui.ui.viewmodel.trends import sparkline

_ROOM_FOR_TRENDS = 120
"""Columns from which load and memory are drawn over time."""
_TREND = 12


class NodesScreen(ListScreen[NodeKey]):
    """All nodes with their facts and problems; gives the one whose machines are to be shown."""

    SCOPE = Scope.NODES
    BINDINGS = actions.bindings(Scope.NODES)

    def __init__(self, desk: Desk, verbs: NodeActions, *, first: NodeKey | None = None) -> None:
        """Show all nodes, the cursor on `first`; `verbs` does what is chosen for one."""
        super().__init__(desk, empty="no node is configured")
        self._verbs = verbs
        self.begins_on = None if first is None else str(first)

    def title_text(self) -> tuple[str, str]:
        """Return how many answer."""
        nodes = self.desk.console.shown.nodes.values()
        return "nodes", f"{sum(node.certain for node in nodes)} of {len(nodes)} answer"

    def columns(self) -> Text:
        """Return the heads of the columns."""
        heads = (
            "  "
            + cell("NODE", 10)
            + "".join(
                cell(head, width, right=True)
                for head, width in (
                    ("VMS", 4),
                    ("MEMORY", 7),
                    ("FREE", 7),
                    ("CPUS", 4),
                    ("LOAD", 5),
                    ("PING", 6),
                    ("CLOCK", 7),
                    ("LISTED", 8),
                )
            )
            + "XEN"
        )
        if self._has_room:
            heads += " " * 8 + cell("LOAD", _TREND) + cell("MEMORY", _TREND)
        return Text(heads, self.desk.style("dim"))

    def items(self) -> Sequence[Item]:
        """Return the pools' lines, the nodes under them."""
        snapshot = self.desk.console.shown
        found = []
        for pool in snapshot.pools:
            found.append(Item(f"pool {pool.name}", self._pool_line(pool), enabled=False))
            found += [
                Item(f"{pool.name}/{node.key.name}", self._node_line(node))
                for node in snapshot.nodes_of(pool.name)
            ]
        return found

    def situation(self) -> Situation:
        """Return the node under the cursor."""
        node = self._node
        pools = {pool.name: pool for pool in self.desk.console.shown.pools}
        if node is None:
            return Situation()
        pool = pools[node.pool]
        return Situation(node=node, pool_is_read_only=pool.read_only, verbs=pool.verbs)

    def choose(self, id: str) -> None:
        """Give the node, so that only its machines are shown."""
        self.dismiss(NodeKey(*id.split("/", 1)))

    def do_show(self) -> None:
        """Give the node under the cursor."""
        if self._node is not None:
            self.dismiss(self._node)

    def do_evacuate(self) -> None:
        """Plan to empty the node."""
        if self._node is not None:
            self._verbs.evacuate(self._node)

    def do_bring_back(self) -> None:
        """Plan to fill the node again."""
        if self._node is not None:
            self._verbs.bring_back(self._node)

    def do_balance(self) -> None:
        """Show the moves that would even the pool out."""
        if self._node is not None:
            self._verbs.balance(self._node.pool)

    def do_shell(self) -> None:
        """Log in to the node."""
        if self._node is not None:
            self._verbs.visit(self._node, "")

    def do_host_key(self) -> None:
        """Ask again about a host key that is not trusted."""
        node = self._node
        if node is None:
            return
        question = self.desk.host_keys.get(node)
        if question is None:
            self.desk.say(f"{node.name}: nothing is to be decided about its host key")
        else:
            self.app.push_screen(host_key_screen(self.desk, question))

    @work
    async def do_maintenance(self) -> None:
        """Keep machines off the node, or let them on again."""
        node = self._node
        if node is None:
            return
        on = not self.desk.console.shown.nodes[node].maintenance
        try:
            await self.desk.console.batches.set_maintenance(node, on=on)
        except OvmtuiError as error:
            self.desk.say(str(error), "error")
        else:
            self.desk.say(f"{node.name}: {kept_free(on=on)}")

    def do_copy(self) -> None:
        """Copy the page as text."""
        lines = [self.columns(), *(item.text for item in self.items())]
        text = "\n".join(plain(line, width=max(80, self.size.width)) for line in lines)
        self.app.copy_to_clipboard(text)
        self.desk.say("the page is copied")

    @property
    def _node(self) -> NodeKey | None:
        highlighted = self.highlighted if self.is_ready else None
        if highlighted is None or "/" not in highlighted:
            return None
        return NodeKey(*highlighted.split("/", 1))

    @property
    def _has_room(self) -> bool:
        return self.size.width >= _ROOM_FOR_TRENDS

    def _pool_line(self, pool: PoolView) -> Text:
        style = self.desk.style
        text = Text().append(visible(pool.label), style("accent"))
        if pool.production:
            text.append("  production", style("danger"))
        if pool.read_only:
            text.append("  read-only", style("warn"))
        if not pool.manager_configured:
            text.append("  no manager configured", style("dim"))
        elif pool.manager_problem:
            text.append(f"  manager: {visible(pool.manager_problem)}", style("warn"))
        else:
            text.append("  manager answers", style("dim"))
        return text

    def _node_line(self, node: NodeView) -> Text:
        style, facts = self.desk.style, node.facts
        symbol, role = node_symbol(node)
        count = NONE
        if node.domains is not None:
            count = str(sum(not d.is_domain_zero and d.is_active for d in node.domains))
        # How busy a node was before it fell silent is nothing that can be told of it now.
        live = node.certain
        latency = f"{node.latency_ms:.0f} ms" if live and node.latency_ms is not None else NONE
        skew = f"{node.clock_skew_s:+.1f} s" if live and node.clock_skew_s is not None else NONE
        busy = number(node.load, digits=2) if live else NONE
        now = self.desk.console.monotonic()
        listed = "never" if node.listed_at is None else f"{age(now - node.listed_at)} ago"
        figures = (
            (count, 4),
            (memory(facts.total_memory_mib), 7),
            (memory(facts.free_memory_mib), 7),
            (number(facts.cpus), 4),
            (busy, 5),
            (latency, 6),
            (skew, 7),
            (listed, 8),
        )
        text = Text().append(f"{symbol} ", style(role))
        text.append(cell(node.key.name, 10), style("text"))
        shown = style("text" if node.certain else "dim")
        text.append("".join(cell(figure, width, right=True) for figure, width in figures), shown)
        text.append(cell(facts.xen_version or NONE, 9), shown)
        if self._has_room:
            load, used = self.desk.trends.of_node(node.key)
            drawn = sparkline(load, width=_TREND, top=1.0), sparkline(used, width=_TREND, top=100.0)
            text.append("".join(cell(bars or NONE, _TREND) for bars in drawn), style("dim"))
        if node.maintenance:
            text.append("maintenance" if self._has_room else "\n    maintenance", style("warn"))
        problems = (node.problem, node.list_problem, node.scan_problem, node.survey_problem)
        for problem in dict.fromkeys(problems):
            if problem:
                text.append(f"\n    {visible(problem)}", style("warn"))
        return text
