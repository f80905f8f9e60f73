"""The last line: the keys that do something now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from ovmtui.ui.situation import Action
from ovmtui.ui.widgets.line import Line

_GAP = 2
_LAST = ("console.help", "console.quit")
"""Never crowded out."""


class ActionBar(Line):
    """Shows keys with their labels, as many as fit."""

    def show(self, actions: Sequence[Action], *, style: Callable[[str], Style]) -> None:
        """Show `actions`; the last in order step aside when the line is narrow."""
        kept = [action for action in actions if action.id in _LAST]
        # The last of them needs no gap.
        room = self.size.width - 1 + _GAP - sum(_width(action) for action in kept)
        shown: list[Action] = []
        for action in actions:
            if action in kept:
                continue
            room -= _width(action)
            if room < 0:
                break
            shown.append(action)
        text = Text(" ")
        for action in (*shown, *kept):
            text.append(action.key_shown, style("accent"))
            text.append(f" {action.label}", style("dim"))
            text.append(" " * _GAP)
        self.set_text(text)


def _width(action: Action) -> int:
    return cell_len(action.key_shown) + 1 + cell_len(action.label) + _GAP
