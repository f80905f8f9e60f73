"""The operator's terminal, raw, while a program on a node has it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import termios
import tty
from types import TracebackType

from ovmtui.errors import TransportError
from ovmtui.model.identity import NodeKey
from ovmtui.model.text import visible
from ovmtui.runtime.service import Service

_LEAVE = b"\x1d"
"""ctrl+], as `xm console` and telnet have it."""
_CHUNK = 4096


class RawTerminal:
    """Implements `transport.interface.LocalTerminal` on standard input and output."""

    def __init__(self) -> None:
        """Leave the terminal as it is until it is entered."""
        self._typed: asyncio.Queue[bytes] = asyncio.Queue()
        self._input, self._output = sys.stdin.fileno(), sys.stdout.fileno()
        self._before: list[object] = []
        self.last = b""
        """What the program wrote last."""
        self.left = False
        """Whether the operator has left with ctrl+]."""

    def __enter__(self) -> RawTerminal:
        """Take every key as it is."""
        self._before = termios.tcgetattr(self._input)
        tty.setraw(self._input)
        asyncio.get_running_loop().add_reader(self._input, self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the terminal back as it was."""
        asyncio.get_running_loop().remove_reader(self._input)
        # What was typed for the program there is none of ovmtui's keys: it is thrown away.
        termios.tcsetattr(self._input, termios.TCSAFLUSH, self._before)  # type: ignore[arg-type]

    @property
    def kind(self) -> str:
        """What `$TERM` says."""
        return os.environ.get("TERM", "vt100")

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines, now."""
        return shutil.get_terminal_size()

    async def typed(self) -> bytes:
        """Return what was typed next; empty once ctrl+] was."""
        return await self._typed.get()

    def show(self, data: bytes) -> None:
        """Show what the program writes."""
        self.last = (self.last + data)[-_CHUNK:]
        self._write(data)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._output, data) :]

    def _read(self) -> None:
        data = os.read(self._input, _CHUNK)
        before, leave, _ = data.partition(_LEAVE)
        if before:
            self._typed.put_nowait(before)
        if leave or not data:
            self.left = True
            self._typed.put_nowait(b"")

    async def wait_for_enter(self, said: str) -> None:
        """Say how it ended, and wait: who still types for the program presses no key of ours."""
        self._write(f"\r\n{said}\r\nEnter comes back to ovmtui\r\n".encode())
        while not self.left and not {b"\r", b"\n"} & {bytes([b]) for b in await self.typed()}:
            pass


async def visit(service: Service, node: NodeKey, script: str) -> str:
    """Give the terminal to a program on `node`; return how it ended, in a sentence.

    Raises:
        TransportError: the connection is gone, or cannot take another session.
    """
    entrance = service.entrance(node)
    if script:
        what = f"{entrance} {script} on {node.name}".lstrip()
    else:
        what = f"{node.name} ({entrance})" if entrance else node.name
    what = visible(what, limit=200)
    sys.stdout.write(f"{what}: ctrl+] comes back to ovmtui\n")
    sys.stdout.flush()
    with RawTerminal() as terminal:
        try:
            status = await service.visit(node, script, terminal)
        except TransportError as error:
            await terminal.wait_for_enter(f"{what}: {visible(str(error), limit=200)}")
            raise
        if not terminal.left:
            ending = f" (exit code {status})" if status else ""
            await terminal.wait_for_enter(f"{what} has ended{ending}")
    if not status:
        return f"back from {what}"
    # What it said may have been seen for a moment only.
    lines = terminal.last.decode(errors="replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    return f"back from {what} (exit code {status}): {visible(last, limit=200)}"
