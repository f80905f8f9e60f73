"""Hours in minutes: nodes are asked 50 times as often, connections break, machines move.

The nodes are pretended, everything above the connection is real. First without jobs, so that what
grows is what grows with looking alone; then one machine after the other is stopped and started.
"""

from __future__ import annotations

import asyncio
import contextlib
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
from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.identity import NodeKey
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.resolve import find_vm
from ovmtui.runtime.service import Service

_REFRESH = 0.1
"""Seconds; the usual 5 compressed by 50."""
_PATIENCE = 20.0
"""Seconds that a job is waited for: one whose machine has moved meanwhile may wait longer."""
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
    begin, end, _ = asyncio.run(_lived(fleet(16, 20), jobs=False))
    hours = _LONG * 5.0 / _REFRESH / 3600.0
    what = f"{hours:.1f} hours' refreshes with churn:"
    yield from _grown(what, begin, end)
    yield Figure(f"{what} journal", end.journal_kib - begin.journal_kib, "KiB", most=0.0)
    begin, end, jobs = asyncio.run(_lived(fleet(16, 20), jobs=True))
    what = f"the same with {jobs} jobs:"
    yield from _grown(what, begin, end)
    yield Figure(f"{what} journal, a job", (end.journal_kib - begin.journal_kib) / jobs, "KiB")


def _grown(what: str, begin: State, end: State) -> Iterator[Figure]:
    grown = end.memory_mib - begin.memory_mib
    yield Figure(f"{what} memory grows by", grown, "MiB", most=5.0)
    yield Figure(f"{what} tasks at the end", end.tasks, "tasks", begin.tasks, "beginning")
    yield Figure(f"{what} open files at the end", end.files, "files", begin.files, "beginning")
    yield Figure(f"{what} sessions at the end", end.sessions, "open", begin.sessions, "beginning")


async def _lived(made: PretendedFleet, *, jobs: bool) -> tuple[State, State, int]:
    """Return the state at the beginning and the end, and how many jobs there were between."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        chosen = settings(made, refresh=_REFRESH)
        async with running(made, Path(place), chosen=chosen) as service:
            await service.settled(timeout=60.0)
            working = service if jobs else None
            await _churn(made, chance, _WARM, working)
            begin, before = _state(made, Path(place)), len(service.jobs)
            await _churn(made, chance, _LONG, working)
            return begin, _state(made, Path(place)), len(service.jobs) - before


async def _churn(
    made: PretendedFleet, chance: random.Random, seconds: float, service: Service | None
) -> None:
    """Let connections break and machines move between nodes, and stop and start some."""
    async with asyncio.TaskGroup() as group:
        ended = asyncio.Event()
        if service is not None:
            group.create_task(_work(made, chance, service, ended))
        await _break(made, chance, seconds)
        ended.set()
    await asyncio.sleep(3.0)


async def _work(
    made: PretendedFleet, chance: random.Random, service: Service, ended: asyncio.Event
) -> None:
    """Stop one machine after the other, and start it again; what is refused is left."""
    while not ended.is_set():
        node = chance.choice(list(made.nodes.values()))
        name = node.machines[0]
        for verb in (Verb.STOP, Verb.START):
            with contextlib.suppress(PlanRefused, UsageError):
                vm = find_vm(service.snapshot, name)
                target = NodeKey(vm.pool, node.name) if verb is Verb.START else None
                job = service.run(service.plan(Intent(verb, vm, target)))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PATIENCE):
                        await service.finished(job)
                service.cancel(job)
        await asyncio.sleep(0.05)


async def _break(made: PretendedFleet, chance: random.Random, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    nodes = list(made.nodes.values())
    while loop.time() < until:
        await asyncio.sleep(0.1)
        await chance.choice(made.sessions).close()
        source, target = chance.sample(nodes, 2)
        if source.machines:
            target.machines.append(source.machines.pop())


def _state(made: PretendedFleet, place: Path) -> State:
    gc.collect()
    journal = sum(file.stat().st_size for file in place.glob("journal.sqlite3*"))
    sessions = sum(not session.is_closed for session in made.sessions)
    tasks = len(asyncio.all_tasks())
    return State(memory_mib(os.getpid()), tasks, open_files(), sessions, journal / 1024)
