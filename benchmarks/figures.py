"""A measured figure, and how figures are taken and printed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    seconds: float
    """Of one repetition, the best of several: what else runs here only ever adds."""
    against: str = ""
    """What was done in the same run for comparison; empty for none."""
    against_seconds: float | None = None


def best(action: Callable[[], object], *, repeats: int = 7, loops: int = 1) -> float:
    """Return the seconds that one `action` takes at best."""
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(loops):
            action()
        taken.append((time.perf_counter() - begin) / loops)
    return min(taken)


def table(figures: Iterable[Figure]) -> str:
    """Return `figures` as a table for people."""
    lines = [f"{'what':<58} {'time':>10}   compared with"]
    for figure in figures:
        line = f"{figure.what:<58} {_shown(figure.seconds):>10}"
        if figure.against_seconds is not None:
            ratio = figure.seconds / figure.against_seconds
            line += f"   {ratio:.2f} x {figure.against} ({_shown(figure.against_seconds)})"
        lines.append(line)
    return "\n".join(lines)


def _shown(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"
