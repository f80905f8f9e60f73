"""One key for each line of a list: digits first, then letters that lists do not use."""

from __future__ import annotations

from textual.binding import Binding, BindingType

KEYS = "123456789abcdefhilmnoprstvwxyz"
"""Without g, j and k, which move, q, which quits, and u, which puts columns back."""


def choice_bindings() -> list[BindingType]:
    """Return the bindings of a screen with `action_pick(key)`."""
    return [Binding(key, f"pick({key!r})", show=False) for key in KEYS]


def key_of_line(number: int) -> str:
    """Return the key of line `number`, from 0, and a gap; blanks where no key is left."""
    return f"{KEYS[number] if number < len(KEYS) else ' '}  "
