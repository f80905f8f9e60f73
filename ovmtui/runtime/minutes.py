"""What is written down of a running plan: each intent before, and each result after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import EventKind, Level, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.machine import Event
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Pending, Position
from ovmtui.plan.statement import next_step, where_it_stands
from ovmtui.plan.steps import CommandStep, ProbeStep, Step, place_of
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.performing import Happened
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher

_OUTCOMES = {
    Event.SUCCEEDED: Outcome.DONE,
    Event.HELD: Outcome.DONE,
    Event.CLOSE_NEXT: Outcome.DONE,
    Event.NO_RESULT: Outcome.UNKNOWN,
    Event.OVERDUE: Outcome.UNKNOWN,
    Event.CANCEL: Outcome.CANCELLED,
    Event.STOP_NEXT: Outcome.CANCELLED,
}
"""How a step ends by an event; by any other it fails."""
_WELL = frozenset({Outcome.DONE, Outcome.SKIPPED})


@dataclass(frozen=True, slots=True)
class _Open:
    """A step that has begun."""

    step: Step
    index: int | None
    began: float
    remote: str


class Minutes:
    """Writes the story of one plan."""

    def __init__(
        self,
        plan: Plan,
        recorder: Recorder,
        *,
        operator: Operator,
        watchers: Mapping[NodeKey, NodeWatcher],
        snapshot: Callable[[], Snapshot],
        clock: Clock,
    ) -> None:
        """Write for `plan`."""
        self._plan = plan
        self._recorder = recorder
        self._operator = operator
        self._watchers = watchers
        self._snapshot = snapshot
        self._clock = clock
        self._label = plan.vm_name.upper()
        self._open: list[_Open] = []
        self._began = clock.monotonic()
        self._ha_before = HaState.UNKNOWN
        self._last = ""

    async def begin(self, position: Position | None) -> None:
        """Write that the plan begins, or goes on."""
        self._ha_before = self._ha()
        text = self._plan.title
        if position is not None:
            self._began = self._ago(self._recorder.state.started_at)
            text += f" goes on, by {self._operator.user} at {self._operator.host}"
        await self._recorder.emit(EventKind.PLAN, text, label=self._label)

    async def begin_step(self, step: Step, index: int | None, remote: str) -> None:
        """Write a step's intent; `remote` is the detached job of a command."""
        login = ""
        if isinstance(step, CommandStep):
            login = step.site or self._watchers[step.node].login
        await self._recorder.emit(
            EventKind.STEP,
            step.log if isinstance(step, CommandStep | ProbeStep) else step.text,
            step=index,
            node=place_of(step) or None,
            label=step.label,
            remote=remote,
            login=login,
            actor=f"{self._operator.user}@{self._operator.host}",
        )
        self._open.append(_Open(step, index, self._clock.monotonic(), remote))

    def take_up(self, pending: Pending) -> None:
        """Know of a command whose intent was written before a break."""
        began = self._ago(pending.began)
        self._open.append(_Open(pending.step, pending.index, began, pending.remote))

    def _ago(self, wall: float) -> float:
        """Return what the monotonic clock said, or would have said, at a time of day."""
        return self._clock.monotonic() - max(0.0, self._clock.wall() - wall)

    async def end_step(self, said: Happened) -> None:
        """Write how the step that began last has ended."""
        await self._end(self._open.pop(), _OUTCOMES.get(said.event, Outcome.FAILED), said)

    async def end_steps(self, said: Happened) -> None:
        """Write how every open step has ended: the plan ends by it."""
        self._last = said.text
        if self._open:
            step = self._open[-1].step
            self._last = f"{step.text}: {said.text}" if said.text else step.text
            if said.event is Event.CANCEL and isinstance(step, CommandStep):
                self._last += f"; the command goes on on {place_of(step)}"
        while self._open:
            await self.end_step(said)
            # The steps around it have no result of their own.
            said = Happened(said.event if said.event is Event.STOP_NEXT else Event.CANCEL)

    async def end(self, outcome: Outcome) -> None:
        """Write how the plan has ended, what is true now, and what may safely come next."""
        snapshot = self._snapshot()
        where = where_it_stands(snapshot, self._plan.vm, self._plan.vm_name)
        text = f"{self._last}; {where}" if self._last else where
        well = outcome in _WELL
        if not well:
            if self._ha_before is HaState.ON and self._ha() is HaState.OFF:
                text += " (it was on before this plan: switch it on again if it is still wanted)"
            if advice := next_step(
                snapshot,
                self._plan.vm,
                outcome,
                self._recorder.state.job,
                verb=self._plan.intent.verb,
                switches_ha=self._plan.switches_ha,
            ):
                await self._recorder.emit(
                    EventKind.NOTE, advice, level=Level.WARNING, label=self._label
                )
        await self._recorder.emit(
            EventKind.PLAN_END,
            text,
            outcome=outcome,
            level=Level.INFO if well else Level.ERROR,
            label=self._label,
            seconds=self._clock.monotonic() - self._began,
        )

    async def _end(self, ended: _Open, outcome: Outcome, said: Happened) -> None:
        step = ended.step
        await self._recorder.emit(
            EventKind.STEP_END,
            said.text,
            step=ended.index,
            node=place_of(step) or None,
            label=step.label,
            outcome=outcome,
            exit_code=said.exit_code,
            level=Level.INFO if outcome in _WELL else Level.ERROR,
            seconds=self._clock.monotonic() - ended.began,
            remote=ended.remote,
        )

    def _ha(self) -> HaState:
        vm = self._snapshot().vms.get(self._plan.vm)
        return HaState.UNKNOWN if vm is None else vm.ha.state
