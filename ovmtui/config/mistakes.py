"""A mistake in the operator's file, and how a list of them is told."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ovmtui.model.text import visible

KeyPath = tuple[str | int, ...]
"""Keys and, in arrays, indices from 0: `("pools", "pool1", "nodes", 1, "port")`."""

SHOWN_MISTAKES = 50
"""More than that are counted, not told."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at one place of the file, with its mend."""

    path: KeyPath
    text: str


def shown_path(path: KeyPath) -> str:
    """Return `path` as it would be written: `pools.pool1.nodes[1].port`."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
            continue
        key = part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)
        shown += f".{key}" if shown else key
    return visible(shown, limit=200)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was most likely meant to be, or None."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def report(file: str, mistakes: Iterable[Mistake], *, lines: Mapping[KeyPath, int]) -> str:
    """Return one line for each mistake, in the order of the file.

    Args:
        file: the file's name as shown.
        mistakes: at least one.
        lines: the line, from 1, of each key path in the file.
    """
    placed = sorted(
        ((_line_of(mistake.path, lines), mistake) for mistake in mistakes),
        key=lambda place: place[0],
    )
    told = [
        f"{file}:{line}: {shown_path(mistake.path)}: {mistake.text}"
        if mistake.path
        else f"{file}: {mistake.text}"
        for line, mistake in placed[:SHOWN_MISTAKES]
    ]
    if len(placed) > SHOWN_MISTAKES:
        told.append(f"{file}: … and {len(placed) - SHOWN_MISTAKES} more mistakes")
    return "\n".join(told)


def _line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """Return the line of `path`, else that of the nearest table around it, else 1."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1
