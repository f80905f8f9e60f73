"""A text as it is, to be read and copied."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page


class TextPage(Page[None]):
    """Shows `text`, which must have gone through `visible` line by line."""

    def __init__(self, desk: Desk, *, title: str, text: str) -> None:
        """Show `text` under `title`."""
        super().__init__(desk)
        self._title = title
        self._said = text

    def title_text(self) -> tuple[str, str]:
        """Return the title."""
        return self._title, ""

    def content(self) -> RenderableType:
        """Return the text."""
        return Text(self._said, self.desk.style("text"), overflow="fold")

    def plain(self) -> str:
        """Return the text, not wrapped."""
        return self._said
