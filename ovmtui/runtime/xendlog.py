"""The log of a node's xend: the only place where a migration says how far it is, or why not."""

from __future__ import annotations

import asyncio
import contextlib

from ovmtui.errors import TransportError
from ovmtui.model.job import EventKind, Stream
from ovmtui.runtime.lines import Lines
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import probe
from ovmtui.toolstacks.redaction import redact


async def follow_migration_log(
    watcher: NodeWatcher, recorder: Recorder, *, step: int | None, label: str, timeout: float
) -> None:
    """Show the progress lines of a node's xend.log until cancelled."""
    node = watcher.key.name
    seen: set[str] = set()
    percents: asyncio.Queue[int] = asyncio.Queue()

    def take(line: str) -> None:
        percent = probe.parse_migration_progress(line)
        if percent is None or line in seen:
            return
        seen.add(line)
        percents.put_nowait(percent)
        recorder.output(
            f"xend.log: {line}", step=step, node=node, label=label, stream=Stream.STDOUT
        )

    lines = Lines(take)

    async def tell() -> None:
        while True:
            percent = await percents.get()
            await recorder.emit(EventKind.PROGRESS, f"{percent} %", step=step, node=node)

    async with asyncio.TaskGroup() as group:
        telling = group.create_task(tell())
        with contextlib.suppress(TransportError):
            await watcher.session.run(
                probe.follow_xend_log_script(),
                timeout=timeout,
                on_output=lambda chunk: lines.feed(chunk.text),
                limit=65_536,
            )
        telling.cancel()


async def show_log_tail(
    watcher: NodeWatcher, recorder: Recorder, *, step: int | None, label: str
) -> None:
    """Record the last lines of a node's xend.log: where a masked failure says its reason."""
    node = watcher.key.name
    try:
        result = await watcher.session.run(probe.xend_log_tail_script(12), timeout=15.0)
    except TransportError as error:
        await recorder.emit(EventKind.NOTE, f"xend.log cannot be read: {error}", node=node)
        return
    await recorder.emit(
        EventKind.NOTE, f"last lines of xend.log on {node}:", step=step, node=node, label=label
    )
    for line in result.stdout.splitlines():
        recorder.output(redact(line), step=step, node=node, label=label, stream=Stream.STDOUT)
