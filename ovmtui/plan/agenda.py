"""What is left to do of a running plan, in order. Pure but for being used up."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ovmtui.plan.machine import Event
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Pending, Position
from ovmtui.plan.steps import Choice, CommandStep, HaReadStep, ProbeStep, Step, Then, WaitStep


@dataclass(frozen=True, slots=True)
class Do:
    """Do a step."""

    step: Step
    index: int | None
    """Place in the plan; None for a step that a choice added."""
    again: bool = False
    """Whether its effect may be there already: the plan goes on after a break."""


@dataclass(frozen=True, slots=True)
class Attach:
    """Follow a command that was begun before a break."""

    pending: Pending


@dataclass(frozen=True, slots=True)
class Retry:
    """Go on with a wait that has not ended, by choice."""

    waited: Do


@dataclass(frozen=True, slots=True)
class Close:
    """Take a wait as ended, by choice."""

    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End the plan, by choice."""

    text: str


Item = Do | Attach | Retry | Close | Stop


class Agenda:
    """The items to come."""

    def __init__(self, plan: Plan, position: Position | None = None) -> None:
        """Begin with every step, or from `position` on."""
        self._items: deque[Item] = deque()
        first = 0 if position is None else position.index
        pending = None if position is None else position.pending
        if pending is not None:
            self._items.append(Attach(pending))
            if pending.index == first:
                first += 1
        self._items += [
            Do(step, index, again=position is not None)
            for index, step in enumerate(plan.steps)
            if index >= first
        ]
        self.item: Item | None = None
        """What is being done."""

    @property
    def doing(self) -> Do:
        """The step that is being done."""
        if isinstance(self.item, Attach):
            return Do(self.item.pending.step, self.item.pending.index, again=True)
        if isinstance(self.item, Retry):
            return self.item.waited
        assert isinstance(self.item, Do)
        return self.item

    def choose(self) -> Event:
        """Go on to the next item and return the event that this is."""
        self.item = self._items.popleft() if self._items else None
        match self.item:
            case None:
                return Event.NOTHING_LEFT
            case Attach():
                return Event.ATTACH_NEXT
            case Retry():
                return Event.RETRY_NEXT
            case Close():
                return Event.CLOSE_NEXT
            case Stop():
                return Event.STOP_NEXT
            case Do(CommandStep()):
                return Event.COMMAND_NEXT
            case Do(HaReadStep()):
                return Event.READING_NEXT
            case Do():
                return Event.WAIT_NEXT

    def take(self, choice: Choice, said: str) -> None:
        """Put what the operator chose for the wait being done before everything else.

        The wait itself ends only after that: a break in between comes back to it.
        """
        waited = self.doing
        assert isinstance(waited.step, WaitStep | ProbeStep)
        said = f"{said}; by your choice: {choice.key}"
        last: Item
        match choice.then:
            case Then.RETRY:
                last = Retry(waited)
            case Then.CONTINUE:
                last = Close(said)
            case Then.END:
                last = Stop(said)
        extra = [Do(step, None) for step in choice.steps]
        self._items.extendleft(reversed([*extra, last]))
