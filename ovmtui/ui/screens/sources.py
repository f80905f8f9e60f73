"""Where each figure on the screens comes from, and how old it may be."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ovmtui.model.node import NodeView, Reach
from ovmtui.model.text import visible
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page
from ovmtui.ui.screens.times import NONE
from ovmtui.ui.viewmodel.times import age

_FIGURES = (
    ("NAME, NODE, STATE", "`xm list` (or `xl list`) of every node, asked every few seconds"),
    ("VCPU, MEM", "the same listing; of a machine that is down: its vm.cfg"),
    ("CPU%", "CPU time of the domain between the last two listings; 100 is one whole CPU"),
    ("TREND", "CPU% of the last listings; · where a listing gave none"),
    ("HA", "the manager (`ovm vm info`), or vm.cfg on Oracle VM 3; its age is in the details"),
    ("SERVICE, ENV", "OpenSVC service files on the nodes and in the pool's local directory"),
    ("machines that are down", "vm.cfg files found in the repositories"),
    ("node: memory, CPUs, Xen", "`xm info` (or `xl info`)"),
    ("node: load, clock", "/proc/loadavg and date in the same command; PING is how long it took"),
    ("migration: percent", "xend.log, or the copy that grows; est. is memory over the last rates"),
)


class SourcesScreen(Page[None]):
    """Names the command behind each figure; `-` is always: not known."""

    def title_text(self) -> tuple[str, str]:
        """Return the title."""
        return "where the figures come from", "- is: not known"

    def content(self) -> RenderableType:
        """Return the sources, then how old each node's figures are."""
        style = self.desk.style
        table = self._table()
        for name, source in _FIGURES:
            table.add_row(Text(name, style("accent")), Text(source, style("text")))
        ages = self._table()
        now = self.desk.console.monotonic()
        for node in self.desk.console.shown.nodes.values():
            listed = NONE if node.listed_at is None else f"{age(now - node.listed_at)} ago"
            configs = NONE if node.configs is None else f"{len(node.configs)} vm.cfg"
            latency = NONE if node.latency_ms is None else f"{node.latency_ms:.0f} ms"
            text = f"listed {listed}  {configs}  answer in {latency}{_pace(self.desk, node)}"
            problem = node.problem or node.list_problem
            role = "warn" if problem else "text"
            shown = f"{text}  {visible(problem, limit=200)}" if problem else text
            ages.add_row(Text(visible(node.key.name), style("accent")), Text(shown, style(role)))
        return Group(table, Text(), Text("now", style("dim")), ages)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=24, no_wrap=True)
        table.add_column(overflow="fold")
        return table


def _pace(desk: Desk, node: NodeView) -> str:
    """Return how often a node is asked, and why it is not as configured."""
    if desk.replay is not None or node.reach is not Reach.UP:
        return ""
    pace = desk.console.pace(node.key)
    why = f" ({pace.why})" if pace.why else ""
    return f"  asked every {pace.seconds:.3g} s{why}"
