"""What it costs to read a listing, a configuration, and to write the journal."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure, cpu_of, median_of
from ovmtui.config.load import load
from ovmtui.model.identity import VmKey
from ovmtui.model.job import EventKind, JobEvent, JobState, Stream
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.operator import Operator
from ovmtui.toolstacks.listing import parse_list

HEADER = "Name                                        ID   Mem VCPUs      State   Time(s)\n"


def listing(domains: int) -> str:
    """Return what `xm list` prints on a node with that many domains."""
    rows = (
        f"{f'ovmguest{number}':<40} {number:>5}  4096     2     r----- {number * 7.5:>8.1f}\n"
        for number in range(1, domains + 1)
    )
    return HEADER + "".join(rows)


def reading() -> Iterator[Figure]:
    """Yield the figures of parsers and files."""
    for domains in (20, 200):
        text = listing(domains)
        taken = median_of(partial(cpu_of, partial(parse_list, text), loops=20))
        yield Figure(f"read `xm list` of {domains} domains, CPU", taken, "ms")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "ovmtui.toml"
        path.write_text("".join(_pool(number) for number in range(4)))
        taken = median_of(partial(cpu_of, partial(load, path)))
        yield Figure("load a configuration of 4 pools with 16 nodes, CPU", taken, "ms")
        yield from asyncio.run(_journal(Path(directory) / "journal.sqlite3"))


def _pool(number: int) -> str:
    nodes = ", ".join(f'"node{number}-{node}"' for node in range(16))
    return f"[pools.pool{number}]\nnodes = [{nodes}]\n"


async def _journal(path: Path) -> list[Figure]:
    journal = await Journal.open(path)
    state = JobState("job", "stop vm", "stop", VmKey("pool", "name:vm"), "vm", (), 0.0)
    await journal.begin("job", state, "", Operator("operator", "host"))
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for sequence in range(200):
        await journal.append([JobEvent("job", sequence, 0.0, EventKind.STEP, "xm shutdown vm")])
    intents = loop.time() - begin
    lines = [
        JobEvent("job", 1000 + number, 0.0, EventKind.OUTPUT, "x" * 80, stream=Stream.STDOUT)
        for number in range(5000)
    ]
    begin = loop.time()
    await journal.append(lines)
    batch = loop.time() - begin
    await journal.close()
    return [
        Figure("journal one intent, synced to the disk", intents / 200 * 1e3, "ms"),
        Figure("journal 5,000 lines of output in one batch", batch * 1e3, "ms"),
    ]
