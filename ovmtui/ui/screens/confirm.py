"""Small questions: type a name, or say yes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Changes, Desk
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.situation import Scope
from ovmtui.ui.widgets.field import Field


class TypeName(ActionScreen[bool]):
    """Gives True once the machine's name has been typed."""

    SCOPE = Scope.NAME
    BINDINGS = actions.bindings(Scope.NAME)

    def __init__(self, desk: Desk, *, name: str, title: str, text: str) -> None:
        """Ask for `name` to be typed; `text` says what it confirms."""
        super().__init__(desk)
        self._wanted = name
        self._title = title
        self._said = text

    def body(self) -> Iterable[Widget]:
        """Return the question and the field."""
        style = self.desk.style
        question = Text()
        question.append(self._said, style("text"))
        question.append("\n\nType ", style("dim"))
        question.append(visible(self._wanted), style("accent"))
        question.append(" to confirm:", style("dim"))
        panel = Vertical(
            Static(Text(visible(self._title), style("danger")), classes="title"),
            Static(question),
            Field(id="name", select_on_focus=False),
            id="dialog",
        )
        yield Vertical(panel, classes="middle")

    def on_mount(self) -> None:
        """Let typing begin at once."""
        super().on_mount()
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def do_confirm(self) -> None:
        """Accept the name, exactly as it is."""
        if self.query_one(Input).value == self._wanted:
            self.dismiss(True)
        else:
            self.desk.say(f"that is not {self._wanted}; nothing is done", "warning")


class Confirm(ActionScreen[bool]):
    """Gives True for `y`."""

    SCOPE = Scope.YES
    BINDINGS = actions.bindings(Scope.YES)

    def __init__(
        self,
        desk: Desk,
        *,
        title: str,
        text: str,
        void: Callable[[], str] | None = None,
    ) -> None:
        """Ask; `text` says what a yes does, and what not.

        `void` says why there is nothing left to ask about; empty while there is.
        """
        super().__init__(desk)
        self._void = void
        self._title = title
        self._said = text

    def body(self) -> Iterable[Widget]:
        """Return the question."""
        style = self.desk.style
        panel = Vertical(
            Static(Text(visible(self._title), style("accent")), classes="title"),
            Static(Text(self._said, style("text"))),
            id="dialog",
        )
        yield Vertical(panel, classes="middle")

    def updated(self, changes: Changes) -> None:
        """Leave when what is asked about has passed."""
        why = self._void() if self._void is not None else ""
        if why and self.is_current:
            self.dismiss(None)
            self.desk.say(why)

    def on_screen_resume(self) -> None:
        """It may have passed while another page was shown."""
        super().on_screen_resume()
        self.updated(Changes())

    def do_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)
