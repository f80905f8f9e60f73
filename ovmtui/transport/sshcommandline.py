"""A command line over SSH: each command is an exec request without a terminal."""

from __future__ import annotations

import asyncio
import contextlib

import asyncssh

from ovmtui.errors import CommandTimeout, NodeLost
from ovmtui.transport.channel import CommandChannel

_LONGEST = 4_194_304
"""Bytes of an answer that are kept."""


class SshCommandLine:
    """Implements `commandline.CommandLine`."""

    def __init__(self, connection: asyncssh.SSHClientConnection) -> None:
        """Use `connection`, which is open."""
        self._connection = connection

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone."""
        return self._connection.is_closed()

    async def run(self, line: str, *, timeout: float) -> str:
        """Run one command; see `commandline.CommandLine.run`."""
        channel = CommandChannel(self._connection, line, first_line=None, on_closed=lambda: None)
        said = bytearray()
        try:
            async with asyncio.timeout(timeout):
                while pieces := await channel.output():
                    for _, data in pieces:
                        said += data[: _LONGEST - len(said)]
        except TimeoutError:
            raise CommandTimeout(f"no answer in {timeout:.0f} s") from None
        finally:
            channel.let_go()
        try:
            channel.exit_status()
        except NodeLost:
            # A channel that closes without a status has told all that it would.
            if self._connection.is_closed() or not said:
                raise
        return said.decode("utf-8", "replace")

    async def close(self) -> None:
        """Close the connection."""
        self._connection.abort()
        with contextlib.suppress(OSError, asyncssh.Error):
            await self._connection.wait_closed()
