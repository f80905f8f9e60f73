"""Many nodes: CPU of the running side and of the whole console, ages, nodes that hang, growth.

The nodes are pretended (`pretended.py`): everything above the connection is real, SSH
itself is not in these figures but in those of `refreshing.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.loopwatch import watched
from benchmarks.painting import Terminal
from benchmarks.pretended import PretendedFleet, fleet
from benchmarks.processes import memory_mib
from benchmarks.running import running, settings
from ovmtui.runtime.service import Service
from ovmtui.ui.app import OvmtuiApp

REFRESH = 5.0
_SETTLE = 6.0
_WINDOW = 15.0
_NODES = (16, 64, 256, 1024)


@dataclass(frozen=True, slots=True)
class Load:
    """What a fleet of one size costs."""

    nodes: int
    cpu_percent: float
    """CPU time of what was answered, as if every node had been asked on time: a machine
    that is busy with other things lets us fall behind, which must not look like thrift."""
    longest_ms: float
    """The longest step of the loop, in CPU time."""
    memory_mib: float
    oldest: float
    """Seconds; the age of the oldest listing of a node that answers, in refreshes."""
    median: float


def scale() -> Iterator[Figure]:
    """Yield the figures of 256 nodes with 20 machines each."""
    note = "pretended nodes, without SSH"
    whole = measured(256, screens=True)
    yield Figure(
        "256 nodes × 20 VMs each 5 s: console with screens, CPU",
        whole.cpu_percent,
        "%",
        most=40.0,
        note=note,
    )
    yield Figure("  the same: longest step of the loop, CPU", whole.longest_ms, "ms", note=note)
    yield Figure("  the same: memory", whole.memory_mib, "MiB", note=note)
    behind = measured(256, screens=False)
    yield Figure("  the same without screens, CPU", behind.cpu_percent, "%", note=note)
    yield Figure("  the same: age of a listing, median", behind.median, "s", note=note)
    yield Figure("  the same: age of a listing, oldest", behind.oldest, "s", note=note)
    hung = measured(256, screens=False, hung=26)
    yield Figure("  26 nodes hung: CPU", hung.cpu_percent, "%", most=40.0, note=note)
    yield Figure(
        "  26 nodes hung: age of the oldest listing of the others",
        hung.oldest,
        "s",
        note=note,
    )


def growth() -> Iterator[Figure]:
    """Yield the cost against the number of nodes, with 20 machines each, and a line's fit."""
    loads = [measured(nodes, screens=True) for nodes in _NODES]
    for load in loads:
        what = f"growth: {load.nodes} nodes × 20 VMs, CPU with screens"
        step = f"longest step {load.longest_ms:.0f} ms, {load.memory_mib:.0f} MiB"
        yield Figure(what, load.cpu_percent, "%", note=step)
    fit = statistics.linear_regression(
        [load.nodes for load in loads], [load.cpu_percent for load in loads]
    )
    yield Figure("growth: CPU of one node more", fit.slope, "%", note="least squares")
    yield Figure("growth: CPU with no node", fit.intercept, "%", note="least squares")
    limit = (100.0 - fit.intercept) / fit.slope
    yield Figure("growth: nodes at which one core is full", limit, "nodes")


def measured(nodes: int, *, screens: bool, hung: int = 0, machines: int = 20) -> Load:
    """Return what a fleet costs; `hung` of its nodes do not answer."""
    return asyncio.run(_measured(fleet(nodes, machines), screens=screens, hung=hung))


async def _measured(made: PretendedFleet, *, screens: bool, hung: int) -> Load:
    for number, node in enumerate(made.nodes.values()):
        # No two nodes of a real fleet answer in the same instant.
        node.latency = 0.02 + (number * 37 % 100) / 100
    with tempfile.TemporaryDirectory() as directory:
        chosen = settings(made, refresh=REFRESH)
        async with running(made, Path(directory), chosen=chosen) as service:
            await service.settled(timeout=60.0)
            for node in list(made.nodes.values())[:hung]:
                node.hung = True
            async with _shown(service) if screens else contextlib.nullcontext():
                await asyncio.sleep(_SETTLE)
                with watched() as steps:
                    before = sum(node.asked for node in made.nodes.values())
                    cpu, wall = time.process_time(), time.perf_counter()
                    ages = []
                    while time.perf_counter() - wall < _WINDOW:
                        await asyncio.sleep(0.5)
                        ages += _ages(service, made)
                    cpu = time.process_time() - cpu
                    asked = sum(node.asked for node in made.nodes.values()) - before
            return Load(
                len(made.nodes),
                100.0 * cpu / asked * (len(made.nodes) - hung) / REFRESH,
                steps.longest,
                memory_mib_of_this(),
                max(ages),
                statistics.median(ages),
            )


def memory_mib_of_this() -> float:
    """Return the memory of this process."""
    import os

    return memory_mib(os.getpid())


def _ages(service: Service, made: PretendedFleet) -> list[float]:
    now = service.monotonic()
    return [
        now - node.listed_at
        for node in service.snapshot.nodes.values()
        if node.listed_at is not None and not made.nodes[node.key.name].hung
    ]


@contextlib.asynccontextmanager
async def _shown(service: Service) -> AsyncIterator[None]:
    """Run the screens on `service`, down to the bytes for a terminal."""
    app = OvmtuiApp(service)
    app.driver_class = Terminal
    shown = asyncio.create_task(app.run_async(size=(140, 40)))
    try:
        yield
    finally:
        app.exit()
        await shown
