"""Running a plan: the loop that performs the effects of the plan's state machine."""

from __future__ import annotations

import asyncio

from ovmtui.errors import JournalError
from ovmtui.model.job import Outcome
from ovmtui.plan import machine
from ovmtui.plan.agenda import Agenda, Attach, Close, Stop
from ovmtui.plan.machine import Effect, Event, State, Transition
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Position
from ovmtui.plan.steps import (
    CommandStep,
    HaReadStep,
    ProbeStep,
    VerifyStep,
    WaitStep,
    WizardStep,
)
from ovmtui.runtime.clearance import Clearance
from ovmtui.runtime.commanding import Commanding
from ovmtui.runtime.dialogue import Cancelled, Dialogue
from ovmtui.runtime.locking import MachineLock
from ovmtui.runtime.minutes import Minutes
from ovmtui.runtime.performing import Happened
from ovmtui.runtime.waiting import Waiting

_STARTS = 3
"""Attempts to start one command that turns out never to have been started."""


class Engine:
    """Runs one plan, from its beginning or from where it stands."""

    def __init__(
        self,
        plan: Plan,
        *,
        position: Position | None,
        lock: MachineLock,
        clearance: Clearance,
        commanding: Commanding,
        waiting: Waiting,
        dialogue: Dialogue,
        minutes: Minutes,
    ) -> None:
        """Prepare; `run` does it. `position`: where to go on after a break."""
        self._plan = plan
        self._position = position
        self._agenda = Agenda(plan, position)
        self._lock = lock
        self._clearance = clearance
        self._commanding = commanding
        self._waiting = waiting
        self._dialogue = dialogue
        self._minutes = minutes
        self._said = Happened(Event.BEGIN)
        self._remote = ""
        self._starts = 0

    async def run(self) -> Outcome:
        """Run the plan to its end and return how it ended.

        Raises:
            JournalError: what happens cannot be recorded any more; nothing further is done.
        """
        state = State.NEW
        fresh = self._position is None or self._position.untouched
        event = Event.BEGIN if fresh else Event.RESUME
        try:
            await self._minutes.begin(self._position)
            while True:
                transition = machine.advance(state, event)
                event = await self._perform_all(transition)
                state = transition.state
                if transition.outcome is not None:
                    return transition.outcome
        except JournalError:
            await self._perform_all(machine.advance(state, Event.UNRECORDED))
            raise
        finally:
            self._lock.leave()

    async def _perform_all(self, transition: Transition) -> Event:
        """Perform a transition's effects; return the event that the last one gave."""
        try:
            for effect in transition.effects:
                happened = await self._perform(effect, transition.outcome)
                if happened is not None:
                    self._said = happened
        except Cancelled:
            self._said = Happened(Event.CANCEL, "stopped waiting")
        return self._said.event

    async def _perform(self, effect: Effect, outcome: Outcome | None) -> Happened | None:
        match effect:
            case Effect.TAKE_LOCK:
                return await self._take_lock()
            case Effect.CLEAR_PLAN:
                return await self._clear_plan()
            case Effect.CHOOSE:
                return await self._choose()
            case Effect.CLEAR_STEP:
                return await self._clear_step()
            case Effect.RUN:
                doing = self._agenda.doing
                assert isinstance(doing.step, CommandStep)
                return await self._commanding.run(doing.step, doing.index, self._remote)
            case Effect.TAKE_UP:
                assert isinstance(self._agenda.item, Attach)
                pending = self._agenda.item.pending
                self._minutes.take_up(pending)
                return await self._commanding.attach(pending)
            case Effect.ATTACH:
                return await self._commanding.again()
            case Effect.AWAIT_NODE:
                return await self._commanding.await_node()
            case Effect.READ:
                assert isinstance(self._agenda.doing.step, HaReadStep)
                return await self._waiting.read(self._agenda.doing.step)
            case Effect.LOOK_FOR:
                return await self._look_for()
            case Effect.ASK:
                return await self._ask()
            case _:
                await self._note(effect, outcome)
                return None

    async def _note(self, effect: Effect, outcome: Outcome | None) -> None:
        """Perform an effect that gives no event."""
        match effect:
            case Effect.BEGIN_STEP:
                doing = self._agenda.doing
                is_command = isinstance(doing.step, CommandStep)
                self._remote = self._commanding.name_next() if is_command else ""
                await self._minutes.begin_step(doing.step, doing.index, self._remote)
            case Effect.TELL_LOST:
                await self._commanding.tell_lost()
            case Effect.END_STEP:
                await self._minutes.end_step(self._said)
            case Effect.END_STEPS:
                await self._minutes.end_steps(self._said)
            case Effect.FORGET:
                await self._commanding.forget()
            case Effect.LOOK:
                await asyncio.gather(self._clearance.look(), self._waiting.learn_ha())
            case Effect.GO_BACK:
                self._go_back()
            case Effect.RELEASE | Effect.ABANDON:
                await self._lock.give_back()
            case Effect.TELL_END:
                assert outcome is not None
                await self._minutes.end(outcome)

    def _go_back(self) -> None:
        """Begin at the command whose effect was undone during the break, if there is one."""
        assert self._position is not None
        position = self._clearance.rewound(self._position)
        self._agenda = Agenda(self._plan, position)

    async def _take_lock(self) -> Happened:
        holder = self._position.holder if self._position else ""
        why = await (self._lock.adopt(holder) if holder else self._lock.take())
        return Happened(Event.REFUSED, why) if why else Happened(Event.LOCKED)

    async def _clear_plan(self) -> Happened:
        if why := await self._clearance.before_plan():
            return Happened(Event.REFUSED, f"nothing was done: {why}")
        return Happened(Event.CLEARED)

    async def _choose(self) -> Happened:
        self._starts = 0
        if self._dialogue.cancelled:
            raise Cancelled("cancelled between steps")
        event = self._agenda.choose()
        item = self._agenda.item
        if event is Event.NOTHING_LEFT and (doubt := await self._clearance.doubt_at_the_end()):
            return Happened(Event.UNSURE, doubt)
        return Happened(event, item.text if isinstance(item, Close | Stop) else "")

    async def _clear_step(self) -> Happened:
        doing = self._agenda.doing
        assert isinstance(doing.step, CommandStep)
        if doing.again and await self._clearance.achieved(doing.step):
            return Happened(Event.ACHIEVED)
        self._starts += 1
        why = await self._clearance.before_step(doing.step, self._lock)
        if not why and self._starts > _STARTS:
            why = f"it could not be started in {_STARTS} attempts"
        if not why:
            return Happened(Event.CLEARED)
        begun = self._commanding.count > 0
        event = Event.FAILED if begun else Event.REFUSED
        return Happened(event, f"not run: {doing.step.text} ({why})")

    async def _look_for(self) -> Happened:
        doing = self._agenda.doing
        match doing.step:
            case WaitStep():
                seen = await self._waiting.wait(doing.step, doing.index)
            case ProbeStep():
                seen = await self._waiting.probe(doing.step, doing.index)
            case WizardStep():
                seen = await self._waiting.answer(doing.step, doing.index)
                return Happened(Event.FAILED, seen) if seen else Happened(Event.HELD)
            case VerifyStep():
                seen = await self._waiting.verify(doing.step, doing.index)
                return Happened(Event.FAILED, seen) if seen else Happened(Event.HELD)
            case _:
                raise AssertionError(f"nothing to look for in {doing.step}")
        if not seen:
            return Happened(Event.HELD)
        said = f"not reached (budget {doing.step.budget:.0f} s): {seen}"
        return Happened(Event.OVERDUE if doing.step.choices else Event.FAILED, said)

    async def _ask(self) -> Happened:
        doing = self._agenda.doing
        assert isinstance(doing.step, WaitStep | ProbeStep)
        said = self._said.text
        choice = await self._dialogue.choose(doing.step, doing.index, said)
        self._agenda.take(choice, said)
        return Happened(Event.CHOSEN)
