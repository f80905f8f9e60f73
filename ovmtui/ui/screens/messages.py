"""What the message line said, the newest first."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ovmtui.ui.desk import Message
from ovmtui.ui.screens.base import Page
from ovmtui.ui.screens.times import clock


class MessagesScreen(Page[None]):
    """The history of the message line."""

    def title_text(self) -> tuple[str, str]:
        """Return how many there are."""
        return "messages", str(len(self.desk.messages))

    def say(self, message: Message) -> None:
        """Show a new message in both places."""
        super().say(message)
        self.redraw()

    def content(self) -> RenderableType:
        """Return every message that is kept."""
        style = self.desk.style
        if not self.desk.messages:
            return Text("nothing was said yet", style("dim"))
        table = Table.grid(padding=(0, 2, 0, 0))
        for message in reversed(self.desk.messages):
            table.add_row(
                Text(clock(message.at), style("dim"), no_wrap=True),
                Text(message.severity, style(message.role), no_wrap=True),
                Text(message.text, style("text"), overflow="fold"),
            )
        return table
