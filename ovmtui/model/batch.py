"""Many machines at once: one job for each, a few at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import Outcome


class Stage(Enum):
    """How far one machine of a batch has come."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    LEFT_OUT = "left out"
    """It had no plan, or the batch was stopped before its turn."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One machine of a batch."""

    vm: VmKey
    name: str
    title: str
    """What is done with it, such as `migrate web01 → ovm2`."""
    stage: Stage = Stage.WAITING
    outcome: Outcome | None = None
    """How its job ended; None before, when it broke off, or when it had none."""
    job: str = ""
    text: str = ""
    """Where it stands, or why it was left out."""
    began: float | None = None
    """When its job began, in seconds since the epoch."""

    @property
    def well(self) -> bool:
        """Whether all that was wished for it is so."""
        return self.outcome in {Outcome.DONE, Outcome.SKIPPED}


@dataclass(frozen=True, slots=True)
class BatchState:
    """A batch as it stands."""

    batch: str
    title: str
    items: tuple[BatchItem, ...]
    parallel: int
    """How many jobs run at a time, at most."""
    began: float
    """Seconds since the epoch."""
    home: NodeKey | None = None
    """The node that it empties or fills again."""
    stopping: bool = False
    """Whether no further job is begun."""

    @property
    def running(self) -> bool:
        """Whether any machine is still to be done or being done."""
        return any(item.stage in {Stage.WAITING, Stage.RUNNING} for item in self.items)

    @property
    def ended(self) -> int:
        """How many machines nothing more happens to."""
        return sum(item.stage in {Stage.ENDED, Stage.LEFT_OUT} for item in self.items)

    @property
    def unwell(self) -> tuple[BatchItem, ...]:
        """Those that ended otherwise than wished, or were left out."""
        over = (item for item in self.items if item.stage in {Stage.ENDED, Stage.LEFT_OUT})
        return tuple(item for item in over if not item.well)

    @property
    def failed(self) -> tuple[BatchItem, ...]:
        """Those that were begun, and ended otherwise than wished."""
        return tuple(item for item in self.items if item.stage is Stage.ENDED and not item.well)

    @property
    def counts(self) -> str:
        """How many came to which end: `3 done, 1 failed, 2 waiting`."""
        words = Counter(
            item.outcome.value
            if item.outcome and item.stage is Stage.ENDED
            else "broken off"
            if item.stage is Stage.ENDED
            else item.stage.value
            for item in self.items
        )
        return ", ".join(f"{count} {word}" for word, count in words.items())
