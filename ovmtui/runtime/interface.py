"""What a front end, graphical or not, may ask of the running side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ovmtui.model.hostkey import HostKeyChange
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import JobEvent, JobState
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Intent
from ovmtui.plan.placement import Target
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Finding
from ovmtui.runtime.companions import Batcher, Checker, History


@dataclass(frozen=True, slots=True)
class SnapshotChanged:
    """There is a newer snapshot; `Console.snapshot` gives it. At most 10 a second."""


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job got events, in order; they are in the journal already."""

    job: str
    events: tuple[JobEvent, ...]


@dataclass(frozen=True, slots=True)
class MessageRaised:
    """A sentence for the operator that belongs to no job."""

    text: str
    severity: str
    """`information`, `warning` or `error`."""
    at: float
    """Wall-clock time, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class HostKeyQuestion:
    """A node shows a host key that no known_hosts file has."""

    node: NodeKey
    host: str
    fingerprint: str
    key: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How long after one answer a node is asked again."""

    seconds: float
    why: str = ""
    """Why it is not the interval that is configured; empty when it is."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A node shows another host key than the one that known_hosts has."""

    node: NodeKey
    host: str
    change: HostKeyChange


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job without an end, as the journal has it."""

    state: JobState
    user: str
    """Who began it."""
    host: str
    """Where that console ran."""
    owned: bool
    """Whether a console, this one or another, works on it now."""


@dataclass(frozen=True, slots=True)
class BatchChanged:
    """A batch of jobs got on."""

    batch: str


Update = SnapshotChanged | JobChanged | BatchChanged | MessageRaised | HostKeyQuestion | KeyChange


class Console(Protocol):
    """The service behind the screens and the command line. One event loop, no locks."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot; facts that listeners were not told of are folded in first."""
        ...

    @property
    def shown(self) -> Snapshot:
        """The snapshot that listeners were told of last, for the screens: it is there already."""
        ...

    @property
    def jobs(self) -> Sequence[JobState]:
        """Jobs of this console, oldest first."""
        ...

    def events(self, job: str) -> Sequence[JobEvent]:
        """The newest events of a job that are kept in memory, oldest first."""
        ...

    def pace(self, node: NodeKey) -> Pace:
        """How often `node` is asked at present."""
        ...

    def monotonic(self) -> float:
        """Now, on the clock of the snapshot's times, in seconds."""
        ...

    def wall(self) -> float:
        """Now, in seconds since the epoch."""
        ...

    def subscribe(self, listener: Callable[[Update], None]) -> Callable[[], None]:
        """Call `listener` on the event loop for each update; returns the undoing."""
        ...

    def plan(self, intent: Intent) -> Plan:
        """Make the plan for `intent` from the newest snapshot. Never runs anything.

        Raises:
            PlanRefused: no such plan can exist, with the reasons.
        """
        ...

    def targets(self, vm: VmKey) -> Sequence[Target]:
        """Return the nodes of the machine's pool, best first, excluded ones last."""
        ...

    async def preflight(self, plan: Plan) -> Sequence[Finding]:
        """Look anew and evaluate each guard and check of `plan`; changes nothing."""
        ...

    @property
    def checkup(self) -> Checker:
        """What checks pools and sets nodes up."""
        ...

    @property
    def history(self) -> History:
        """What was done, by this console and those before."""
        ...

    async def read_config(self, node: NodeKey, path: str) -> str:
        """Return a vm.cfg as `node` has it now, secrets masked.

        Raises:
            OvmtuiError: it cannot be read, with the reason.
        """
        ...

    @property
    def batches(self) -> Batcher:
        """What works on many machines."""
        ...

    def run(self, plan: Plan) -> str:
        """Start `plan` as a job and return the job's id.

        Raises:
            PlanRefused: another plan works on that machine, or acting is impossible.
        """
        ...

    async def unfinished(self) -> Sequence[OpenJob]:
        """Return the jobs without an end that no console works on, oldest first.

        Raises:
            JournalError: the journal cannot be read.
        """
        ...

    async def resume(self, job: str) -> None:
        """Go on with a job that a break or a failure has stopped, from where it stands.

        Raises:
            PlanRefused: there is nothing to go on with, or acting is impossible.
            JournalError: the journal cannot be read.
        """
        ...

    async def give_up(self, job: str) -> None:
        """End a stopped job as it stands; what it began on a node is not touched.

        Raises:
            PlanRefused: it has ended, or another console works on it.
            JournalError: it cannot be written down.
        """
        ...

    def plan_of(self, job: str) -> Plan:
        """Return the plan of a job of this console."""
        ...

    def answer(self, job: str, choice: str) -> None:
        """Answer the question that `job` waits with; a late answer is ignored."""
        ...

    def cancel(self, job: str) -> str:
        """Stop waiting in `job`; returns the sentence that says what goes on."""
        ...

    def refresh(self) -> None:
        """Look at every node as soon as possible."""
        ...

    def set_attention(self, *, focused: bool) -> None:
        """Say whether somebody looks: nodes are asked less often while nobody does."""
        ...

    def trust_host_key(self, question: HostKeyQuestion) -> None:
        """Write the key to known_hosts and connect anew.

        Raises:
            OSError: known_hosts cannot be written.
        """
        ...

    async def replace_host_key(self, question: KeyChange) -> None:
        """Trust the key that a node shows now in place of the old one, and connect anew.

        Raises:
            OSError: known_hosts cannot be written.
            ValueError: it may not be done, with the reason.
            JournalError: it cannot be noted, so it was not done.
        """
        ...

    async def close(self) -> None:
        """End the service. Detached commands on the nodes go on."""
        ...
