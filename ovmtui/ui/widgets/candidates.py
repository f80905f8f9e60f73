"""A line of what a word could become, above the line in which it is typed."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from ovmtui.model.text import visible
from ovmtui.ui.viewmodel.cycling import Cycle
from ovmtui.ui.widgets.line import Line

_GAP = 2


class CandidateLine(Line):
    """Shows the last words of the candidates, the one that stands in the line in reverse."""

    DEFAULT_CSS = "CandidateLine { display: none; }"

    def show(
        self, cycle: Cycle | None, *, style: Callable[[str], Style] = lambda role: Style()
    ) -> None:
        """Show the candidates; None hides the line."""
        self.display = cycle is not None
        if cycle is None:
            return
        words = [visible(line.rsplit(" ", 1)[-1], limit=60) for line in cycle.lines]
        room = max(20, self.app.size.width - 12)
        first = _first(words, cycle.at, room)
        text = Text().append(" … " if first else " ", style("dim"))
        for number, word in enumerate(words[first:], first):
            if text.cell_len + cell_len(word) > room and number > max(first, cycle.at):
                text.append(f"… {len(words) - number} more", style("dim"))
                break
            here = number == cycle.at
            text.append(word, style("accent") + Style(reverse=True) if here else style("accent"))
            text.append(" " * _GAP)
        self.set_text(text)


def _first(words: list[str], at: int, room: int) -> int:
    """Return the first word that is shown, so that the one at `at` has room."""
    used, first = 0, max(0, at)
    while first > 0 and used + cell_len(words[first]) + _GAP < room * 2 // 3:
        used += cell_len(words[first]) + _GAP
        first -= 1
    return first if used + cell_len(words[first]) + _GAP >= room * 2 // 3 else 0
