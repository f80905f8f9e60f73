"""Connecting to the sshd of a test, and hearing what a command says."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from ovmtui.model.job import Stream
from ovmtui.transport.interface import NodeAddress, OutputChunk
from ovmtui.transport.session import SshSession
from ovmtui.transport.ssh import SshConnector
from tests.support.openssh import OpenSshServer


def address_of(server: OpenSshServer) -> NodeAddress:
    return NodeAddress(
        server.host, server.port, server.user, connect_timeout=10.0, login_timeout=10.0
    )


def connector_of(server: OpenSshServer) -> SshConnector:
    return SshConnector(
        identities=[str(server.key_path)], ssh_config=(), known_hosts=server.known_hosts
    )


@contextlib.asynccontextmanager
async def connected(server: OpenSshServer) -> AsyncIterator[SshSession]:
    session = await connector_of(server).connect(address_of(server))
    try:
        yield session
    finally:
        await session.close()


class Heard:
    """What came of a command, and from where an attachment goes on."""

    def __init__(self) -> None:
        self.chunks: list[OutputChunk] = []
        self._something = asyncio.Event()

    def take(self, chunk: OutputChunk) -> None:
        self.chunks.append(chunk)
        self._something.set()

    def text(self, stream: Stream = Stream.STDOUT) -> str:
        return "".join(chunk.text for chunk in self.chunks if chunk.stream is stream)

    def offset(self, stream: Stream) -> int:
        ends = [chunk.end_offset for chunk in self.chunks if chunk.stream is stream]
        return ends[-1] if ends else 0

    @property
    def offsets(self) -> tuple[int, int]:
        return self.offset(Stream.STDOUT), self.offset(Stream.STDERR)

    async def until(self, wanted: str, stream: Stream = Stream.STDOUT) -> None:
        """Return when `wanted` has been said."""
        async with asyncio.timeout(20):
            while wanted not in self.text(stream):
                self._something.clear()
                await self._something.wait()
