"""What one refresh costs the node: processes and CPU time below its sshd.

The tool itself is left out: `cat` of a listing stands for `xm list`, so that what is seen is
what the console puts around it. It is compared with the same `cat` by itself.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from benchmarks.figures import Figure
from benchmarks.pretended import fleet
from benchmarks.processes import cpu_seconds, forks
from benchmarks.sshd import Servers, servers
from ovmtui.toolstacks import probe
from ovmtui.toolstacks.probe import Section
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.ssh import SshConnector

_REFRESHES = 20
_ROUNDS = 7


@dataclass
class _Taken:
    """Of each round: processes and CPU milliseconds for one refresh."""

    processes: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def nodecost() -> Iterator[Figure]:
    """Yield the figures of one refresh on its node."""
    with servers(1) as found, tempfile.TemporaryDirectory() as place:
        listing = Path(place) / "listing"
        listing.write_text(next(iter(fleet(1, 20).nodes.values())).section("domains"))
        ours, bare = asyncio.run(_taken(found, f"cat {listing}"))
    for what, unit, mine, alone in (
        ("processes", "processes", ours.processes, bare.processes),
        ("CPU", "ms", ours.cpu, bare.cpu),
    ):
        yield Figure(
            f"a refresh on its node: {what}",
            statistics.median(mine),
            unit,
            statistics.median(alone),
            "the tool alone, by bare asyncssh",
        )


async def _taken(found: Servers, tool: str) -> tuple[_Taken, _Taken]:
    (host,), sshd = found.hosts, found.processes[0].pid
    key = str(found.directory / "user")
    known_hosts = found.directory / "known_hosts"
    connector = SshConnector(identities=(key,), ssh_config=(), known_hosts=known_hosts)
    session = await connector.connect(NodeAddress(host, found.port, found.user))
    script = probe.compose([Section("domains", tool), probe.LOAD], "0123456789abcdef")
    ours, bare = _Taken(), _Taken()
    async with asyncssh.connect(
        host, found.port, username=found.user, client_keys=[key], known_hosts=str(known_hosts)
    ) as connection:
        for _ in range(_ROUNDS):
            await _round(ours, sshd, lambda: session.run(script, timeout=30.0))
            await _round(bare, sshd, lambda: connection.run(tool, check=True))
    await session.close()
    return ours, bare


async def _round(taken: _Taken, sshd: int, refresh: Callable[[], Awaitable[object]]) -> None:
    processes, cpu = forks(), cpu_seconds(sshd)
    for _ in range(_REFRESHES):
        await refresh()
    taken.processes.append((forks() - processes) / _REFRESHES)
    taken.cpu.append((cpu_seconds(sshd) - cpu) * 1e3 / _REFRESHES)
