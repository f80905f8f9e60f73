"""Finding names by some of their letters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def score(letters: str, text: str) -> int | None:
    """Return how well `letters` fit `text`, the smaller the better; None when they do not.

    All letters must come in their order. Beginnings and letters side by side are better.
    """
    wanted, there = letters.lower(), text.lower()
    if not wanted:
        return len(there)
    at = there.find(wanted)
    if at >= 0:
        return at * 2 + len(there)
    penalty, place, before = 100, 0, -1
    for letter in wanted:
        place = there.find(letter, place)
        if place < 0:
            return None
        penalty += (place - before - 1) * 3
        before = place
        place += 1
    return penalty + len(there)


def best(letters: str, named: Iterable[tuple[str, T]], *, limit: int) -> list[tuple[str, T]]:
    """Return the named things that fit, the best first."""
    found = [
        (fit, name, thing) for name, thing in named if (fit := score(letters, name)) is not None
    ]
    found.sort(key=lambda entry: (entry[0], entry[1]))
    return [(name, thing) for _, name, thing in found[:limit]]
