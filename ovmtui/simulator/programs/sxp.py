"""S-expressions, laid out as xend's own pretty printer lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 80
_INDENT = 4

Sxp = str | Sequence["Sxp"]


@dataclass(frozen=True, slots=True)
class _Measured:
    """An expression with its text on one line, which decides about its layout."""

    flat: str
    elements: tuple[_Measured, ...] = ()


def pretty(expression: Sxp) -> str:
    """Return the text of `expression`.

    A list goes on one line when it fits, else each element but the first has its own.
    """
    return _laid_out(_measured(expression), 0)


def _measured(expression: Sxp) -> _Measured:
    if isinstance(expression, str):
        return _Measured(expression)
    elements = tuple(map(_measured, expression))
    return _Measured("(" + " ".join(element.flat for element in elements) + ")", elements)


def _laid_out(expression: _Measured, column: int) -> str:
    if not expression.elements or column + len(expression.flat) <= _WIDTH:
        return expression.flat
    first, *others = expression.elements
    deeper = column + _INDENT
    parts = [f"({_laid_out(first, column + 1)}"]
    parts += [" " * deeper + _laid_out(element, deeper) for element in others]
    return "\n".join(parts) + "\n" + " " * column + ")"
