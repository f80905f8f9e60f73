"""A node that says more than anybody can read: nothing stalls, nothing is lost.

The node is pretended; the journal, the events and their publishing are real.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Awaitable, Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.loopwatch import watched
from benchmarks.pretended import PretendedNode, PretendedSession
from benchmarks.processes import memory_mib
from ovmtui.model.identity import VmKey
from ovmtui.model.job import EventKind, JobState, Stream
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.lines import Lines
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.recorder import Recorder
from ovmtui.transport.interface import OutputChunk

_STALL = 50.0


def flood() -> Iterator[Figure]:
    """Yield the figures of many lines."""
    for lines, jobs in ((50_000, 1), (1_000_000, 1), (5_000, 20)):
        longest, grown, kept = asyncio.run(_flooded(lines, jobs))
        what = f"flood: {jobs} job{'s' if jobs > 1 else ''} with {lines:,} lines"
        yield Figure(f"{what}: longest step, CPU", longest, "ms", most=_STALL)
        yield Figure(f"{what}: memory grows by", grown, "MiB", most=150.0)
        missing = lines * jobs - kept
        yield Figure(f"{what}: lines that are not on the disk", missing, "lines", most=0.0)


async def _flooded(lines: int, jobs: int) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as place:
        journal = await Journal.open(Path(place) / "journal.sqlite3")
        before = memory_mib(os.getpid())
        with watched() as steps:
            async with asyncio.TaskGroup() as group:
                for number in range(jobs):
                    group.create_task(_job(journal, f"job{number}", lines))
        grown = memory_mib(os.getpid()) - before
        await journal.close()
        with contextlib.closing(sqlite3.connect(journal.path)) as database:
            count = "SELECT count(*) FROM events WHERE kind = ?"
            (kept,) = database.execute(count, (EventKind.OUTPUT.value,)).fetchone()
        return steps.longest, grown, kept


async def _job(journal: Journal, job: str, lines: int) -> None:
    state = JobState(
        job, "stop vm", "stop", VmKey("pool", "name:vm"), "vm", ("a tool that says a lot",), 0.0
    )
    await journal.begin(job, state, "", Operator("operator", "host"))
    recorder = Recorder(state, journal, SystemClock(), lambda _, events: None)

    def take(line: str) -> None:
        recorder.output(line, step=0, node="node", label="VM", stream=Stream.STDOUT)

    cutting = Lines(take)

    def said(chunk: OutputChunk) -> Awaitable[None] | None:
        cutting.feed(chunk.text)
        return recorder.behind()

    session = PretendedSession(PretendedNode("node", [], [], lines=lines))
    await session.run_detached(job, "", timeout=600.0, on_output=said)
    await recorder.emit(EventKind.STEP_END, step=0)
