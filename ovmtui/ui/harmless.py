"""The last line of defence: what no screen made visible is replaced before it is sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from ovmtui.model.text import visible

ResultT = TypeVar("ResultT")
_STAND_IN = "\ufffd"
_LONGEST_LINE = 65_536


class Printable(LineFilter):
    """Replaces each character that a terminal might obey, in whatever widget it stands.

    Screens make text visible themselves, and say more of it than this can. Here is what
    one of them forgot, and what a library's widget paints as it was typed or completed.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return `segments` without such characters."""
        if all(control or text.isprintable() for text, _, control in segments):
            return segments
        return [
            Segment(text if control else _printable(text), style, control)
            for text, style, control in segments
        ]


class Harmless(App[ResultT]):
    """An application that sends nothing to the terminal which came from elsewhere."""

    _printable = Printable()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of every line, ours as the last one."""
        return [*super().get_line_filters(), self._printable]

    def copy_to_clipboard(self, text: str) -> None:
        """Copy `text`, made visible line by line: where it is pasted it would be typed."""
        lines = text.split("\n")
        super().copy_to_clipboard("\n".join(visible(one, limit=_LONGEST_LINE) for one in lines))


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() or _is_blank(one) else _STAND_IN for one in text)


def _is_blank(character: str) -> bool:
    # A wide blank keeps its two columns, and none of them does any harm.
    return unicodedata.category(character) == "Zs"
