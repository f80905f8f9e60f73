"""A program on a terminal of its own, driven by awaiting what it writes."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import AsyncIterator, Mapping

PATIENCE = 45.0
ESCAPE = "\x1b[27u"
"""The key as newer terminals send it: nothing that follows it can be taken for a part."""
_SEQUENCE = re.compile(rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]")


class OnTerminal:
    """What it wrote, as raw bytes, and a keyboard."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self.sent = bytearray()
        self._master = master
        self._news = asyncio.Event()
        self._looked = 0
        self.ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
            self.ended.set()
        self.sent += data
        self._news.set()

    async def until(self, *words: str, patience: float = PATIENCE) -> None:
        """Return once each of `words` was written since the last key, sequences left out."""
        end = asyncio.get_running_loop().time() + patience
        while True:
            self._news.clear()
            seen = " ".join(
                _SEQUENCE.sub(b"", bytes(self.sent[self._looked :]))
                .decode("utf-8", "replace")
                .split()
            )
            if all(word in seen for word in words):
                return
            left = end - asyncio.get_running_loop().time()
            assert left > 0, f"{words} not in {seen[-1500:]!r}"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()

    async def press(self, keys: str, *words: str, patience: float = PATIENCE) -> None:
        """Type `keys`, and wait for `words`."""
        self._looked = len(self.sent)
        os.write(self._master, keys.encode())
        await self.until(*words, patience=patience)

    async def out(self) -> None:
        """Leave whatever page is open: on the main screen `r` paints everything anew."""
        for _ in range(30):
            await self.press(ESCAPE)
            with contextlib.suppress(AssertionError):
                await self.press("r", "Quit", patience=1.0)
                return
        raise AssertionError(f"it does not come back: {bytes(self.sent[-3000:])!r}")

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)


@contextlib.asynccontextmanager
async def on_terminal(
    *arguments: str, environment: Mapping[str, str] | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[OnTerminal]:
    """Run `python ARGUMENTS` on a terminal of `size` columns and lines."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**_surroundings(), **(environment or {})},
        start_new_session=True,
    )
    os.close(slave)
    program = OnTerminal(process, master)
    try:
        yield program
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        program.close()


def _surroundings() -> dict[str, str]:
    """The environment of a plain terminal: none of tmux or screen, whose sequences differ."""
    kept = {name: value for name, value in os.environ.items() if name not in {"TMUX", "STY"}}
    return {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
