"""Making hostile text harmless: what a node sends is shown, never obeyed."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_MARKS = frozenset({"Mn", "Me"})
_MOST_MARKS = 3
"""Marks on one letter that are shown; no writing needs more."""
_BLANK = frozenset(
    chr(code)
    for part in (
        # Letters and symbols that are painted as nothing at all.
        (0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0),
        # Marks without a look of their own: joiners, variation selectors.
        (0x034F, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
    for code in part
)


def visible(text: str, *, limit: int = 4096) -> str:
    """Return `text` with each character that a terminal would obey made visible.

    C0 controls become their Unicode control pictures, a tab becomes blanks, other
    control, format (bidirectional, zero-width), unassigned and blank characters become
    `<U+XXXX>`, and so do marks on no letter; of many marks on one letter the number is
    told. Longer texts than `limit` characters are cut and end in `…`.
    """
    cut = len(text) > limit
    if cut:
        text = text[:limit]
    if text.isascii() and text.isprintable():
        return text + "…" if cut else text
    shown = "".join(_shown_all(text))
    return shown + "…" if cut else shown


def columns(text: str) -> int:
    """Return how many columns of a terminal `text`, made visible before, takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(character) in _MARKS
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def _shown_all(text: str) -> list[str]:
    shown: list[str] = []
    letter, marks, left_out = False, 0, 0
    for character in text:
        is_mark = unicodedata.category(character) in _MARKS and character not in _BLANK
        if is_mark and letter:
            marks += 1
            if marks > _MOST_MARKS:
                left_out += 1
                continue
            shown.append(character)
            continue
        if left_out:
            shown.append(f"<+{left_out} marks>")
        marks = left_out = 0
        seen = f"<U+{ord(character):04X}>" if is_mark else _shown(character)
        # A mark joins what stands before it; that must be a letter of the same text.
        letter = seen == character != " "
        shown.append(seen)
    if left_out:
        shown.append(f"<+{left_out} marks>")
    return shown


def _shown(character: str) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return character
    if character == "\t":
        return "    "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if unicodedata.category(character) in _HIDDEN or character in _BLANK:
        return f"<U+{code:04X}>"
    return character
