"""What a console offers beside its own verbs, each as a subject of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ovmtui.model.batch import BatchState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import JobEvent, JobState
from ovmtui.model.vm import Vm
from ovmtui.plan.checkup.diagnosis import Diagnosis
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.runtime.wanted import ALL, Wanted

__all__ = (
    "ALL",
    "Batcher",
    "Checker",
    "History",
    "Moves",
    "Order",
    "PastJob",
    "Task",
    "Wanted",
    "order_of",
)


class Checker(Protocol):
    """Looks whether everything that the plans need is there."""

    async def pool(self, name: str, *, locks: bool) -> Sequence[Diagnosis]:
        """Check one pool; with `locks` its repositories' locks are tried for real, too.

        It takes some seconds: the manager is called from every node.
        """
        ...

    async def setup(self, node: NodeKey, *, anew: bool = False) -> Plan:
        """Return the plan that sets `node` up; with `anew` its configuration is done again.

        Raises:
            PlanRefused: it cannot be done, with the reasons.
        """
        ...

    def mend(self, diagnosis: Diagnosis) -> Plan:
        """Return the plan that runs what mends `diagnosis`.

        Raises:
            PlanRefused: it is nothing that can be run.
        """
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """What a batch is to do with one machine."""

    vm: VmKey
    name: str
    title: str
    intent: Intent | None = None
    """None: nothing can be done, and `reason` says why."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A batch to be run."""

    title: str
    tasks: tuple[Task, ...]
    parallel: int = 1
    emptied: NodeKey | None = None
    """Node that the machines leave: where they were is kept, so that they come back."""
    filled: NodeKey | None = None
    """Node that they come back to: each is struck off the list when it is there."""


def order_of(
    moves: Iterable[Move],
    *,
    title: str,
    parallel: int = 1,
    emptied: NodeKey | None = None,
    filled: NodeKey | None = None,
) -> Order:
    """Return the order for `moves`: each goes where its plan says, and nowhere else."""
    tasks = tuple(
        Task(move.vm, move.name, move.plan.title, as_planned(move.plan))
        if move.plan is not None
        else Task(move.vm, move.name, f"{move.name} stays", reason="; ".join(move.reasons))
        for move in moves
    )
    return Order(title, tasks, parallel, emptied, filled)


def as_planned(plan: Plan) -> Intent:
    """Return the intent of `plan` with the node that was chosen for it: the one that was seen."""
    if plan.intent.verb not in {Verb.MIGRATE, Verb.START} or plan.destination is None:
        return plan.intent
    return replace(plan.intent, node=plan.destination)


@dataclass(frozen=True, slots=True)
class PastJob:
    """A job as the journal has it."""

    state: JobState
    user: str
    """Who began it."""
    host: str
    """Where that console ran."""


class History(Protocol):
    """What the journal tells."""

    async def jobs(self, *, limit: int, wanted: Wanted = ALL) -> Sequence[PastJob]:
        """Return the newest jobs of all of this user's consoles, the newest first.

        Args:
            limit: how many at most.
            wanted: which jobs.

        Raises:
            JournalError: it cannot be read.
        """
        ...

    async def events(self, job: str) -> Sequence[JobEvent]:
        """Return what a job did, in order.

        Raises:
            JournalError: it cannot be read.
        """
        ...


class Moves(Protocol):
    """Plans migrations."""

    def __call__(
        self, wanted: Iterable[tuple[Vm, NodeKey | None]], *, opened: NodeKey | None = None
    ) -> Iterator[Move]:
        """Yield what `Batcher.moves` says."""
        ...


class Batcher(Protocol):
    """Runs batches, and keeps what is needed to bring machines back."""

    @property
    def states(self) -> Sequence[BatchState]:
        """Batches of this console, oldest first."""
        ...

    async def begin(self, order: Order) -> str:
        """Begin `order` and return the batch's id.

        A node that is emptied is in maintenance from then on; one that is filled is so no longer.

        Raises:
            PlanRefused: acting is impossible, or another batch empties or fills that node.
            JournalError: the maintenance cannot be written down.
        """
        ...

    def stop(self, batch: str) -> None:
        """Begin no further job of a batch; those under way go on."""
        ...

    def failed(self, batch: str) -> Order:
        """Return what of an ended batch ended otherwise than wished, as an order of its own.

        Raises:
            PlanRefused: it has not ended, or nothing failed.
        """
        ...

    def moves(
        self, wanted: Iterable[tuple[Vm, NodeKey | None]], *, opened: NodeKey | None = None
    ) -> Iterator[Move]:
        """Yield a migration for each machine, or why it has none; to the best node for None.

        They are planned as if `opened` were out of maintenance already.
        """
        ...

    async def homecoming(self, home: NodeKey) -> Sequence[Move]:
        """Return the moves that bring back to `home` what an evacuation took away."""
        ...

    async def set_maintenance(self, node: NodeKey, *, on: bool) -> None:
        """Keep machines off `node`, also after a restart of the console, or let them on again.

        Raises:
            JournalError: it cannot be written down.
            PlanRefused: nothing may be changed there.
        """
        ...
