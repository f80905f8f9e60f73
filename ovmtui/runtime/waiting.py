"""Waiting until something is so, by looking, with a budget of time; asking the manager."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from ovmtui.errors import ManagerFailed, NodeLost, SecretUnavailable, TransportError
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import EventKind, Stream
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.machine import Event
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import (
    HaReadStep,
    ProbeStep,
    VerifyStep,
    WaitStep,
    WizardStep,
)
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.dialogue import Dialogue
from ovmtui.runtime.hapoll import HaPoll
from ovmtui.runtime.inspection import Inspection
from ovmtui.runtime.performing import Happened
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import ovmwizard

_ATTEMPT = 15.0
"""Seconds that one attempt of a probing command may take."""
_ASK_AGAIN = 1.0
"""Seconds until a question is asked again that was lost with its connection."""
_SILENCE = 10.0
"""Seconds without output after which a program that asks nothing is taken to wait."""
_VERIFY_INTERVAL = 1.0
"""Seconds between the looks of a verification."""
_EARLY = 30.0
"""Seconds for which a wait looks twice as often: what comes soon is to be seen soon."""


class Waiting:
    """The waits of one plan."""

    def __init__(
        self,
        plan: Plan,
        *,
        recorder: Recorder,
        dialogue: Dialogue,
        inspection: Inspection,
        watchers: Mapping[NodeKey, NodeWatcher],
        manager: HaPoll | None,
        snapshot: Callable[[], Snapshot],
        clock: Clock,
    ) -> None:
        """Wait for what `plan` waits for."""
        self._plan = plan
        self._pool = plan.vm.pool
        self._manager = manager
        self._recorder = recorder
        self._dialogue = dialogue
        self._inspection = inspection
        self._watchers = watchers
        self._snapshot = snapshot
        self._clock = clock
        self._switches_ha = plan.switches_ha

    async def wait(self, step: WaitStep, index: int | None) -> str:
        """Return an empty string once the condition holds, or what was seen at the end."""
        return await self._holds(step, index, step.budget, step.interval)

    async def verify(self, step: VerifyStep, index: int | None) -> str:
        """Return an empty string once the condition holds, or what was seen at the end."""
        return await self._holds(step, index, step.patience, _VERIFY_INTERVAL)

    async def probe(self, step: ProbeStep, index: int | None) -> str:
        """Return an empty string once the command succeeds, or its last failure.

        Raises:
            Cancelled: the operator cancelled.
        """
        began = self._clock.monotonic()
        deadline = began + step.budget
        attempt = 0
        while True:
            attempt += 1
            try:
                session = self._watchers[step.node].session
                left = max(1.0, deadline - self._clock.monotonic())
                result = await self._dialogue.unless_cancelled(
                    session.run(step.command.script, timeout=min(_ATTEMPT, left))
                )
            except TransportError as error:
                seen = str(error)
            else:
                if result.exit_status == 0:
                    return ""
                seen = f"attempt {attempt}: no answer (exit code {result.exit_status})"
            await self._recorder.emit(EventKind.PROGRESS, seen, step=index)
            if self._clock.monotonic() + step.interval >= deadline:
                return seen
            await self._pause(step.interval, began)

    async def answer(self, step: WizardStep, index: int | None) -> str:
        """Answer a program's questions; return why it did not come to its end, or nothing.

        Raises:
            Cancelled: the operator cancelled.
        """

        def reply(pending: str, *, quiet: bool) -> str | None:
            return ovmwizard.answer_to(pending, step.answers, quiet=quiet)

        try:
            session = self._watchers[step.node].session
            result = await self._dialogue.unless_cancelled(
                session.converse(
                    step.command.script, timeout=step.timeout, silence=_SILENCE, reply=reply
                )
            )
        except (TransportError, ovmwizard.UnexpectedQuestion) as error:
            return str(error)
        for line in result.stdout.split("\n"):
            self._recorder.output(
                line, step=index, node=step.node.name, label=step.label, stream=Stream.STDOUT
            )
        if step.ending in result.stdout and result.exit_status in {0, None}:
            return ""
        return f"it ended without “{step.ending}” (exit code {result.exit_status})"

    async def read(self, step: HaReadStep) -> Happened:
        """Ask the manager for the HA flag, and compare it with what must be.

        A question that a lost connection has swallowed is asked again.
        """
        if self._manager is None:
            return Happened(Event.FAILED, "no manager is configured")
        deadline = self._clock.monotonic() + step.timeout
        while True:
            try:
                fact = await self._dialogue.unless_cancelled(self._manager.ask(self._plan.vm))
                break
            except NodeLost as error:
                if self._clock.monotonic() + _ASK_AGAIN >= deadline:
                    return Happened(Event.FAILED, str(error))
            except (TransportError, SecretUnavailable, ManagerFailed) as error:
                return Happened(Event.FAILED, str(error))
            await self._dialogue.unless_cancelled(self._clock.sleep(_ASK_AGAIN))
        said = f"the manager says that HA is {fact.state.value}"
        if fact.state is step.wanted:
            return Happened(Event.SUCCEEDED, said)
        because = f" ({fact.reason})" if fact.reason else ""
        return Happened(Event.FAILED, f"{said}{because}, not {step.wanted.value}")

    async def learn_ha(self) -> None:
        """Ask the manager once, and not for long, what a switched flag is now."""
        if self._manager is None or not self._switches_ha:
            return
        vm = self._snapshot().vms.get(self._plan.vm)
        if vm is None or vm.ha.state is not HaState.UNKNOWN:
            return
        with contextlib.suppress(TimeoutError, TransportError, SecretUnavailable, ManagerFailed):
            async with asyncio.timeout(_ATTEMPT):
                await self._manager.read_ha(self._plan.vm)

    async def _holds(
        self, step: WaitStep | VerifyStep, index: int | None, budget: float, interval: float
    ) -> str:
        began = self._clock.monotonic()
        deadline = began + budget
        told = ""
        while True:
            await self._dialogue.unless_cancelled(self._inspection.look(self._pool, deep=False))
            verdict = step.condition.evaluate(self._snapshot(), self._clock.monotonic())
            if verdict.passes:
                return ""
            if verdict.text != told:
                told = verdict.text
                await self._recorder.emit(EventKind.PROGRESS, told, step=index)
            if verdict.final or self._clock.monotonic() + interval >= deadline:
                return told
            await self._pause(interval, began)

    async def _pause(self, interval: float, began: float) -> None:
        early = self._clock.monotonic() - began < _EARLY
        await self._dialogue.unless_cancelled(
            self._clock.sleep(interval / 2.0 if early else interval)
        )
