"""Going back through lines that were entered before, as shells do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Recall:
    """What was typed, and the earlier lines that begin with it."""

    typed: str
    lines: tuple[str, ...]
    """The newest first."""
    at: int = -1
    """Index of the line that is recalled; -1: what was typed."""

    @classmethod
    def of(cls, entered: Sequence[str], typed: str) -> Recall:
        """Begin at `typed`; `entered` has the newest last."""
        fitting = (line for line in reversed(entered) if line.startswith(typed) and line != typed)
        return cls(typed, tuple(fitting))

    @property
    def line(self) -> str:
        """What stands in the line now."""
        return self.lines[self.at] if self.at >= 0 else self.typed

    def moved(self, by: int) -> Recall:
        """Return it `by` lines further back, or on again when negative; it stops at both ends."""
        return replace(self, at=max(-1, min(len(self.lines) - 1, self.at + by)))
