"""Nodes that are no network: they answer a probe's script from memory, in this process.

Each answers in the tools' own formats, so that all of ovmtui above the connection does its
real work: composing scripts, reading listings, merging, publishing, painting.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import shlex
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from ovmtui.errors import CommandTimeout, ConnectFailed, NodeLost
from ovmtui.model.job import Stream
from ovmtui.transport.commandline import CommandLine
from ovmtui.transport.interface import (
    DetachedResult,
    LocalTerminal,
    NodeAddress,
    OnOutput,
    OutputChunk,
    Reply,
    Result,
)

_MARK = re.compile(r"@([0-9a-f]{16}) (begin|done|file)(?: ([a-z-]+))?")
_CHUNK = 32_768
_HELD = "locked\n1\n/file\n/beat\n"
"""What the holder of a lock says."""
_SPACE = uuid.UUID("5f6c7a52-7ce4-4be4-8d0c-6a8f0d8c4f10")
_HEADER = "Name                                        ID   Mem VCPUs      State   Time(s)\n"
_INFO = """\
host                   : {name}
nr_cpus                : 16
cpu_mhz                : 2493
hw_caps                : bfebfbff:28100800:00000000:00000340:009ce3bd:00000000:00000001:00000000
total_memory           : 131071
free_memory            : 40960
xen_major              : 3
xen_minor              : 4
xen_extra              : .0
"""


@dataclass
class PretendedNode:
    """One node with its machines; it lives as long as the fleet, through all connections."""

    name: str
    machines: list[str]
    pool: list[str]
    """All machines of the pool: the repository is shared, and each node finds all vm.cfg."""
    busy: bool = True
    """Whether each machine has used CPU time since the last listing."""
    hung: bool = False
    """Whether commands get no answer, over a connection that stays open."""
    latency: float = 0.0
    """Seconds until a command answers."""
    lines: int = 0
    """Lines that a detached command prints."""
    asked: int = 0
    """Commands so far."""
    listings: Iterator[int] = field(default_factory=itertools.count)

    def section(self, name: str) -> str:
        """Return what a section of a probe prints."""
        match name:
            case "domains":
                return self._listing(next(self.listings) if self.busy else 0)
            case "tool":
                return "found xm\nasked\n"
            case "identities":
                return "".join(map(self._identity, range(len(self.machines))))
            case "info":
                return _INFO.format(name=self.name)
            case "load":
                return "0.42 0.40 0.38 1/200 4242\n"
            case "boot":
                return f"{uuid.uuid5(_SPACE, self.name)}\n"
            case _:
                return ""

    def obey(self, argv: list[str]) -> None:
        """Do what `xm shutdown NAME` and `xm create FILE` do; nothing for anything else."""
        match argv:
            case ["xm", "shutdown", name] if name in self.machines:
                self.machines.remove(name)
            case ["xm", "create", path]:
                self.machines.append(path.split("/")[-2])

    def repository(self, nonce: str) -> str:
        """Return what the search for vm.cfg prints."""
        found = (
            f"\n@{nonce} file\n/OVS/running_pool/{name}/vm.cfg\0"
            f"name = '{name}'\nuuid = '{identity(name)}'\nmemory = 1024\nvcpus = 2\n"
            f"\n@{nonce} end 0\n"
            for name in self.pool
        )
        return "".join(found) + f"\n@{nonce} done\n"

    def _listing(self, number: int) -> str:
        rows = [f"{'Domain-0':<40} {0:>5} {553:>5} {8:>5} {'r-----':>10} {1236 + number:>8.1f}\n"]
        for index, name in enumerate(self.machines):
            seconds = 1000 + number * (1 + (index * 7 + number) % 40) / 10
            rows.append(
                f"{name:<40} {index + 1:>5} {1024:>5} {2:>5} {'-b----':>10} {seconds:>8.1f}\n"
            )
        return _HEADER + "".join(rows)

    def _identity(self, index: int) -> str:
        name = self.machines[index]
        return f"(domain (domid {index + 1}) (uuid {identity(name)}) (name {name}) (vcpus 2))\n"


def identity(name: str) -> str:
    """Return the UUID of a machine."""
    return str(uuid.uuid5(_SPACE, name))


class PretendedSession:
    """Implements `transport.interface.Session` on a node in this process."""

    user = "root"

    def __init__(self, node: PretendedNode) -> None:
        """Be open."""
        self._node = node
        self._closed = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    async def wait_closed(self) -> None:
        """Return after `close`."""
        await self._closed.wait()

    async def run(
        self,
        script: str,
        *,
        timeout: float,
        secret: str | None = None,
        on_output: OnOutput | None = None,
        limit: int = 4_194_304,
    ) -> Result:
        """Answer from memory."""
        node = self._node
        node.asked += 1
        if node.hung:
            await asyncio.sleep(timeout)
            raise CommandTimeout(f"no result in {timeout:g} s")
        await asyncio.sleep(node.latency)
        if self.is_closed:
            raise NodeLost("closed")
        if script.startswith("ping "):
            # A guest answers as soon as its machine is there.
            return Result(int(script.split()[-1] not in node.machines), "", "", node.latency)
        marks = _MARK.findall(script)
        if any(what == "done" for _, what, _ in marks):
            nonce = marks[0][0]
            found = node.repository(nonce) if "vm.cfg" in script else f"\n@{nonce} done\n"
            return Result(0, found, "", node.latency)
        out, err = "", ""
        for nonce, name in dict.fromkeys((n, s) for n, what, s in marks if what == "begin"):
            mark = f"\n@{nonce} begin {name}\n"
            end = f"\n@{nonce} end {name}"
            out += f"{mark}{node.section(name)}{end} 0\n"
            err += f"{mark}{end}\n"
        return Result(0, out, err, node.latency)

    async def run_detached(
        self,
        job: str,
        script: str,
        *,
        timeout: float,
        secret: str | None = None,
        on_output: OnOutput | None = None,
        offsets: tuple[int, int] = (0, 0),
        start: bool = True,
    ) -> DetachedResult:
        """Hold a lock, or do what `xm` does, after as many lines as the node prints for it.

        The lines come as fast as they are taken.
        """
        if "-lock-" in job:
            assert on_output is not None
            on_output(OutputChunk(Stream.STDOUT, _HELD, len(_HELD)))
            await asyncio.Event().wait()
        text = "".join(f"line {number} of a tool that says a lot\n" for number in range(1000))
        for _ in range(self._node.lines // 1000):
            for begin in range(0, len(text), _CHUNK):
                await asyncio.sleep(0)
                chunk = OutputChunk(Stream.STDOUT, text[begin : begin + _CHUNK], 0)
                if on_output is not None and (behind := on_output(chunk)) is not None:
                    await behind
        self._node.obey(shlex.split(script))
        return DetachedResult(0)

    async def converse(
        self, script: str, *, timeout: float, silence: float, reply: Reply
    ) -> Result:
        """Refuse: nothing here asks."""
        raise NodeLost("nothing here asks questions")

    async def interact(self, script: str, terminal: LocalTerminal) -> int | None:
        """Refuse: there is no shell."""
        raise NodeLost("there is no shell here")

    async def forget_detached(self, job: str) -> None:
        """Do nothing: nothing is kept."""

    async def sweep_detached(self, *, older_than_days: int) -> None:
        """Do nothing: nothing is kept."""

    async def close(self) -> None:
        """Be closed."""
        self._closed.set()


@dataclass
class PretendedFleet:
    """Pools of such nodes; implements `transport.interface.Connector`."""

    nodes: dict[str, PretendedNode]
    pools: dict[str, list[str]]
    """Names of the nodes by pool."""
    sessions: list[PretendedSession] = field(default_factory=list)

    async def connect(self, address: NodeAddress) -> PretendedSession:
        """Open a connection, at once."""
        session = PretendedSession(self.nodes[address.host])
        self.sessions = [open_ for open_ in self.sessions if not open_.is_closed] + [session]
        return session

    async def open_command_line(self, address: NodeAddress, *, password: str | None) -> CommandLine:
        """Refuse: no manager is asked here."""
        raise ConnectFailed("there is no manager here")


def fleet(nodes: int, machines: int, *, each_pool: int = 16) -> PretendedFleet:
    """Return `nodes` nodes with `machines` each, in pools of `each_pool` nodes."""
    found: dict[str, PretendedNode] = {}
    pools: dict[str, list[str]] = {}
    for first in range(0, nodes, each_pool):
        names = [f"node{number:04}" for number in range(first, min(nodes, first + each_pool))]
        there = {
            name: [f"vm{name[4:]}x{number:02}" for number in range(machines)] for name in names
        }
        every = [vm for vms in there.values() for vm in vms]
        pools[f"pool{first // each_pool:02}"] = names
        found |= {name: PretendedNode(name, there[name], every) for name in names}
    return PretendedFleet(found, pools)
