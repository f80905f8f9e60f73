"""Lists and pages of text that are moved about in with the same keys as the grid."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList

from ovmtui.ui.actions.moves import move_bindings


class Choices(OptionList):
    """A list whose cursor is moved as the grid's is."""

    BINDINGS: ClassVar[list[BindingType]] = move_bindings()

    def action_step(self, lines: int) -> None:
        """Move the cursor by one line, round the ends."""
        if lines > 0:
            self.action_cursor_down()
        else:
            self.action_cursor_up()

    def action_page(self, pages: int) -> None:
        """Move the cursor by a page."""
        if pages > 0:
            self.action_page_down()  # type: ignore[no-untyped-call]  # Textual states none
        else:
            self.action_page_up()  # type: ignore[no-untyped-call]  # the same

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or last line."""
        if direction > 0:
            self.action_last()
        else:
            self.action_first()


class Scrolled(VerticalScroll, can_focus=True):
    """A text that is scrolled as the grid is moved about in."""

    BINDINGS: ClassVar[list[BindingType]] = move_bindings()

    def action_step(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self.scroll_relative(y=pages * max(1, self.size.height - 1), animate=False)

    def action_edge(self, direction: int) -> None:
        """Scroll to the beginning or the end."""
        if direction > 0:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)
