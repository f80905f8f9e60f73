"""Who cannot keep up with a command's output has the command wait, and loses none of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path

from ovmtui.transport.interface import OutputChunk
from ovmtui.transport.session import SshSession

_SIZE = 16_777_216
"""Bytes: more than the node may send before it has to wait, many times over."""
_LOOKS = 30
"""Commands run meanwhile; the whole output takes a tenth of that when nothing waits."""


class Slow:
    """Takes output, and wants no more of it before `ready` is set."""

    def __init__(self) -> None:
        self.received = 0
        self.began = asyncio.Event()
        self.ready = asyncio.Event()

    def take(self, chunk: OutputChunk) -> Awaitable[None]:
        self.received += len(chunk.text)
        self.began.set()
        return self._wait()

    async def _wait(self) -> None:
        await self.ready.wait()


async def test_the_command_waits_and_every_byte_comes_in_the_end(
    session: SshSession, tmp_path: Path
) -> None:
    slow, end = Slow(), tmp_path / "end"
    script = f"head -c {_SIZE} /dev/zero | tr '\\0' x && : > {end}"
    running = asyncio.create_task(session.run(script, timeout=50.0, on_output=slow.take, limit=1))
    await slow.began.wait()
    for _ in range(_LOOKS):
        # The connection is free for others all the time.
        assert (await session.run("echo here", timeout=10.0)).stdout == "here\n"
    assert not end.exists()
    assert slow.received < _SIZE / 4
    slow.ready.set()
    assert (await running).exit_status == 0
    assert slow.received == _SIZE
    assert end.exists()


async def test_a_command_that_ends_while_nobody_takes_its_output_loses_none_of_it(
    session: SshSession, tmp_path: Path
) -> None:
    slow, end, size = Slow(), tmp_path / "end", 1_900_000
    script = f"head -c {size} /dev/zero | tr '\\0' x && : > {end}"
    running = asyncio.create_task(session.run(script, timeout=50.0, on_output=slow.take, limit=1))
    await slow.began.wait()
    while not end.exists():
        await session.run(":", timeout=10.0)
    slow.ready.set()
    assert (await running).exit_status == 0
    assert slow.received == size
