"""The servers of each pool, as they state it themselves."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import PoolView
from ovmtui.model.text import visible
from ovmtui.ui.desk import Changes
from ovmtui.ui.screens.base import Page
from ovmtui.ui.screens.times import NONE, mib, number
from ovmtui.ui.viewmodel.times import age

_COLUMNS = (
    ("", "left"),
    ("NODE", "left"),
    ("VMS", "right"),
    ("MEMORY", "right"),
    ("FREE", "right"),
    ("CPUS", "right"),
    ("LOAD", "right"),
    ("PING", "right"),
    ("CLOCK", "right"),
    ("LISTED", "right"),
    ("XEN", "left"),
)


class NodesScreen(Page[None]):
    """All nodes with their facts and problems."""

    def title_text(self) -> tuple[str, str]:
        """Return how many answer."""
        nodes = self.desk.console.snapshot.nodes.values()
        return "nodes", f"{sum(node.certain for node in nodes)} of {len(nodes)} answer"

    def updated(self, changes: Changes) -> None:
        """Show things as they are now."""
        self.redraw()

    def content(self) -> RenderableType:
        """Return a table for each pool."""
        parts: list[RenderableType] = []
        for pool in self.desk.console.snapshot.pools:
            parts += [self._pool_line(pool), self._table(pool), *self._problems(pool), Text()]
        return Group(*parts[:-1])

    def _pool_line(self, pool: PoolView) -> Text:
        style = self.desk.style
        text = Text(visible(pool.label), style("accent"))
        if pool.production:
            text.append("  production", style("danger"))
        if not pool.manager_configured:
            text.append("  no manager configured", style("dim"))
        elif pool.manager_problem:
            text.append(f"  manager: {visible(pool.manager_problem)}", style("warn"))
        else:
            text.append("  manager answers", style("dim"))
        return text

    def _table(self, pool: PoolView) -> Table:
        style = self.desk.style
        table = Table.grid(padding=(0, 2, 0, 0))
        for _, align in _COLUMNS:
            table.add_column(justify="right" if align == "right" else "left", no_wrap=True)
        table.add_row(*(Text(head, style("dim")) for head, _ in _COLUMNS))
        for node in self.desk.console.snapshot.nodes_of(pool.name):
            symbol, role = _symbol(node)
            figures = self._figures(node)
            shown = "text" if node.certain else "dim"
            table.add_row(
                Text(symbol, style(role)),
                Text(visible(node.key.name), style("text")),
                *(Text(figure, style(shown)) for figure in figures),
            )
        return table

    def _figures(self, node: NodeView) -> tuple[str, ...]:
        now, facts = self.desk.console.monotonic(), node.facts
        count = NONE
        if node.domains is not None:
            count = str(sum(not d.is_domain_zero and d.is_active for d in node.domains))
        latency = NONE if node.latency_ms is None else f"{node.latency_ms:.0f} ms"
        skew = NONE if node.clock_skew_s is None else f"{node.clock_skew_s:+.1f} s"
        listed = "never" if node.listed_at is None else f"{age(now - node.listed_at)} ago"
        return (
            count,
            mib(facts.total_memory_mib),
            mib(facts.free_memory_mib),
            number(facts.cpus),
            number(node.load, digits=2),
            latency,
            skew,
            listed,
            visible(facts.xen_version or NONE),
        )

    def _problems(self, pool: PoolView) -> list[Text]:
        style, lines = self.desk.style, []
        for node in self.desk.console.snapshot.nodes_of(pool.name):
            for text in dict.fromkeys((node.problem, node.list_problem, node.scan_problem)):
                if text:
                    line = f"  {visible(node.key.name)}: {visible(text)}"
                    lines.append(Text(line, style("warn")))
        return lines


def _symbol(node: NodeView) -> tuple[str, str]:
    if node.reach is Reach.CONNECTING:
        return "…", "dim"
    if node.reach is not Reach.UP:
        return "✗", "danger"
    if not node.certain:
        return "?", "unknown"
    return ("◐", "warn") if node.maintenance else ("●", "ok")
