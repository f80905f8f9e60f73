"""Where the nodes' programs meet the world: a Unix socket that takes their calls.

A call is 4 bytes of length and the words, parted by NUL: node, program, arguments. The
answer is frames of a letter, 4 bytes of length and the payload: `O` and `E` for the two
outputs, `I` to ask for a line of input, `X` for the exit code, which is the last one.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

from ovmtui.simulator.breakage import ProgramFault
from ovmtui.simulator.invocations import InvocationLog
from ovmtui.simulator.node import Node
from ovmtui.simulator.programs.call import Call, Program, Ran
from ovmtui.simulator.programs.network import brctl, nc, ping, ssh
from ovmtui.simulator.programs.ovm import ovm
from ovmtui.simulator.programs.packages import rpm, yum
from ovmtui.simulator.programs.processes import ps
from ovmtui.simulator.programs.storage import df, sg_persist
from ovmtui.simulator.programs.svcmgr import svcmgr
from ovmtui.simulator.programs.xl import xl
from ovmtui.simulator.programs.xm import GARBAGE, xm
from ovmtui.simulator.world import World

_PROGRAMS: dict[str, Program] = {
    "xm": xm,
    "xl": xl,
    "ovm": ovm,
    "ping": ping,
    "ssh": ssh,
    "nc": nc,
    "brctl": brctl,
    "ps": ps,
    "rpm": rpm,
    "yum": yum,
    "df": df,
    "sg_persist": sg_persist,
    "svcmgr": svcmgr,
}


_PACE = 1.0
"""Simulated seconds between two looks whether a program hangs still."""
_KILLED = 137


class ToolServer:
    """Runs the programs for whoever calls them."""

    def __init__(self, world: World, log: InvocationLog) -> None:
        """Serve `world`, and note each call in `log`."""
        self._world = world
        self._log = log
        self._server: asyncio.Server | None = None

    async def open(self, path: Path) -> None:
        """Listen on the Unix socket `path`."""
        self._server = await asyncio.start_unix_server(self._serve, path)

    async def close(self) -> None:
        """Take no more calls."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            words = (await _block(reader)).decode(errors="surrogateescape").split("\0")
            # The program goes on when its client is killed, as xend does its work.
            code = await asyncio.shield(self._world.spawn(self._run(words, reader, writer)))
            _frame(writer, b"X", str(code))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            # The pool ends. Python 3.11's server would print a traceback of a cancelled task.
            pass
        finally:
            writer.close()

    async def _run(
        self, words: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> int:
        node, name, *arguments = words

        async def read_line() -> str:
            _frame(writer, b"I", "")
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                return (await _block(reader)).decode(errors="replace")
            return ""

        call = Call(
            world=self._world,
            node=self._world.nodes[node],
            arguments=tuple(arguments),
            out=lambda text: _frame(writer, b"O", text),
            err=lambda text: _frame(writer, b"E", text),
            read_line=read_line,
            start=self._child,
        )
        entry = self._log.begin(self._world.now, node, (name, *arguments))
        code = await self._perform(name, call)
        entry.abandoned = reader.at_eof() or writer.is_closing()
        self._log.end(entry, self._world.now, code)
        return code

    async def _child(self, node: Node, words: tuple[str, ...]) -> Ran:
        """Run a program for another one, without any input."""
        stdout: list[str] = []
        stderr: list[str] = []

        async def read_line() -> str:
            return ""

        call = Call(
            world=self._world,
            node=node,
            arguments=words[1:],
            out=stdout.append,
            err=stderr.append,
            read_line=read_line,
            start=self._child,
        )
        entry = self._log.begin(self._world.now, node.name, words)
        code = await self._perform(words[0], call)
        self._log.end(entry, self._world.now, code)
        return Ran(code, "".join(stdout), "".join(stderr))

    async def _perform(self, name: str, call: Call) -> int:
        """Run the program, or what its fault makes of it."""
        faults, key = self._world.program_faults, (call.node.name, name)
        boots = call.node.boots
        while faults.get(key) is ProgramFault.HANGING:
            await self._world.timeline.sleep(_PACE)
        if call.node.boots != boots:
            # Its process went with the node's power.
            return _KILLED
        match faults.get(key):
            case ProgramFault.FAILING:
                call.err("Error: (5, 'Input/output error')\n")
                return 1
            case ProgramFault.COMPLAINING:
                call.out("Error: Internal server error\n")
                return 0
            case ProgramFault.GARBLED:
                code = await _PROGRAMS[name](replace(call, out=lambda text: None))
                call.out(GARBAGE)
                return code
            case _:
                return await _PROGRAMS[name](call)


async def _block(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))


def _frame(writer: asyncio.StreamWriter, kind: bytes, text: str) -> None:
    if not writer.is_closing():
        payload = text.encode("utf-8", "surrogateescape")
        writer.write(kind + len(payload).to_bytes(4, "big") + payload)
