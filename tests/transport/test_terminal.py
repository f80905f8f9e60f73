"""A program on a node that has the operator's terminal."""

from __future__ import annotations

import asyncio

import pytest

from ovmtui.errors import NodeLost
from ovmtui.transport.session import SshSession


class Terminal:
    """A terminal with somebody who types when a test says so."""

    kind = "xterm-256color"

    def __init__(self) -> None:
        self.size = (100, 30)
        self.keys: asyncio.Queue[bytes] = asyncio.Queue()
        self.shown = b""
        self._more = asyncio.Event()

    async def typed(self) -> bytes:
        return await self.keys.get()

    def show(self, data: bytes) -> None:
        self.shown += data
        self._more.set()

    async def until(self, text: bytes) -> None:
        async with asyncio.timeout(10):
            while text not in self.shown:
                self._more.clear()
                await self._more.wait()


async def test_a_program_has_a_terminal_of_that_size(session: SshSession) -> None:
    terminal = Terminal()
    status = await session.interact("tty >/dev/null && stty size; exit 3", terminal)
    assert status == 3
    assert terminal.shown.split() == [b"30", b"100"]


async def test_what_is_typed_reaches_it_key_by_key_and_leaving_ends_it(
    session: SshSession,
) -> None:
    terminal = Terminal()
    script = "stty raw -echo; echo ready; head -c 2 | od -An -c; echo done; sleep 300"
    running = asyncio.create_task(session.interact(script, terminal))
    await terminal.until(b"ready")
    terminal.keys.put_nowait(b"\x03q")
    await terminal.until(b"done")
    assert b"003" in terminal.shown
    terminal.keys.put_nowait(b"")
    async with asyncio.timeout(10):
        await running


async def test_another_size_is_told_to_the_program(session: SshSession) -> None:
    terminal = Terminal()
    script = "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.1; done"
    running = asyncio.create_task(session.interact(script, terminal))
    await terminal.until(b"ready")
    terminal.size = (120, 50)
    await terminal.until(b"50 120")
    await running


async def test_a_lost_connection_gives_the_terminal_back(session: SshSession) -> None:
    terminal = Terminal()
    running = asyncio.create_task(session.interact("echo ready; sleep 300", terminal))
    await terminal.until(b"ready")
    session._connection.abort()
    async with asyncio.timeout(10):
        try:
            await running
        except NodeLost:
            return
    assert running.result() is None


async def test_what_xm_says_of_a_machine_without_a_console_is_shown(session: SshSession) -> None:
    terminal = Terminal()
    running = asyncio.create_task(session.interact("xm console no-such-machine", terminal))
    async with asyncio.timeout(10):
        assert await running
    assert b"no-such-machine" in terminal.shown


pytestmark = pytest.mark.timeout(60)
