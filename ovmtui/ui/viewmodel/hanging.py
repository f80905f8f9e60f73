"""A line of a list whose end is too long: the rest stands below it, not at the left edge. Pure."""

from __future__ import annotations

import io

from rich.console import Console
from rich.text import Text

_LEAST = 24
"""Columns that the end of a line must have beside its beginning, else it begins below."""
_BELOW = 11
"""Columns by which an end that begins below is set in."""
_TERMINAL = Console(file=io.StringIO(), width=80, color_system=None, legacy_windows=False)
"""Rich breaks lines of nothing but a terminal; this one is never written to."""


def hung(head: Text, tail: Text, *, width: int, below: bool = False) -> Text:
    """Return `head` and then `tail`, whose further lines begin where its first one does.

    Args:
        head: the columns at the left.
        tail: what may be longer than the line.
        width: columns of the list.
        below: whether the tail begins on a line of its own in any case.
    """
    room = width - head.cell_len
    if tail.cell_len <= room and not below:
        return head.copy().append_text(tail)
    if not tail.plain:
        return head.copy()
    below = below or room < _LEAST
    indent = min(_BELOW, max(0, width - _LEAST)) if below else head.cell_len
    lines = tail.wrap(_TERMINAL, max(1, width - indent), overflow="fold")
    text = head.copy()
    for number, line in enumerate(lines):
        if number or below:
            text.append("\n" + " " * indent)
        line.rstrip()
        text.append_text(line)
    return text
