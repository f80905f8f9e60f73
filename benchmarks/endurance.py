"""Hours in a minute: nodes are asked 50 times as often, connections break, machines move.

The nodes are pretended and there are no jobs: what grows here grows with looking alone.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.pretended import PretendedFleet, fleet
from benchmarks.processes import memory_mib, open_files
from benchmarks.running import running, settings

_REFRESH = 0.1
"""Seconds; the usual 5 compressed by 50."""
_WARM, _LONG = 15.0, 60.0


@dataclass(frozen=True, slots=True)
class State:
    """What must not grow."""

    memory_mib: float
    tasks: int
    files: int
    sessions: int
    journal_kib: float


def endurance() -> Iterator[Figure]:
    """Yield what the end has more than the beginning."""
    begin, end = asyncio.run(_lived(fleet(16, 20)))
    hours = _LONG * 5.0 / _REFRESH / 3600.0
    what = f"{hours:.1f} hours' refreshes with churn:"
    grown = end.memory_mib - begin.memory_mib
    yield Figure(f"{what} memory grows by", grown, "MiB", most=5.0)
    yield Figure(f"{what} tasks at the end", end.tasks, "tasks", begin.tasks, "beginning")
    yield Figure(f"{what} open files at the end", end.files, "files", begin.files, "beginning")
    yield Figure(f"{what} sessions at the end", end.sessions, "open", begin.sessions, "beginning")
    journal = end.journal_kib - begin.journal_kib
    yield Figure(f"{what} journal grows by", journal, "KiB", most=0.0)


async def _lived(made: PretendedFleet) -> tuple[State, State]:
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        chosen = settings(made, refresh=_REFRESH)
        async with running(made, Path(place), chosen=chosen) as service:
            await service.settled(timeout=60.0)
            await _churn(made, chance, _WARM)
            begin = _state(made, Path(place))
            await _churn(made, chance, _LONG)
            return begin, _state(made, Path(place))


async def _churn(made: PretendedFleet, chance: random.Random, seconds: float) -> None:
    """Let connections break and machines move between nodes."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    nodes = list(made.nodes.values())
    while loop.time() < until:
        await asyncio.sleep(0.1)
        await chance.choice(made.sessions).close()
        source, target = chance.sample(nodes, 2)
        if source.machines:
            target.machines.append(source.machines.pop())
    await asyncio.sleep(3.0)


def _state(made: PretendedFleet, place: Path) -> State:
    gc.collect()
    journal = sum(file.stat().st_size for file in place.glob("journal.sqlite3*"))
    sessions = sum(not session.is_closed for session in made.sessions)
    tasks = len(asyncio.all_tasks())
    return State(memory_mib(os.getpid()), tasks, open_files(), sessions, journal / 1024)
