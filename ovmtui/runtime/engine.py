"""Running a plan: guards, checks and steps in order, each looked at just before it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ovmtui.errors import SecretUnavailable, TransportError
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import EventKind, Level, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.plan import Plan
from ovmtui.plan.statement import where_it_stands
from ovmtui.plan.steps import (
    CommandStep,
    HaReadStep,
    ProbeStep,
    Step,
    Then,
    VerifyStep,
    WaitStep,
)
from ovmtui.runtime.clearance import Clearance
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.commanding import Commanding
from ovmtui.runtime.dialogue import Cancelled, Dialogue
from ovmtui.runtime.inspection import Inspection
from ovmtui.runtime.manager import ManagerFailed, ManagerPoll
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.waiting import Waiting
from ovmtui.runtime.watcher import NodeWatcher


@dataclass(frozen=True, slots=True)
class _End:
    """How a step ended, and whether the plan goes on."""

    outcome: Outcome
    text: str = ""
    exit_code: int | None = None

    @property
    def goes_on(self) -> bool:
        return self.outcome in {Outcome.DONE, Outcome.SKIPPED}


class Engine:
    """Runs one plan once."""

    def __init__(
        self,
        plan: Plan,
        *,
        recorder: Recorder,
        dialogue: Dialogue,
        inspection: Inspection,
        watchers: Mapping[NodeKey, NodeWatcher],
        manager: ManagerPoll | None,
        snapshot: Callable[[], Snapshot],
        clock: Clock,
    ) -> None:
        """Prepare; `run` does it."""
        self._plan = plan
        self._recorder = recorder
        self._inspection = inspection
        self._manager = manager
        self._snapshot = snapshot
        self._clock = clock
        self._dialogue = dialogue
        self._waiting = Waiting(
            plan.vm.pool,
            recorder=recorder,
            dialogue=dialogue,
            inspection=inspection,
            watchers=watchers,
            snapshot=snapshot,
            clock=clock,
        )
        self._commanding = Commanding(
            plan.vm,
            recorder=recorder,
            watchers=watchers,
            manager=manager,
            snapshot=snapshot,
            clock=clock,
        )
        self._clearance = Clearance(
            plan, recorder=recorder, inspection=inspection, snapshot=snapshot, clock=clock
        )
        self._title_label = plan.vm_name.upper()

    async def run(self) -> Outcome:
        """Run the plan to its end and return how it ended.

        Raises:
            JournalError: what happens cannot be recorded any more; nothing further is done.
        """
        began = self._clock.monotonic()
        before = self._ha()
        await self._recorder.emit(EventKind.PLAN, self._plan.title, label=self._title_label)
        end = _End(Outcome.DONE)
        if reasons := await self._clearance.before_plan():
            end = _End(Outcome.REFUSED, f"refused, nothing was done: {reasons}")
        if end.goes_on:
            end = await self._steps()
        # What the plan believed may be older than what it did.
        await self._inspection.look(self._plan.vm.pool)
        where = where_it_stands(self._snapshot(), self._plan.vm, self._plan.vm_name)
        text = f"{end.text}; {where}" if end.text else where
        if not end.goes_on and before is HaState.ON and self._ha() is HaState.OFF:
            text += " (it was on before this plan: switch it on again if it is still wanted)"
        await self._recorder.emit(
            EventKind.PLAN_END,
            text,
            outcome=end.outcome,
            level=Level.INFO if end.goes_on else Level.ERROR,
            label=self._title_label,
            seconds=self._clock.monotonic() - began,
        )
        return end.outcome

    def _ha(self) -> HaState:
        vm = self._snapshot().vms.get(self._plan.vm)
        return HaState.UNKNOWN if vm is None else vm.ha.state

    async def _steps(self) -> _End:
        for index, step in enumerate(self._plan.steps):
            end = await self._step(step, index)
            if not end.goes_on:
                return end
        return _End(Outcome.DONE)

    async def _step(self, step: Step, index: int | None) -> _End:
        if self._dialogue.cancelled:
            return _End(Outcome.CANCELLED, f"cancelled before: {step.text}")
        began = self._clock.monotonic()
        node = step.node.name if step.node else None
        if isinstance(step, CommandStep) and (why := await self._clearance.before_step(step)):
            begun = self._commanding.count > 0
            outcome = Outcome.FAILED if begun else Outcome.REFUSED
            return _End(outcome, f"not run: {step.text} ({why})")
        await self._recorder.emit(
            EventKind.STEP, step.text, step=index, node=node, label=step.label
        )
        try:
            end = await self._perform(step, index)
        except Cancelled:
            end = _End(Outcome.CANCELLED, f"stopped waiting: {step.text}")
        await self._recorder.emit(
            EventKind.STEP_END,
            end.text,
            step=index,
            node=node,
            label=step.label,
            outcome=end.outcome,
            exit_code=end.exit_code,
            level=Level.INFO if end.goes_on else Level.ERROR,
            seconds=self._clock.monotonic() - began,
        )
        if end.goes_on:
            return end
        return _End(end.outcome, f"{step.text}: {end.text}" if end.text else step.text)

    async def _perform(self, step: Step, index: int | None) -> _End:
        match step:
            case CommandStep():
                performed = await self._commanding.perform(step, index)
                return _End(performed.outcome, performed.text, performed.exit_code)
            case HaReadStep():
                return await self._read_ha(step)
            case WaitStep() | ProbeStep():
                return await self._wait(step, index)
            case VerifyStep():
                return await self._verify(step, index)

    async def _read_ha(self, step: HaReadStep) -> _End:
        if self._manager is None:
            return _End(Outcome.FAILED, "no manager is configured")
        try:
            fact = await self._manager.read_ha(self._plan.vm, self._plan.vm_name)
        except (TransportError, SecretUnavailable, ManagerFailed) as error:
            return _End(Outcome.FAILED, str(error))
        if fact.state is step.wanted:
            return _End(Outcome.DONE, f"the manager says that HA is {fact.state.value}")
        because = f" ({fact.reason})" if fact.reason else ""
        return _End(
            Outcome.FAILED,
            f"the manager says that HA is {fact.state.value}{because}, not {step.wanted.value}",
        )

    async def _wait(self, step: WaitStep | ProbeStep, index: int | None) -> _End:
        """Wait; when it takes too long, do what the operator chooses."""
        while True:
            if isinstance(step, WaitStep):
                seen = await self._waiting.wait(step, index)
            else:
                seen = await self._waiting.probe(step, index)
            if not seen:
                return _End(Outcome.DONE)
            said = f"not reached (budget {step.budget:.0f} s): {seen}"
            if not step.choices:
                return _End(Outcome.FAILED, said)
            choice = await self._dialogue.choose(step, index, said)
            for extra in choice.steps:
                end = await self._step(extra, None)
                if not end.goes_on:
                    return end
            said = f"{said}; by your choice: {choice.key}"
            match choice.then:
                case Then.RETRY:
                    continue
                case Then.CONTINUE:
                    return _End(Outcome.DONE, said)
                case Then.END:
                    return _End(Outcome.CANCELLED, said)

    async def _verify(self, step: VerifyStep, index: int | None) -> _End:
        seen = await self._waiting.verify(step, index)
        return _End(Outcome.FAILED, seen) if seen else _End(Outcome.DONE)
