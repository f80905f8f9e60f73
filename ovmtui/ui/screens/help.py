"""The keys of the page that was left and the common ones; those of all others on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ovmtui.ui import actions
from ovmtui.ui import situation as kinds
from ovmtui.ui.actions.moves import MOVES, OUTPUT
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page
from ovmtui.ui.situation import Scope, shown_key

_COMMON = (
    ("ESC", "one step out, everywhere; it never quits"),
    ("?", "the keys of the page that is shown"),
    ("ctrl+p", "find an action by its name"),
    ("tab", "to the next part of the screen; where words are typed: completes"),
)
_FILTER = (
    ("word", 'in name, label or node; "two words" in quotes'),
    ("node: pool:", "node:ovm1"),
    ("state: ha:", "state:running  ha:off  ha:drift (HA is not what is wanted)"),
    ("service: env:", "service:crm  env:prd"),
    ("name: uuid:", "name:web"),
    ("mem cpu vcpu", "mem>4G  mem<=512M  cpu>50%  vcpu=2"),
    ("!x   a | b", "not x; a or b"),
    ("tab", "completes the word that is being typed; again: the next that fits"),
)
_TWO_COLUMNS = 120
"""Columns of the terminal from which the main screen's keys are side by side."""
_FRAME = 5
"""Lines of the screen that are no text: title, rule, message and keys."""
_MARGIN, _GAP = 2, 2


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    rows: Sequence[tuple[str, str]]

    @property
    def lines(self) -> int:
        """Lines that it takes, with its heading and the blank line below."""
        return len(self.rows) + 2


class HelpScreen(Page[None]):
    """What each key does."""

    SCOPE = Scope.HELP
    BINDINGS = actions.bindings(Scope.HELP)

    def __init__(self, desk: Desk, scope: Scope) -> None:
        """Explain the keys of `scope`."""
        super().__init__(desk)
        self._scope = scope
        self._all = False

    def title_text(self) -> tuple[str, str]:
        """Return the page whose keys are explained, and how to see more."""
        title = "help: every page" if self._all else f"help: {self._scope.value}"
        parts = ["read-only"] if self.desk.read_only else []
        lines = sum(part.lines for part in self._parts())
        lines = lines // 2 if self._beside else lines
        if lines > self.size.height - _FRAME:
            parts.append("goes on below: pagedown")
        key = self.desk.key_of("help.all")
        parts.append(f"{key}: this page only" if self._all else f"{key}: all pages")
        return title, ", ".join(parts)

    def content(self) -> RenderableType:
        """Return the keys by subject; only subjects of the main screen are side by side."""
        parts = self._parts()
        width = max(cell_len(key) for part in parts for key, _ in part.rows)
        if self._beside:
            return self._side_by_side(parts, width)
        return Group(*(self._shown(part, width) for part in parts))

    def do_all(self) -> None:
        """Show the keys of every page, or of one only."""
        self._all = not self._all
        self.query_one("#page").scroll_home(animate=False)
        self.redraw()

    def do_help(self) -> None:
        """Leave: the same key shows it and takes it away."""
        self.do_leave()

    @property
    def _beside(self) -> bool:
        own = self._scope is Scope.HOME and not self._all
        return own and self.size.width >= _TWO_COLUMNS

    def _parts(self) -> list[_Part]:
        own = self._home() if self._scope is Scope.HOME else [self._of_scope(self._scope)]
        parts = [*own, _Part("On every page", [*self._moves(MOVES), *_COMMON])]
        if self._all:
            if self._scope is not Scope.HOME:
                parts += self._home()
            parts += [self._of_scope(s) for s in Scope if s not in {Scope.HOME, self._scope}]
        return parts

    def _home(self) -> list[_Part]:
        """Return the keys of the main screen, of its output, and the filter's language."""
        found = []
        home = self.desk.actions_of(Scope.HOME)
        for group in kinds.Group:
            rows = [(a.key_shown, f"{a.label}: {a.help}") for a in home if a.group is group]
            if group is kinds.Group.FILTERS:
                rows = [*rows[:1], ("1 … 9", "use the filter that is kept there; again: none")]
            if rows:
                found.append(_Part(group.value, rows))
        output = _Part("Output, when it has the focus", self._moves(OUTPUT))
        return [*found, output, _Part("What a filter can say", _FILTER)]

    def _side_by_side(self, parts: Sequence[_Part], width: int) -> Table:
        """Return `parts` in two columns of about the same length."""
        whole = sum(part.lines for part in parts)
        left: list[RenderableType] = []
        right: list[RenderableType] = []
        lines = 0
        for part in parts:
            column = left if lines + part.lines / 2 <= whole / 2 else right
            column.append(self._shown(part, width))
            lines += part.lines
        table = Table.grid(padding=(0, _GAP, 0, 0), expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(Group(*left), Group(*right))
        return table

    def _of_scope(self, scope: Scope) -> _Part:
        there = self.desk.actions_of(scope)
        return _Part(scope.value, [(a.key_shown, f"{a.label}: {a.help}") for a in there])

    def _moves(self, table: Sequence[tuple[str, str, str, str]]) -> list[tuple[str, str]]:
        keymap = self.desk.personal.keymap
        return [
            (" ".join(map(shown_key, keymap.key(id, usual).split(","))), text)
            for id, usual, _, text in table
        ]

    def _shown(self, part: _Part, width: int) -> RenderableType:
        style = self.desk.style
        table = Table.grid(padding=(0, _GAP, 0, 0))
        table.add_column(width=_MARGIN + width, no_wrap=True)
        table.add_column()
        for key, text in part.rows:
            table.add_row(Text(" " * _MARGIN + key, style("accent")), Text(text, style("text")))
        return Group(Text(part.title, style("dim")), table, Text())
