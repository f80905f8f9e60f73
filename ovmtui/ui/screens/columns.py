"""Which columns the grid has, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import OptionList

from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.choosing import KEYS, choice_bindings, key_of_line
from ovmtui.ui.screens.listing import Item, ListScreen
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.columns import COLUMNS, USUAL

_HEADINGS = {column.id: column.heading for column in COLUMNS}
_FIXED = "name"
"""Without it no row could be told from another."""


class ColumnsScreen(ListScreen[None]):
    """Each change is seen at once, and kept."""

    SCOPE = Scope.COLUMNS
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(Scope.COLUMNS), *choice_bindings()]

    def __init__(
        self, desk: Desk, columns: Sequence[str], changed: Callable[[tuple[str, ...]], None]
    ) -> None:
        """Begin with `columns`; tell each change."""
        super().__init__(desk, empty="")
        self._wanted = set(columns)
        self._order = [*columns, *(id for id in _HEADINGS if id not in self._wanted)]
        self._changed = changed

    def title_text(self) -> tuple[str, str]:
        """Return how many are wanted."""
        return "columns", f"{len(self._wanted)} of {len(_HEADINGS)}; narrow terminals show less"

    def columns(self) -> Text:
        """Return no heads."""
        return Text()

    def items(self) -> Sequence[Item]:
        """Return every column, the wanted ones marked."""
        style = self.desk.style
        found = []
        for number, id in enumerate(self._order):
            wanted = id in self._wanted
            text = Text().append(key_of_line(number), style("accent"))
            text.append("■ " if wanted else "  ", style("marked"))
            text.append(_HEADINGS[id], style("text" if wanted else "dim"))
            found.append(Item(id, text))
        return found

    def choose(self, id: str) -> None:
        """Show the column, or hide it."""
        self._toggle(id)

    def do_toggle(self) -> None:
        """Show the column under the cursor, or hide it."""
        if self.highlighted is not None:
            self._toggle(self.highlighted)

    def action_pick(self, key: str) -> None:
        """Show the column that has this key, or hide it."""
        number = KEYS.index(key)
        if number < len(self._order):
            self.query_one(OptionList).highlighted = number
            self._toggle(self._order[number])

    def do_up(self) -> None:
        """Move the column to the left."""
        self._move(-1)

    def do_down(self) -> None:
        """Move the column to the right."""
        self._move(1)

    def do_usual(self) -> None:
        """Show the columns as they were at first."""
        self._wanted = set(USUAL)
        self._order = list(_HEADINGS)
        self._tell()

    def _toggle(self, id: str) -> None:
        if id == _FIXED:
            self.desk.say("the name is always shown")
            return
        self._wanted ^= {id}
        self._tell()

    def _move(self, by: int) -> None:
        id = self.highlighted
        if id is None:
            return
        place = self._order.index(id)
        other = place + by
        if 0 <= other < len(self._order):
            self._order[place], self._order[other] = self._order[other], self._order[place]
            self._tell()

    def _tell(self) -> None:
        self._changed(tuple(id for id in self._order if id in self._wanted))
        self.redraw()
