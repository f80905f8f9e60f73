"""S-expressions, laid out as xend's own pretty printer lays them out."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH = 80
_INDENT = 4

Sxp = str | Sequence["Sxp"]


def pretty(expression: Sxp, column: int = 0) -> str:
    """Return the text of `expression` as it begins in `column`.

    A list goes on one line when it fits, else each element but the first has its own.
    """
    text = flat(expression)
    if isinstance(expression, str) or column + len(text) <= _WIDTH:
        return text
    parts = [f"({pretty(expression[0], column + 1)}"]
    deeper = column + _INDENT
    parts += [" " * deeper + pretty(element, deeper) for element in expression[1:]]
    return "\n".join(parts) + "\n" + " " * column + ")"


def flat(expression: Sxp) -> str:
    """Return the text of `expression` on one line."""
    if isinstance(expression, str):
        return expression
    return "(" + " ".join(flat(element) for element in expression) + ")"
