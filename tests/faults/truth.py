"""What is held against the simulator's own truth when a plan has ended."""

from __future__ import annotations

import asyncio
import fcntl
import re
from collections import deque
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import monotonic

from ovmtui.model.job import EventKind, JobEvent, Outcome
from ovmtui.runtime.interface import JobChanged, Update
from ovmtui.runtime.service import Service
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.world import Truth

_RUNNING = re.compile(r"(\S+) is running on (\w+)(?! when last seen)(?=[;, ])")
_DOWN = re.compile(r"(\S+) is down: no node lists it")
_HA = re.compile(r"HA is (on|off)\b")
_LOOK_SECONDS = 3.0
"""How old what an end tells may be."""
_BROKEN_OFF = "commands that were begun go on"


class Kind(Enum):
    """What an ending is, for the table."""

    FINISHED = "finished"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Ending:
    """How a plan ended, and what was true at that moment."""

    outcome: Outcome
    summary: str
    events: tuple[JobEvent, ...]
    truths: tuple[Truth, ...]
    """What was so in the last seconds before the end was told, the newest last."""
    identity: str
    machine: str

    @property
    def truth(self) -> Truth:
        """What was so when the end was told."""
        return self.truths[-1]

    @property
    def kind(self) -> Kind:
        """What it is, for the table."""
        if self.outcome in {Outcome.DONE, Outcome.SKIPPED}:
            return Kind.FINISHED
        return Kind.REFUSED if self.outcome is Outcome.REFUSED else Kind.STOPPED

    @property
    def broken_off(self) -> bool:
        """Whether it could not even be written down."""
        return _BROKEN_OFF in self.summary

    def check_statement(self) -> None:
        """Hold what the end says against what was so when it was looked at."""
        lies = [self._lie(truth) for truth in self.truths]
        assert not all(lies), f"{lies[-1]}: {self.summary}"

    def _lie(self, truth: Truth) -> str:
        """Return what is wrong in the statement if `truth` is so; nothing when it is right."""
        where = truth.running.get(self.identity, ())
        for name, node in _RUNNING.findall(self.summary):
            if name == self.machine and node not in where:
                return f"said {node}, true is {where}"
        if _DOWN.search(self.summary) and where:
            return f"said down, true is {where}"
        said = _HA.search(self.summary.rpartition(";")[2])
        is_on = truth.ha[self.machine]
        return f"HA is {is_on}" if said and (said[1] == "on") != is_on else ""

    def check_accounted(self) -> None:
        """Hold that every step that began has a result, and that the end comes last."""
        assert self.events[-1].kind is EventKind.PLAN_END
        open_steps: set[int | None] = set()
        for event in self.events:
            if event.kind is EventKind.STEP:
                open_steps.add(event.step)
            elif event.kind is EventKind.STEP_END:
                open_steps.discard(event.step)
        assert not open_steps, f"steps without a result: {open_steps}"
        sequence = [event.sequence for event in self.events]
        assert sequence == sorted(set(sequence)), "events out of order or twice"

    def check_advice(self) -> None:
        """Hold that whoever reads the end knows what may come next."""
        if self.kind is Kind.STOPPED and not self.broken_off:
            notes = [event.text for event in self.events if event.kind is EventKind.NOTE]
            assert any("safe next step" in note for note in notes), notes

    def check(self) -> None:
        """Hold everything that is true of every end."""
        assert self.truth.double_runs == {}, "a second copy ran"
        assert self.summary
        self.check_advice()
        if not self.broken_off:
            self.check_statement()
            self.check_accounted()


class Witness:
    """Notes what is so, up to the moment at which a plan says how it ended.

    A look takes a while, and the world goes on: a guest may power itself off between the
    last look and its telling.
    """

    def __init__(self, pool: SimulatedPool) -> None:
        self._pool = pool
        self._seen: deque[tuple[float, Truth]] = deque()
        self._at_end: dict[str, tuple[Truth, ...]] = {}

    def hear(self, update: Update) -> None:
        """Take an update of the console."""
        now = monotonic()
        self._seen.append((now, self._pool.truth()))
        while self._seen[0][0] < now - _LOOK_SECONDS:
            self._seen.popleft()
        if isinstance(update, JobChanged) and any(
            event.kind is EventKind.PLAN_END for event in update.events
        ):
            self._at_end[update.job] = tuple(truth for _, truth in self._seen)

    def ending(self, service: Service, job: str) -> Ending:
        """Return how a job of `service` ended last."""
        events, machine = service.events(job), service.plan_of(job).vm_name
        end = next(event for event in reversed(events) if event.kind is EventKind.PLAN_END)
        assert end.outcome is not None
        identity = next(vm.identity for vm in self._pool.spec.vms if vm.name == machine)
        return Ending(
            end.outcome,
            end.text,
            tuple(events),
            self._at_end[end.job],
            identity,
            machine,
        )


async def no_lock_is_held(pool: SimulatedPool, *, within: float) -> None:
    """Return once nobody holds a lock in the pool's directory.

    Raises:
        AssertionError: somebody does still after `within` seconds.
    """
    deadline = asyncio.get_running_loop().time() + within
    while held := [path for path in pool.directory.rglob(".ovmtui-*.lock") if _is_held(path)]:
        assert asyncio.get_running_loop().time() < deadline, f"still locked: {held}"
        await asyncio.sleep(0.1)


def _is_held(path: Path) -> bool:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
