"""All keys, from the table of actions."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ovmtui.ui import situation as kinds
from ovmtui.ui.screens.base import Page

_MOVING = (
    ("↑ ↓ j k", "one line; g and G: first and last; PgUp and PgDn: a page"),
    ("tab", "between machines and output"),
    ("ctrl+p", "find an action by its name"),
    ("ESC", "one step out, everywhere; it never quits"),
)
_FILTER = (
    ("word", 'in name, label or node; "two words" in quotes'),
    ("node: pool:", "node:ovm1"),
    ("state: ha:", "state:running  ha:off  ha:drift (HA is not what is wanted)"),
    ("service: env:", "service:crm  env:prd"),
    ("mem cpu vcpu", "mem>4096  cpu>50  vcpu=2"),
    ("!x   a | b", "not x; a or b"),
)


class HelpScreen(Page[None]):
    """What each key does."""

    def title_text(self) -> tuple[str, str]:
        """Return the title."""
        return "help", "read-only" if self.desk.read_only else ""

    def content(self) -> RenderableType:
        """Return the keys by subject, for the machines first."""
        parts: list[RenderableType] = []
        home = self.desk.actions_of(kinds.Scope.HOME)
        for group in kinds.Group:
            rows = [(a.key_shown, f"{a.label}: {a.help}") for a in home if a.group is group]
            if rows:
                parts += self._part(group.value, rows)
        parts += self._part("Moving", _MOVING)
        parts += self._part("Filter", _FILTER)
        for scope in kinds.Scope:
            if scope is kinds.Scope.HOME:
                continue
            there = self.desk.actions_of(scope)
            rows = [(a.key_shown, f"{a.label}: {a.help}") for a in there]
            parts += self._part(scope.value, rows)
        return Group(*parts[:-1])

    def _part(
        self, title: str, rows: list[tuple[str, str]] | tuple[tuple[str, str], ...]
    ) -> list[RenderableType]:
        style = self.desk.style
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=14, no_wrap=True)
        table.add_column()
        for key, text in rows:
            table.add_row(Text(f"  {key}", style("accent")), Text(text, style("text")))
        return [Text(title, style("dim")), table, Text()]
