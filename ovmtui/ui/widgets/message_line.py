"""The line that speaks: a sentence for some seconds, else what deserves a look."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from rich.text import Text
from textual.timer import Timer

from ovmtui.ui.desk import Message
from ovmtui.ui.widgets.line import Line

SHOWN_FOR = 6.0
"""Seconds; the message page keeps everything."""


class MessageLine(Line):
    """Shows the newest message, then falls back to its resting text."""

    def __init__(self, *, style: Callable[[str], Style], id: str | None = None) -> None:
        """Begin silent."""
        super().__init__(id=id)
        self._style = style
        self._resting = Text()
        self._timer: Timer | None = None
        self._said = ""

    def say(self, message: Message) -> None:
        """Show `message` for some seconds."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SHOWN_FOR, self._rest)
        self._said = message.text
        self._show(Text(message.text, self._style(message.role)))

    def withdraw(self, text: str) -> None:
        """Show `text` no longer, if it is what is shown: it is not true any more."""
        if self._timer is not None and text == self._said:
            self._timer.stop()
            self._rest()

    def rest(self, text: str, role: str = "dim") -> None:
        """Show `text` whenever there is no message."""
        self._resting = Text(text, self._style(role))
        if self._timer is None:
            self._show(self._resting)

    def _rest(self) -> None:
        self._timer = None
        self._show(self._resting)

    def _show(self, text: Text) -> None:
        line = Text(" ")
        line.append_text(text)
        line.truncate(max(1, self.size.width - 1), overflow="ellipsis")
        self.set_text(line)
