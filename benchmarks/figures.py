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
    bytes: int | None = None
    """Written to the terminal; None where nothing is painted."""
    against_bytes: int | None = None


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
    lines = [f"{'what':<48} {'cost':>20}   compared with"]
    for figure in figures:
        line = f"{figure.what:<48} {_cost(figure.seconds, figure.bytes):>20}"
        if figure.against_seconds is not None:
            ratio = figure.seconds / figure.against_seconds
            against = _cost(figure.against_seconds, figure.against_bytes)
            line += f"   {ratio:.2f} x {figure.against} ({against})"
        lines.append(line)
    return "\n".join(lines)


def _cost(seconds: float, written: int | None) -> str:
    return _shown(seconds) if written is None else f"{_shown(seconds)}, {written:,} B"


def _shown(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"
