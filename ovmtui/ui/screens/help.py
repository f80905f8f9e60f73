"""All keys, from the table of actions: those of the page that was left first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


_TWO_COLUMNS = 120
"""Columns of the terminal from which the help has two of its own."""


@dataclass(frozen=True, slots=True)
class _Part:
    lines: int
    shown: RenderableType


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
        """Return the keys by subject, those of the page first; side by side where there is room."""
        home, rest = self._home(), self._rest()
        own = [self._of_scope(self._scope)] if self._scope is not Scope.HOME else []
        if self.size.width < _TWO_COLUMNS:
            return Group(*(part.shown for part in (*own, *home, *rest)))
        return Group(
            *(part.shown for part in own), self._side_by_side(home), self._side_by_side(rest)
        )

    def _home(self) -> list[_Part]:
        """Return the keys of the main screen."""
        found = []
        home = self.desk.actions_of(Scope.HOME)
        for group in kinds.Group:
            rows = [(a.key_shown, f"{a.label}: {a.help}") for a in home if a.group is group]
            if group is kinds.Group.FILTERS:
                rows = [*rows[:1], ("1 … 9", "use the filter that is kept there; again: none")]
            if rows:
                found.append(self._part(group.value, rows))
        return found

    def _rest(self) -> list[_Part]:
        """Return how one moves about, the filter's language, and the other screens."""
        return [
            self._part("Moving", [*self._moves(MOVES), *_MOVING]),
            self._part("Output, when it has the focus", self._moves(OUTPUT)),
            self._part("Filter", _FILTER),
            *(self._of_scope(s) for s in Scope if s not in {Scope.HOME, self._scope}),
        ]

    def _side_by_side(self, parts: Sequence[_Part]) -> Table:
        """Return `parts` in two columns of about the same length."""
        whole = sum(part.lines for part in parts)
        left: list[RenderableType] = []
        right: list[RenderableType] = []
        lines = 0
        for part in parts:
            (left if lines + part.lines / 2 <= whole / 2 else right).append(part.shown)
            lines += part.lines
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(Group(*left), Group(*right))
        return table

    def do_help(self) -> None:
        """Leave: the same key shows it and takes it away."""
        self.do_leave()

    def _of_scope(self, scope: Scope) -> _Part:
        there = self.desk.actions_of(scope)
        return self._part(scope.value, [(a.key_shown, f"{a.label}: {a.help}") for a in there])

    def _moves(self, table: Sequence[tuple[str, str, str, str]]) -> list[tuple[str, str]]:
        keymap = self.desk.personal.keymap
        return [
            (" ".join(map(shown_key, keymap.key(id, usual).split(","))), text)
            for id, usual, _, text in table
        ]

    def _part(self, title: str, rows: Sequence[tuple[str, str]]) -> _Part:
        style = self.desk.style
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=14, no_wrap=True)
        table.add_column()
        for key, text in rows:
            table.add_row(Text(f"  {key}", style("accent")), Text(text, style("text")))
        return _Part(len(rows) + 2, Group(Text(title, style("dim")), table, Text()))
