"""A page with a line to type into, and under it what fits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from ovmtui.ui.desk import Changes, Desk
from ovmtui.ui.screens.base import Heading, ResultT
from ovmtui.ui.screens.listing import ListScreen
from ovmtui.ui.widgets.field import Field
from ovmtui.ui.widgets.line import Line


class Prompt(ListScreen[ResultT]):
    """The line keeps the focus; the list under it is moved in with the arrow keys."""

    MOVES: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("tab", "complete", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, *, title: str, hint: str, empty: str) -> None:
        """Show `title`, and `hint` in the empty line."""
        super().__init__(desk, empty=empty)
        self._title = title
        self._hint = hint

    def body(self) -> Iterable[Widget]:
        """Return title, line and list."""
        yield Heading(id="heading")
        yield Static(id="rule")
        yield Field(placeholder=self._hint, id="typed", select_on_focus=False)
        yield Line(id="columns")
        options = OptionList(id="list", markup=False)
        options.can_focus = False
        yield options

    def on_mount(self) -> None:
        """Let typing begin at once."""
        super().on_mount()
        self.query_one("#typed").focus()

    def updated(self, changes: Changes) -> None:
        """Leave the list alone while something is typed."""

    def title_text(self) -> tuple[str, str]:
        """Return the title."""
        return self._title, ""

    @property
    def typed(self) -> str:
        """What stands in the line."""
        return self.query_one("#typed", Input).value if self.is_mounted else ""

    def set_typed(self, text: str) -> None:
        """Put `text` into the line."""
        field = self.query_one("#typed", Input)
        field.value = text
        field.cursor_position = len(text)

    def action_move(self, lines: int) -> None:
        """Move in the list."""
        options = self.query_one(OptionList)
        if lines < 0:
            options.action_cursor_up()
        else:
            options.action_cursor_down()

    def action_complete(self) -> None:
        """Take what the highlighted line says; nothing as a rule."""

    def entered(self) -> None:
        """Take what was typed."""
        raise NotImplementedError

    @on(Input.Changed, "#typed")
    def _changed(self) -> None:
        self.redraw()

    @on(Input.Submitted, "#typed")
    def _submitted(self) -> None:
        self.entered()
