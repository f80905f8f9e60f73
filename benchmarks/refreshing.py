"""One refresh of 64 real sshd over open connections, by us and by other clients of the trade.

All run the same probe with the same key and check the same host keys; they take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from benchmarks.figures import Figure
from benchmarks.pretended import fleet
from benchmarks.processes import own_cpu
from benchmarks.sshd import Servers, servers
from ovmtui.toolstacks import probe
from ovmtui.toolstacks.probe import Section
from ovmtui.transport.interface import NodeAddress, Session
from ovmtui.transport.ssh import SshConnector

NODES = 64
_ROUNDS = 7
_NONCE = "0123456789abcdef"
PEERS = "OVMTUI_BENCH_PEERS"
"""Variable with the `bin` of an environment that has ClusterShell and parallel-ssh."""
_PARALLEL_SSH = """
import json, resource, sys, time
from pssh.clients import ParallelSSHClient
hosts, port, key, user, script, rounds = json.loads(sys.stdin.read())
client = ParallelSSHClient(
    hosts, port=port, user=user, pkey=key, pool_size=len(hosts), allow_agent=False
)
def once():
    for host in client.run_command(script):
        list(host.stdout)
taken = []
once()
for _ in range(rounds):
    wall, cpu = time.perf_counter(), time.process_time()
    once()
    taken.append((time.perf_counter() - wall, time.process_time() - cpu))
print(json.dumps(taken))
"""


@dataclass
class Taken:
    """Wall and CPU seconds of each round of one client."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextlib.contextmanager
    def round(self) -> Iterator[None]:
        """Measure what is done meanwhile, its ended children included."""
        wall, cpu = time.perf_counter(), own_cpu()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(own_cpu() - cpu)


def refreshing() -> Iterator[Figure]:
    """Yield the figures of a refresh."""
    with servers(NODES) as found, tempfile.TemporaryDirectory() as place:
        listing = Path(place) / "listing"
        listing.write_text(next(iter(fleet(1, 20).nodes.values())).section("domains"))
        script = probe.compose([Section("domains", f"cat {listing}"), probe.LOAD], _NONCE)
        taken = asyncio.run(_clients(found, script))
        taken |= _peers(found, script)
    ours, bare = taken["ours"], taken["asyncssh"]
    wall, cpu = statistics.median(ours.wall), statistics.median(ours.cpu)
    what = f"refresh of {NODES} sshd over open connections"
    yield Figure(
        f"{what}, wall",
        wall * 1e3,
        "ms",
        statistics.median(bare.wall) * 1e3,
        "bare asyncssh gather",
        most=1.3,
        of_ratio=True,
    )
    yield Figure(
        f"{what}, client CPU", cpu * 1e3, "ms", statistics.median(bare.cpu) * 1e3, "bare asyncssh"
    )
    for name, limit in (
        ("ssh ControlMaster", 1 / 3),
        ("clush with ControlPersist", 1 / 3),
        ("parallel-ssh", None),
    ):
        if name in taken:
            other = statistics.median(taken[name].cpu) * 1e3
            yield Figure(
                f"{what}, client CPU",
                cpu * 1e3,
                "ms",
                other,
                f"{name} (wall {statistics.median(taken[name].wall) * 1e3:.0f} ms)",
                most=None if limit is None else round(limit, 2),
                of_ratio=True,
            )


async def _clients(found: Servers, script: str) -> dict[str, Taken]:
    """Return the rounds of our session, asyncssh alone and OpenSSH's multiplexing, by turns."""
    taken = {name: Taken() for name in ("ours", "asyncssh", "ssh ControlMaster")}
    async with _ours(found) as sessions, _bare(found) as connections:
        with _masters(found) as master:
            for number in range(_ROUNDS + 1):
                with taken["ours"].round():
                    for result in await asyncio.gather(
                        *(session.run(script, timeout=30.0) for session in sessions)
                    ):
                        assert "domains" in probe.read(result.stdout, result.stderr, _NONCE)
                with taken["asyncssh"].round():
                    await asyncio.gather(*(one.run(script, check=True) for one in connections))
                with taken["ssh ControlMaster"].round():
                    _fan([[*master(host), host, script] for host in found.hosts])
                if number == 0:
                    taken = {name: Taken() for name in taken}
    return taken


@contextlib.asynccontextmanager
async def _ours(found: Servers) -> AsyncIterator[Sequence[Session]]:
    connector = SshConnector(
        identities=(str(found.directory / "user"),),
        ssh_config=(),
        known_hosts=found.directory / "known_hosts",
    )
    addresses = [NodeAddress(host, found.port, found.user) for host in found.hosts]
    sessions = await asyncio.gather(*map(connector.connect, addresses))
    try:
        yield sessions
    finally:
        await asyncio.gather(*(session.close() for session in sessions))


@contextlib.asynccontextmanager
async def _bare(found: Servers) -> AsyncIterator[list[asyncssh.SSHClientConnection]]:
    options = asyncssh.SSHClientConnectionOptions(
        username=found.user,
        client_keys=[asyncssh.read_private_key(found.directory / "user")],
        known_hosts=str(found.directory / "known_hosts"),
        config=None,
        agent_path=None,
    )
    opening = (asyncssh.connect(host, found.port, options=options) for host in found.hosts)
    connections = await asyncio.gather(*opening)
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()


@contextlib.contextmanager
def _masters(found: Servers) -> Iterator[Callable[[str], list[str]]]:
    def words(host: str) -> list[str]:
        return [*found.ssh(), f"-oControlPath={found.directory}/m-{host}"]

    _fan([[*words(host), "-oControlMaster=yes", "-fN", host] for host in found.hosts])
    try:
        yield words
    finally:
        for host in found.hosts:
            subprocess.run([*words(host), "-O", "exit", host], capture_output=True, check=False)


def _fan(commands: list[list[str]]) -> None:
    """Run all of them at once."""
    begun = [
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=-3)
        for words in commands
    ]
    for process in begun:
        if process.wait() != 0:
            raise SystemExit(f"{process.args!r} failed")


def _peers(found: Servers, script: str) -> dict[str, Taken]:
    """Return the rounds of the clients that are installed beside this environment."""
    place = os.environ.get(PEERS)
    if not place:
        return {}
    taken = {"clush with ControlPersist": Taken(), "parallel-ssh": Taken()}
    options = " ".join(found.ssh()[1:])
    options += f" -oControlMaster=auto -oControlPath={found.directory}/c-%%h -oControlPersist=60"
    clush = [f"{place}/clush", "-w", ",".join(found.hosts), "-f", str(NODES), "-o", options, "-q"]
    clush += ["-l", found.user, script]
    for number in range(_ROUNDS + 1):
        rounds = taken["clush with ControlPersist"] if number else Taken()
        with rounds.round():
            subprocess.run(clush, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    for host in found.hosts:
        leave = [*found.ssh(), f"-oControlPath={found.directory}/c-{host}", "-O", "exit", host]
        subprocess.run(leave, capture_output=True, check=False)
    key = str(found.directory / "user")
    told = json.dumps([list(found.hosts), found.port, key, found.user, script, _ROUNDS])
    program = [f"{place}/python", "-c", _PARALLEL_SSH]
    said = subprocess.run(program, input=told, capture_output=True, check=True, text=True).stdout
    for wall, cpu in json.loads(said):
        taken["parallel-ssh"].wall.append(wall)
        taken["parallel-ssh"].cpu.append(cpu)
    return taken
