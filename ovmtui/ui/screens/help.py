"""All keys, from the table of actions: those of the page that was left first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ovmtui.ui import situation as kinds
from ovmtui.ui.actions.moves import MOVES, OUTPUT
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page
from ovmtui.ui.situation import Scope, shown_key

_MOVING = (
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
    ("tab", "completes the word that is being typed"),
)


class HelpScreen(Page[None]):
    """What each key does."""

    def __init__(self, desk: Desk, scope: Scope) -> None:
        """Explain the keys of `scope` first."""
        super().__init__(desk)
        self._scope = scope

    def title_text(self) -> tuple[str, str]:
        """Return the title."""
        return "help", "read-only" if self.desk.read_only else ""

    def content(self) -> RenderableType:
        """Return the keys by subject, those of the page first."""
        parts: list[RenderableType] = []
        if self._scope is not Scope.HOME:
            parts += self._of_scope(self._scope)
        home = self.desk.actions_of(Scope.HOME)
        for group in kinds.Group:
            rows = [(a.key_shown, f"{a.label}: {a.help}") for a in home if a.group is group]
            if group is kinds.Group.FILTERS:
                rows = [*rows[:1], ("1 … 9", "use the filter that is kept there; again: none")]
            if rows:
                parts += self._part(group.value, rows)
        parts += self._part("Moving", [*self._moves(MOVES), *_MOVING])
        parts += self._part("Output, when it has the focus", self._moves(OUTPUT))
        parts += self._part("Filter", _FILTER)
        for scope in Scope:
            if scope not in {Scope.HOME, self._scope}:
                parts += self._of_scope(scope)
        return Group(*parts[:-1])

    def do_help(self) -> None:
        """Leave: the same key shows it and takes it away."""
        self.do_leave()

    def _of_scope(self, scope: Scope) -> list[RenderableType]:
        there = self.desk.actions_of(scope)
        return self._part(scope.value, [(a.key_shown, f"{a.label}: {a.help}") for a in there])

    def _moves(self, table: Sequence[tuple[str, str, str, str]]) -> list[tuple[str, str]]:
        keymap = self.desk.personal.keymap
        return [
            (" ".join(map(shown_key, keymap.key(id, usual).split(","))), text)
            for id, usual, _, text in table
        ]

    def _part(self, title: str, rows: Sequence[tuple[str, str]]) -> list[RenderableType]:
        style = self.desk.style
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=18, no_wrap=True)
        table.add_column()
        for key, text in rows:
            table.add_row(Text(f"  {key}", style("accent")), Text(text, style("text")))
        return [Text(title, style("dim")), table, Text()]
