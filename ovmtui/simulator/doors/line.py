"""The network in front of one node: a port on loopback whose line can be cut or muted."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from ovmtui.simulator.doors.door import Door
from ovmtui.simulator.node import Plug

LOOPBACK = "127.0.0.1"
_CHUNK = 65536
_BACKLOG = 128


class Line:
    """Takes TCP connections and relays them to the node's door."""

    def __init__(self, door: Door) -> None:
        """Take a free port of the loopback address; it is listened on from `open`."""
        self._door = door
        self._state = Plug.UP
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._relays: set[asyncio.Task[None]] = set()
        self._doors: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        # It is held, so that the port stays ours while the node is dead.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind((LOOPBACK, 0))
        self.port: int = self._held.getsockname()[1]

    async def open(self) -> None:
        """Take connections."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it; without it an answer waits 40 ms for an acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((LOOPBACK, self.port))
        self._server = await asyncio.start_server(self._take, sock=listening, backlog=_BACKLOG)

    async def set(self, state: Plug) -> None:
        """Change how the line is.

        DEAD refuses connections and resets the present ones. SILENT takes connections,
        and lets nothing through on any of them. UP lets flow what has been held back.
        """
        if state is self._state:
            return
        was, self._state = self._state, state
        if state is Plug.DEAD:
            await self._hang_up()
        elif state is Plug.SILENT:
            self._flowing.clear()
        if state is Plug.UP:
            self._flowing.set()
        if was is Plug.DEAD:
            await self.open()

    async def cut(self) -> None:
        """Reset the present connections, and take new ones."""
        await self._end_relays()

    def release(self) -> None:
        """Give the port back."""
        self._held.close()

    async def close(self) -> None:
        """Reset everything and give the port back."""
        await self._hang_up()
        self.release()
        await self._door.close()
        for task in tuple(self._doors):
            task.cancel()
        await asyncio.gather(*self._doors, return_exceptions=True)

    async def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._end_relays()

    async def _end_relays(self) -> None:
        relays = tuple(self._relays)
        for task in relays:
            task.cancel()
        await asyncio.gather(*relays, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._relays.add(task)
        try:
            await self._relay(reader, writer)
        except (asyncio.CancelledError, OSError):
            writer.transport.abort()
        finally:
            writer.close()
            self._relays.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        near, far = socket.socketpair()
        admitted = asyncio.create_task(self._door.admit(far))
        self._doors.add(admitted)
        admitted.add_done_callback(self._doors.discard)
        inner_reader, inner_writer = await asyncio.open_connection(sock=near)
        passing = (
            asyncio.create_task(self._pass(reader, inner_writer)),
            asyncio.create_task(self._pass(inner_reader, writer)),
        )
        try:
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        finally:
            inner_writer.close()
            for task in passing:
                task.cancel()
            await asyncio.gather(*passing, return_exceptions=True)
        writer.close()
        await writer.wait_closed()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(_CHUNK):
                await self._flowing.wait()
                sink.write(data)
                await sink.drain()
        # That one end has gone is not heard at the other while nothing gets through.
        await self._flowing.wait()
