"""What evaluating a guard or a check gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """Whether a condition holds."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"
    """It cannot be told; a plan treats that as failing and says so."""
    OVERRIDDEN = "overridden"
    """It does not hold and the operator has overridden it."""
    PENDING = "pending"
    """Not looked at yet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A standing and the sentence that says what was seen."""

    standing: Standing
    text: str
    final: bool = False
    """Whether waiting longer cannot change it."""

    @property
    def passes(self) -> bool:
        """Whether a plan may go on."""
        return self.standing in {Standing.HOLDS, Standing.OVERRIDDEN}


def holds(text: str) -> Verdict:
    """Return a passing verdict."""
    return Verdict(Standing.HOLDS, text)


def fails(text: str) -> Verdict:
    """Return a failing verdict."""
    return Verdict(Standing.FAILS, text)


def unknown(text: str) -> Verdict:
    """Return the verdict of what cannot be told."""
    return Verdict(Standing.UNKNOWN, text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the plan screen: what must hold, and what was seen."""

    name: str
    """Stable name of the guard, used by overrides."""
    subject: str
    """What must hold, as a short phrase."""
    verdict: Verdict
    overridable: bool = False

    @property
    def option(self) -> str:
        """What on the command line goes on in spite of it; empty where it holds, or nothing may."""
        bad = self.overridable and not self.verdict.passes
        return f"--override {self.name}" if bad else ""
