"""Telling how far a long command is, while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import EventKind
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.progress import migration_progress
from ovmtui.plan.steps import CommandStep
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.runtime.xendlog import follow_migration_log

_POLL = 1.0
"""Seconds between looks at how far a long command is."""
_LONG = 300.0
"""Commands that may take this long, in seconds, have their progress told."""


def follow_progress(
    step: CommandStep,
    index: int | None,
    *,
    vm: VmKey,
    recorder: Recorder,
    watchers: Mapping[NodeKey, NodeWatcher],
    snapshot: Callable[[], Snapshot],
    clock: Clock,
) -> list[asyncio.Task[None]]:
    """Return tasks that tell the progress which the nodes show; none for a short command."""
    if step.timeout < _LONG:
        return []
    telling = _tell(vm, index, recorder=recorder, snapshot=snapshot, clock=clock)
    followers = [asyncio.create_task(telling)]
    if step.diagnose:
        log = follow_migration_log(
            watchers[step.node], recorder, step=index, label=step.label, timeout=step.timeout
        )
        followers.append(asyncio.create_task(log))
    return followers


async def end(followers: list[asyncio.Task[None]]) -> None:
    """End the tasks, whatever they are at."""
    for follower in followers:
        follower.cancel()
    await asyncio.gather(*followers, return_exceptions=True)


async def _tell(
    vm: VmKey,
    index: int | None,
    *,
    recorder: Recorder,
    snapshot: Callable[[], Snapshot],
    clock: Clock,
) -> None:
    told = ""
    while True:
        text = migration_progress(snapshot(), vm)
        if text and text != told:
            told = text
            await recorder.emit(EventKind.PROGRESS, text, step=index)
        await clock.sleep(_POLL)
