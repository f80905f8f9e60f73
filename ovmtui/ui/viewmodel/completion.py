"""Completing the words of a filter: fields, their values, the next of several. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ovmtui.ui.viewmodel.filters import FIELDS, NUMBERS, VALUES

_FIELD_WORDS = (*(f"{field}:" for field in FIELDS), *(f"{number}>" for number in NUMBERS))


def candidates(text: str, *, pools: Sequence[str], nodes: Sequence[str]) -> list[str]:
    """Return what the last word of `text` could be, in order."""
    last = _last(text)
    word = last.lstrip("!")
    not_ = last[: len(last) - len(word)]
    field, colon, value = word.partition(":")
    if not colon:
        return [not_ + known for known in _FIELD_WORDS if known.startswith(word)] if word else []
    known = {"pool": pools, "node": nodes, **VALUES}.get(field.lower(), ())
    return [
        f"{not_}{field}:{_quoted(name)}"
        for name in known
        if name.lower().startswith(value.strip('"').lower())
    ]


def complete_filter(text: str, *, pools: Sequence[str], nodes: Sequence[str]) -> str:
    """Return `text` with its last word completed as far as it is clear.

    Where that says nothing new, the first candidate is taken; where the word is one
    already, the next one of its field.
    """
    found = candidates(text, pools=pools, nodes=nodes)
    last = _last(text)
    before = text[: len(text) - len(last)]
    if found == [last] or not found:
        field, colon, _ = last.partition(":")
        every = candidates(f"{field}:", pools=pools, nodes=nodes) if colon else []
        if last in every:
            return before + every[(every.index(last) + 1) % len(every)]
        return text
    shared = _shared(found)
    return before + (shared if len(shared) > len(last) else found[0])


def _shared(words: Sequence[str]) -> str:
    """Return what all `words` begin with."""
    first, last = min(words), max(words)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:same] if same is not None else min(first, last, key=len)


def _last(text: str) -> str:
    """Return the word that ends at the end of `text`, quotes kept together."""
    start, quoted = 0, False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter in " |" and not quoted:
            start = place + 1
    return text[start:]


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
