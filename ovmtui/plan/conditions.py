"""Conditions on a snapshot: the guards of plans and the ends of waits."""

from __future__ import annotations

from typing import Protocol

from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.verdict import Verdict


class Condition(Protocol):
    """Something that a snapshot answers. Implementations are frozen dataclasses."""

    @property
    def name(self) -> str:
        """Stable name, used by overrides."""
        ...

    @property
    def subject(self) -> str:
        """What must hold, as a short phrase."""
        ...

    @property
    def overridable(self) -> bool:
        """Whether the operator may override it by typing the machine's name."""
        ...

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge `snapshot` at the monotonic time `now`."""
        ...
