"""Searching what reached a terminal for what should not have."""

from __future__ import annotations

import re
import unicodedata

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MOST_MARKS = 3

_OURS = re.compile(
    rb"\x1b\["
    # Colours, cursor, erasing, modes that Textual sets and asks for, and its key protocol.
    rb"(?:[\d;:]*m|[\d;]*[HABCDJK]|\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026"
    rb"|2048)[hl]|\?\d+\$p|[<>=?]?\d*(?:;\d+)*u|\d* ?q)"
    rb"|\x1b\]9;ovmtui: [^\x00-\x1f\x7f]*\x07"
    rb"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"
    rb"|\x1b[78]"
    # The shape of the mouse's pointer.
    rb"|\x1b\]22;[a-z-]*\x07"
    rb"|\x1b\[!p|\x1b\[\d*;?\d*r"
)
"""What Textual's driver and we ourselves send."""


def offending(text: str) -> str:
    """Return the first character of one line that a terminal obeys or hides, or a flood."""
    marks = 0
    for character in text:
        kind = unicodedata.category(character)
        if kind in _OBEYED:
            return f"U+{ord(character):04X}"
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        if marks > _MOST_MARKS:
            return f"{marks} marks at U+{ord(character):04X}"
    return ""


def offending_bytes(sent: bytes) -> str:
    """Return what in `sent`, all that a screen program has written, is none of its own.

    Line ends are what a terminal's own output processing makes of ours.
    """
    rest = _OURS.sub(b"", sent).decode("utf-8", "surrogateescape")
    for line in re.split("\r?\n|\r", rest):
        # One bell is ours, at the end of a job.
        if found := offending(line.replace("\a", "")):
            at = next((i for i, c in enumerate(line) if offending(c)), 0)
            return f"{found} in {line[max(0, at - 40) : at + 40]!r}"
    return ""
