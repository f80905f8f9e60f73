"""The commands of one plan: their secrets, their progress, and why they failed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from ovmtui.errors import NodeLost, SecretUnavailable, TransportError
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import EventKind, Level
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.plan.machine import Event
from ovmtui.plan.position import Pending
from ovmtui.plan.steps import CommandStep, Question, place_of
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.dialogue import Dialogue
from ovmtui.runtime.hapoll import HaPoll
from ovmtui.runtime.inspection import Inspection
from ovmtui.runtime.manager import ManagerPoll
from ovmtui.runtime.managercommand import ManagerCommand
from ovmtui.runtime.ovm3manager import Ovm3Manager
from ovmtui.runtime.performing import CommandRun, Happened
from ovmtui.runtime.progressing import end, follow_progress
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.runtime.xendlog import show_log_tail

_QUESTION = 15.0
"""Seconds that a question after a failure may take."""


class Commanding:
    """Performs the command steps of one plan, one at a time."""

    def __init__(
        self,
        vm: VmKey,
        *,
        recorder: Recorder,
        dialogue: Dialogue,
        watchers: Mapping[NodeKey, NodeWatcher],
        manager: HaPoll | None,
        inspection: Inspection,
        snapshot: Callable[[], Snapshot],
        clock: Clock,
        begun: int = 0,
    ) -> None:
        """Perform commands for machine `vm`; `begun` were begun before a break."""
        self._vm = vm
        self._recorder = recorder
        self._dialogue = dialogue
        self._watchers = watchers
        self._manager = manager
        self._inspection = inspection
        self._snapshot = snapshot
        self._clock = clock
        self._run: CommandRun | ManagerCommand | None = None
        self._index: int | None = None
        self._deadline = 0.0
        self.count = begun
        """How many commands were begun."""

    def name_next(self) -> str:
        """Return the name of the detached job of the next command, which is counted by it."""
        self.count += 1
        # The sequence tells apart what was begun before and after a break.
        return f"{self._recorder.state.job}-{self._recorder.state.last_sequence + 1}"

    async def run(self, step: CommandStep, index: int | None, remote: str) -> Happened:
        """Start a command as detached job `remote`, with its secret if it needs one."""
        return await self._begin(step, index, remote, pending=None)

    async def attach(self, pending: Pending) -> Happened:
        """Follow a command that was begun before a break; never start it."""
        return await self._begin(pending.step, pending.index, pending.remote, pending=pending)

    async def again(self) -> Happened:
        """Attach to the command that the connection was lost to."""
        if isinstance(self._run, ManagerCommand):
            return await self._judge(self._run)
        assert self._run is not None
        return await self._follow(self._run, start=False)

    async def await_node(self) -> Happened:
        """Return once the node is connected again, or the command's time is used up."""
        assert self._run is not None
        step = self._run.step
        if isinstance(self._run, ManagerCommand):
            return await self._dialogue.unless_cancelled(self._run.reached(until=self._deadline))
        try:
            async with asyncio.timeout(max(1.0, self._deadline - self._clock.monotonic())):
                await self._dialogue.unless_cancelled(self._watchers[step.node].reconnected())
        except TimeoutError:
            node = step.node.name
            text = f"{node} did not come back in {step.timeout:.0f} s; it may go on there"
            return Happened(Event.OVERDUE, text)
        return Happened(Event.RECONNECTED)

    async def tell_lost(self) -> None:
        """Say that the command goes on without us."""
        assert self._run is not None
        step = self._run.step
        goes_on = "the command goes on there, waiting to reconnect"
        if step.site:
            goes_on = "whether it does the command is read back, once it can be asked again"
        await self._recorder.emit(
            EventKind.NOTE,
            f"the connection to {step.site or step.node.name} is lost; {goes_on}",
            step=self._index,
            node=place_of(step),
            level=Level.WARNING,
            label=step.label,
        )

    async def forget(self) -> None:
        """Remove the files of a command whose result is written down."""
        if isinstance(self._run, CommandRun):
            await self._run.forget()
        self._run = None

    async def _begin(
        self, step: CommandStep, index: int | None, remote: str, *, pending: Pending | None
    ) -> Happened:
        if step.site:
            return await self._tell_manager(step, index, remote, anew=pending is None)
        secret = None
        if step.command.needs_secret:
            # It masks the output, too, so it is needed for merely attaching as well.
            if not isinstance(self._manager, ManagerPoll):
                return Happened(Event.FAILED, "no manager is configured")
            try:
                secret = await self._manager.secret()
            except SecretUnavailable as error:
                return Happened(Event.FAILED if pending is None else Event.NO_RESULT, str(error))
        if step.touches_ha and self._manager is not None:
            self._manager.doubt(self._vm)
        self._run = CommandRun(
            step,
            index,
            remote=remote,
            watcher=self._watchers[step.node],
            recorder=self._recorder,
            secret=secret,
            told=None if pending is None else pending.told,
        )
        self._index = index
        self._deadline = self._clock.monotonic() + step.timeout
        return await self._follow(self._run, start=pending is None)

    async def _tell_manager(
        self, step: CommandStep, index: int | None, remote: str, *, anew: bool
    ) -> Happened:
        """Give a command to the manager, or find out what became of one from before a break."""
        if not isinstance(self._manager, Ovm3Manager):
            text = "no Oracle VM 3 manager is configured"
            return Happened(Event.FAILED if anew else Event.NO_RESULT, text)
        run = self._run = ManagerCommand(
            step,
            index,
            vm=self._vm,
            remote=remote,
            manager=self._manager,
            recorder=self._recorder,
            look=lambda: self._inspection.look(self._vm.pool, deep=False),
            snapshot=self._snapshot,
            clock=self._clock,
        )
        self._index = index
        self._deadline = self._clock.monotonic() + step.timeout
        if not anew:
            return await self._judge(run)
        if step.touches_ha:
            self._manager.doubt(self._vm)
        followers = self._followers(step, index)
        try:
            return await self._dialogue.unless_cancelled(run.send(timeout=step.timeout))
        finally:
            await end(followers)

    async def _judge(self, run: ManagerCommand) -> Happened:
        return await self._dialogue.unless_cancelled(run.judge(until=self._deadline))

    async def _follow(self, run: CommandRun, *, start: bool) -> Happened:
        step, index = run.step, self._index
        lock: contextlib.AbstractAsyncContextManager[object] = contextlib.nullcontext()
        if step.command.needs_secret and self._manager is not None:
            lock = self._manager.lock
        try:
            session = self._watchers[step.node].session
        except NodeLost as error:
            if start:
                return Happened(Event.FAILED, f"was not started: {error}")
            return Happened(Event.CONNECTION_LOST, str(error))
        timeout = max(1.0, self._deadline - self._clock.monotonic())
        followers = self._followers(step, index)
        try:
            async with lock:
                happened = await self._dialogue.unless_cancelled(
                    run.follow(session, start=start, timeout=timeout)
                )
        finally:
            await end(followers)
        if step.agent_switches_ha and self._manager is not None:
            # What was read meanwhile was from before the agent switched it.
            self._manager.doubt(self._vm)
        if happened.event in {Event.FAILED, Event.NO_RESULT}:
            for node in step.diagnose:
                await show_log_tail(
                    self._watchers[node], self._recorder, step=index, label=step.label
                )
            for question in step.aftermath:
                await self._ask(question, index, step.label)
        return happened

    async def _ask(self, question: Question, index: int | None, label: str) -> None:
        """Show the answer to a question that a failure raises."""
        node = question.node.name
        try:
            session = self._watchers[question.node].session
            result = await session.run(question.script, timeout=_QUESTION)
            said = (result.stdout + result.stderr).strip() or "no answer"
        except TransportError as error:
            said = str(error)
        text = f"{question.what}: {visible(said, limit=2000)}"
        lines = [text, *([question.remedy] if question.remedy else [])]
        for line in lines:
            await self._recorder.emit(
                EventKind.NOTE, line, step=index, node=node, level=Level.WARNING, label=label
            )

    def _followers(self, step: CommandStep, index: int | None) -> list[asyncio.Task[None]]:
        return follow_progress(
            step,
            index,
            vm=self._vm,
            recorder=self._recorder,
            watchers=self._watchers,
            snapshot=self._snapshot,
            clock=self._clock,
        )
