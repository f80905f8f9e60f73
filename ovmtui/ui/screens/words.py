"""A line to type into, for whatever is asked."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.situation import Scope
from ovmtui.ui.widgets.field import Field


class WordsScreen(ActionScreen[str]):
    """Gives what was typed."""

    SCOPE = Scope.NAME
    BINDINGS = actions.bindings(Scope.NAME)

    def __init__(self, desk: Desk, *, title: str, text: str = "", value: str = "") -> None:
        """Ask for what `title` says, beginning with `value`."""
        super().__init__(desk)
        self._title = title
        self._said = text
        self._value = value

    def body(self) -> Iterable[Widget]:
        """Return the question and the field."""
        style = self.desk.style
        panel = Vertical(
            Static(Text(visible(self._title), style("accent")), classes="title"),
            Static(Text(self._said, style("text"))),
            Field(self._value, id="words", select_on_focus=False),
            id="dialog",
        )
        yield Vertical(panel, classes="middle")

    def on_mount(self) -> None:
        """Let typing begin at once."""
        super().on_mount()
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def do_confirm(self) -> None:
        """Give it."""
        self.dismiss(self.query_one(Input).value)
