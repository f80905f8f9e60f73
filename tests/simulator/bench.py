"""A world without SSH: its programs are called as functions, its time is stepped."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from ovmtui.simulator import vmfiles
from ovmtui.simulator.node import XEND_LOG, Node
from ovmtui.simulator.programs import call as programs
from ovmtui.simulator.programs.call import Call, Program
from ovmtui.simulator.programs.network import brctl, nc, ping, ssh
from ovmtui.simulator.programs.ovm import ovm
from ovmtui.simulator.programs.storage import sg_persist
from ovmtui.simulator.programs.svcmgr import svcmgr
from ovmtui.simulator.programs.xl import xl
from ovmtui.simulator.programs.xm import xm
from ovmtui.simulator.spec import PoolSpec, VmSpec
from ovmtui.simulator.world import World
from tests.simulator.stepped_time import SteppedTime

_PROGRAMS: dict[str, Program] = {
    "xm": xm,
    "xl": xl,
    "ovm": ovm,
    "ping": ping,
    "ssh": ssh,
    "nc": nc,
    "brctl": brctl,
    "svcmgr": svcmgr,
    "sg_persist": sg_persist,
}


@dataclass
class Ran:
    stdout: str = ""
    stderr: str = ""
    code: int | None = None


@dataclass
class Bench:
    spec: PoolSpec
    root: Path
    time: SteppedTime = field(default_factory=SteppedTime)

    def __post_init__(self) -> None:
        self.world = World(self.spec, self.root, self.time)
        self.children: list[str] = []
        """What programs ran themselves, as `node: command`."""

    def begin(self, node: str, command: str, answers: tuple[str, ...] = ()) -> Ran:
        """Start a program; the result is filled in as it goes on."""
        name, *arguments = shlex.split(command)
        ran, lines = Ran(), list(answers)

        def out(text: str) -> None:
            ran.stdout += text

        def err(text: str) -> None:
            ran.stderr += text

        async def read_line() -> str:
            return lines.pop(0) if lines else ""

        call = Call(
            self.world,
            self.world.nodes[node],
            tuple(arguments),
            out,
            err,
            read_line,
            self._child,
        )

        async def run() -> None:
            ran.code = await _PROGRAMS[name](call)

        self.world.spawn(run())
        return ran

    async def _child(self, node: Node, words: tuple[str, ...]) -> programs.Ran:
        self.children.append(f"{node.name}: {' '.join(words)}")
        out: list[str] = []
        err: list[str] = []

        async def read_line() -> str:
            return ""

        call = Call(self.world, node, words[1:], out.append, err.append, read_line, self._child)
        code = await _PROGRAMS[words[0]](call)
        return programs.Ran(code, "".join(out), "".join(err))

    async def run(self, node: str, command: str, seconds: float = 60.0) -> Ran:
        """Run a program to its end, which comes within `seconds` of simulated time."""
        ran = self.begin(node, command)
        await asyncio.sleep(0)
        if ran.code is None:
            await self.time.advance(seconds)
        assert ran.code is not None, f"{command} still runs after {seconds} s"
        return ran

    async def table(self, node: str) -> dict[str, list[str]]:
        """Return the rows of the node's list by name: id, memory, VCPUs, letters, time."""
        program = self.world.nodes[node].spec.tools.value[0]
        ran = await self.run(node, f"{program} list")
        rows = (line.split() for line in ran.stdout.splitlines()[1:])
        return {row[0]: row[1:] for row in rows}

    def config(self, name: str) -> str:
        vm = next(vm for vm in self.spec.vms if vm.name == name)
        return str(vmfiles.config_path(self.root, vm))

    def config_text(self, name: str) -> str:
        return Path(self.config(name)).read_text()

    def uuid(self, name: str) -> str:
        return next(vm.identity for vm in self.spec.vms if vm.name == name)

    def xend_log(self, node: str) -> str:
        return self.world.nodes[node].path(XEND_LOG).read_text()

    async def close(self) -> None:
        await self.world.close()


def vm(name: str, **settings: object) -> VmSpec:
    """Return a small idle machine."""
    return VmSpec(name, **{"load": 0.0, **settings})  # type: ignore[arg-type] # as given
