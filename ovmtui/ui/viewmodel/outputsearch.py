"""Looking for words in the output: which lines have them, and on which of these one stands."""

from __future__ import annotations

from ovmtui.ui.viewmodel.loglines import LogLine
from ovmtui.ui.viewmodel.outputlines import OutputLines


class Search:
    """The words that are looked for, and the line of the match that was gone to."""

    def __init__(self, text: str = "") -> None:
        """Stand nowhere; without `text` nothing is looked for."""
        self._text = text
        self.line: int | None = None

    def fits(self, line: LogLine) -> bool:
        """Whether the words are in `line`, in upper or lower case."""
        return bool(self._text) and self._text.lower() in line.text.lower()

    def move(self, lines: int) -> None:
        """Take that so many lines have come before all others, or with a minus gone."""
        if self.line is not None:
            self.line += lines

    def go(self, lines: OutputLines, direction: int) -> str:
        """Go to the next match, or to the one before; return what is to be said."""
        if not self._text:
            return "nothing is searched for yet: / searches"
        found = [number for number, line in enumerate(lines.shown) if self.fits(line)]
        if not found:
            self.line = None
            return f"{self._text} is not in this output"
        here = self.line if self.line is not None else len(lines.shown)
        if direction > 0:
            self.line = next((n for n in found if n > here), found[0])
        else:
            self.line = next((n for n in reversed(found) if n < here), found[-1])
        return f"{self._text}: {found.index(self.line) + 1} of {len(found)}"
