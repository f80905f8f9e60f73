"""What TAB does with a line: as far as it is clear, then one candidate after the other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cycle:
    """Candidates that TAB goes through."""

    lines: tuple[str, ...]
    at: int = -1
    """Index of the one that stands in the line; -1 while none does."""

    @property
    def line(self) -> str | None:
        """The candidate that stands in the line."""
        return self.lines[self.at] if self.at >= 0 else None

    def next(self, by: int = 1) -> Cycle:
        """Return it one candidate on, or back for -1; after the last comes the first."""
        start = -1 if by > 0 else 0
        at = self.at if self.at >= 0 else start
        return Cycle(self.lines, (at + by) % len(self.lines))


def shared(words: Sequence[str]) -> str:
    """Return what all `words`, one at least, begin with."""
    first, last = min(words), max(words)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:same] if same is not None else min(first, last, key=len)


def complete(line: str, found: Sequence[str], cycle: Cycle | None) -> tuple[str, Cycle | None]:
    """Return the line after a TAB, and what further ones go through.

    Several candidates are completed as far as they are the same, and shown; when that is as
    far as the line is already, each further TAB takes the next of them.

    Args:
        line: what stands there.
        found: whole lines that it could become, in order.
        cycle: what the TAB before has given; None after anything else was typed.
    """
    if cycle is not None:
        cycle = cycle.next()
        return cycle.line or line, cycle
    if not found:
        return line, None
    if len(found) == 1:
        return found[0], None
    clear = shared(found)
    return (clear if len(clear) > len(line) else line), Cycle(tuple(found))
