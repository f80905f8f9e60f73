"""Where a plan stands, read from what was written down of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ovmtui.model.job import EventKind, JobEvent, JobState, Outcome, Stream
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep, ProbeStep, Step, WaitStep

_FINAL = frozenset({Outcome.DONE, Outcome.SKIPPED})
_OPEN = frozenset({None, Outcome.UNKNOWN, Outcome.CANCELLED})
"""Ends of a command's step that say nothing about the command's own end."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A command that was begun, and whose end nobody has seen."""

    step: CommandStep
    index: int | None
    remote: str
    """Name of its detached job."""
    began: float = 0.0
    """When it was begun, in seconds since the epoch."""
    told: Mapping[Stream, int] = field(default_factory=lambda: MappingProxyType({}))
    """Lines of its output that are written down already."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a plan goes on."""

    index: int
    """First step that has not ended well; the number of steps when all have."""
    pending: Pending | None = None
    begun: bool = False
    """Whether any command was begun."""
    holder: str = ""
    """Detached job that held the machine's lock last; empty when none did."""

    @property
    def untouched(self) -> bool:
        """Whether nothing was done: what the plan demands at its beginning must hold."""
        return not self.begun and self.index == 0


def position_of(plan: Plan, events: Sequence[JobEvent]) -> Position:
    """Return where `plan` stands after `events`, its whole story in order."""
    outcomes: dict[int, Outcome | None] = {}
    last: JobEvent | None = None
    ended: Outcome | None = None
    begun = False
    holder = ""
    told: Counter[Stream] = Counter()
    for event in events:
        match event.kind:
            case EventKind.STEP:
                if event.step is not None:
                    outcomes[event.step] = None
                if event.remote:
                    begun, last, ended = True, event, None
                    told.clear()
            case EventKind.OUTPUT if last is not None and event.remote == last.remote:
                told[event.stream or Stream.STDOUT] += 1
            case EventKind.STEP_END:
                if event.step is not None:
                    outcomes[event.step] = event.outcome
                if last is not None and event.remote == last.remote:
                    ended = event.outcome
            case EventKind.LOCK:
                holder = event.remote
            case _:
                pass
    index = next(
        (i for i in range(len(plan.steps)) if outcomes.get(i) not in _FINAL), len(plan.steps)
    )
    pending = None
    if last is not None and ended in _OPEN:
        step = _step_of(plan, last)
        if step is not None:
            pending = Pending(step, last.step, last.remote, last.at, MappingProxyType(dict(told)))
    return Position(index, pending, begun, holder)


def rewound(plan: Plan, position: Position, snapshot: Snapshot, now: float) -> Position:
    """Return `position`, or that of the last command before it when its effect is undone.

    A machine that was created and has gone since is created anew, under the conditions of
    that command, instead of being waited for. HA that a stop switched off, and that is on
    again, is switched off anew.
    """
    for index in range(min(position.index, len(plan.steps)) - 1, -1, -1):
        step = plan.steps[index]
        if isinstance(step, CommandStep) and step.undone is not None:
            if _is_being_undone(step, position.pending) or (
                position.pending is None and step.undone.evaluate(snapshot, now).passes
            ):
                return replace(position, index=index)
            break
    return position


def _is_being_undone(step: CommandStep, pending: Pending | None) -> bool:
    """Return whether the command that may still run is the way back from `step`."""
    return (
        pending is not None
        and pending.index is None
        and pending.step.touches_ha
        and step.touches_ha
    )


def resumable(plan: Plan, state: JobState, position: Position) -> bool:
    """Return whether there is anything to go on with in a job that does not run."""
    if state.outcome is None:
        # All may be done but for saying so.
        return True
    if state.outcome in {Outcome.DONE, Outcome.REFUSED}:
        return False
    return position.pending is not None or position.index < len(plan.steps)


def _step_of(plan: Plan, event: JobEvent) -> CommandStep | None:
    """Return the command step that `event` began, also one that a choice added."""
    candidates: list[Step] = []
    for index, step in enumerate(plan.steps):
        if event.step is None and isinstance(step, WaitStep | ProbeStep):
            candidates += [extra for choice in step.choices for extra in choice.steps]
        elif event.step == index:
            candidates.append(step)
    for step in candidates:
        if isinstance(step, CommandStep) and event.text in {step.log, step.text}:
            return step
    return None
