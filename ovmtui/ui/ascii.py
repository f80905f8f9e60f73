"""The last step on the way to a terminal that knows no Unicode: every line in ASCII."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_PAIRS = {
    "●○◐◌◇▪■‖✖✗✓": "*o~.<##=xX+",
    "▲▽▸▾▴▼◀▶": "^v>v^v<>",
    "▓░█▁▂▃▄▅▆▇": "#.@_.:-=+*",
    "─━│┃═║╌╎": "--||=|-|",
    "┌┐└┘├┤┬┴┼╭╮╰╯": "+++++++++++++",
    "▔▕▎▏▊▌▐": "-||||||",
    "→←↑↓…·•⌕≠≤≥×–—": "><^v~--//<>x--",
    "“”„‘’«»": '"""\'\'<>',
    "äöüÄÖÜßéèêáàâñç": "aouAOUseeeaaanc",
}
"""Stand-ins of one column: symbols of ours, frames of Textual's, letters of people's names."""
_TABLE = {
    ord(letter): other
    for letters, others in _PAIRS.items()
    for letter, other in zip(letters, others, strict=True)
}


def ascii_text(text: str) -> str:
    """Return `text` in ASCII, in exactly as many columns."""
    if text.isascii():
        return text
    return "".join(
        letter if letter.isascii() else _TABLE.get(ord(letter), "?" * cell_len(letter))
        for letter in text
    )


_BARS = {"grab": "#", "scroll_up": "|", "scroll_down": "|"}
"""What a scroll bar is drawn with, by what a click on it does: Textual draws it with eighths of
a block, whose stand-ins would be letters among others."""


def _bar(style: Style | None) -> str | None:
    """Return what a part of a scroll bar is drawn with; None for anything else."""
    return _BARS.get(str(style.meta.get("@mouse.down"))) if style is not None else None


class AsciiOnly(LineFilter):
    """Shows a stand-in for what is not ASCII, frames and scroll bars included."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return `segments` with their text in ASCII."""
        shown = []
        for text, style, control in segments:
            bar = _bar(style)
            said = ascii_text(text) if bar is None else bar * cell_len(text)
            shown.append(Segment(said, style, control))
        return shown
