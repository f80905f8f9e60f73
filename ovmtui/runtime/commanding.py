"""The commands of one plan: their secrets, their progress, and why they failed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from ovmtui.errors import SecretUnavailable
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.progress import migration_progress
from ovmtui.plan.steps import CommandStep
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.manager import ManagerPoll
from ovmtui.runtime.performing import CommandRun, Performed
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.runtime.xendlog import follow_migration_log, show_log_tail

_POLL = 1.0
"""Seconds between looks at how far a long command is."""
_LONG = 300.0
"""Commands that may take this long, in seconds, have their progress told."""


class Commanding:
    """Performs the command steps of one plan."""

    def __init__(
        self,
        vm: VmKey,
        *,
        recorder: Recorder,
        watchers: Mapping[NodeKey, NodeWatcher],
        manager: ManagerPoll | None,
        snapshot: Callable[[], Snapshot],
        clock: Clock,
    ) -> None:
        """Perform commands for machine `vm`."""
        self._vm = vm
        self._recorder = recorder
        self._watchers = watchers
        self._manager = manager
        self._snapshot = snapshot
        self._clock = clock
        self.count = 0
        """How many commands were begun."""

    async def perform(self, step: CommandStep, index: int | None) -> Performed:
        """Run one command, with its secret if it needs one, and say how it ended."""
        secret = None
        lock: contextlib.AbstractAsyncContextManager[object] = contextlib.nullcontext()
        if step.command.needs_secret:
            if self._manager is None:
                return Performed(Outcome.FAILED, "no manager is configured")
            try:
                secret = await self._manager.secret()
            except SecretUnavailable as error:
                return Performed(Outcome.FAILED, str(error))
            lock = self._manager.lock
        self.count += 1
        run = CommandRun(
            step,
            job=f"{self._recorder.state.job}-{self.count}",
            index=index,
            watcher=self._watchers[step.node],
            recorder=self._recorder,
            clock=self._clock,
            secret=secret,
        )
        async with lock:
            performed = await self._following(step, index, run)
        if performed.outcome is not Outcome.DONE:
            for node in step.diagnose:
                await show_log_tail(
                    self._watchers[node], self._recorder, step=index, label=step.label
                )
        return performed

    async def _following(self, step: CommandStep, index: int | None, run: CommandRun) -> Performed:
        """Perform `run`; meanwhile tell the progress that the nodes show."""
        if step.timeout < _LONG:
            return await run.perform()
        followers = [asyncio.create_task(self._tell_progress(index))]
        if step.diagnose:
            followers.append(
                asyncio.create_task(
                    follow_migration_log(
                        self._watchers[step.node],
                        self._recorder,
                        step=index,
                        label=step.label,
                        timeout=step.timeout,
                    )
                )
            )
        try:
            return await run.perform()
        finally:
            for follower in followers:
                follower.cancel()
            await asyncio.gather(*followers, return_exceptions=True)

    async def _tell_progress(self, index: int | None) -> None:
        told = ""
        while True:
            text = migration_progress(self._snapshot(), self._vm)
            if text and text != told:
                told = text
                await self._recorder.emit(EventKind.PROGRESS, text, step=index)
            await self._clock.sleep(_POLL)
