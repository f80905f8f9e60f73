"""One line of text that repaints only the columns that changed."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

_Cell = tuple[str, Style | None]


class Line(Widget):
    """Base of the lines above and below the grid."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(id=id)
        self._text = Text()
        self._cells: list[_Cell] = []

    @property
    def text(self) -> str:
        """What is shown, without styles."""
        return self._text.plain

    def set_text(self, text: Text) -> None:
        """Show `text`, repainting what differs."""
        # Rich drops the style of a text as a whole when it has no styled parts.
        text = Text().append_text(text)
        cells = list(_cells(text.render(self.app.console)))
        old, self._text, self._cells = self._cells, text, cells
        first, last = _difference(old, cells)
        if last > first:
            self.refresh(Region(first, 0, last - first, 1))

    def render_line(self, y: int) -> Strip:
        """Return the line in the widget's own colours."""
        width = self.size.width
        base = self.rich_style
        if y:
            return Strip.blank(width, base)
        segments = [Segment(text, style) for text, style in self._cells if text]
        return Strip(segments).simplify().adjust_cell_length(width).apply_style(base)


def _cells(segments: Iterable[Segment]) -> Iterable[_Cell]:
    for text, style, _ in segments:
        for character in text:
            if character == "\n":
                continue
            yield character, style
            if cell_len(character) == 2:
                yield "", style


def _difference(old: list[_Cell], new: list[_Cell]) -> tuple[int, int]:
    """Return the first column that differs and the one after the last."""
    longest = max(len(old), len(new))
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = longest
    if len(old) == len(new):
        while last > first and old[last - 1] == new[last - 1]:
            last -= 1
    return first, last
