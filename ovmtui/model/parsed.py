"""The result of reading a tool's output: a value, and what was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T_co]):
    """A value read from text, with a note for each part that was not understood.

    A parser never raises on bad input: what it cannot read becomes a note, and the
    fact in question stays unknown.
    """

    value: T_co
    notes: tuple[str, ...] = ()
