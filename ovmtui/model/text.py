"""Making hostile text harmless: what a node sends is shown, never obeyed."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, *, limit: int = 4096) -> str:
    """Return `text` with each character that a terminal would obey made visible.

    C0 controls become their Unicode control pictures, a tab becomes blanks, other
    control, format (bidirectional, zero-width) and unassigned characters become
    `<U+XXXX>`. Longer texts than `limit` characters are cut and end in `…`.
    """
    cut = len(text) > limit
    if cut:
        text = text[:limit]
    if text.isascii() and text.isprintable():
        return text + "…" if cut else text
    shown = "".join(map(_shown, text))
    return shown + "…" if cut else shown


def _shown(character: str) -> str:
    code = ord(character)
    if character == "\t":
        return "    "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if unicodedata.category(character) in _HIDDEN:
        return f"<U+{code:04X}>"
    return character
