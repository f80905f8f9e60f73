"""A connector that is made when it is needed first.

Loading the SSH library takes as long as everything else that the console loads together;
its first screen need not wait for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ovmtui.transport.commandline import AnyConnector, CommandLine
from ovmtui.transport.interface import NodeAddress, Session


class LateConnector:
    """Connects as the connector does that is made once, by the first who needs it."""

    def __init__(self, make: Callable[[], AnyConnector], begin: asyncio.Event) -> None:
        """Make nothing before `begin` is set; `make` runs in a thread, since it loads modules."""
        self._make = make
        self._begin = begin
        self._made: asyncio.Task[AnyConnector] | None = None

    async def connect(self, address: NodeAddress) -> Session:
        """Open a connection; see `interface.Connector.connect`."""
        connector = await self._connector()
        return await connector.connect(address)

    async def open_command_line(self, address: NodeAddress, *, password: str | None) -> CommandLine:
        """Log in; see `commandline.CommandLineConnector.open_command_line`."""
        connector = await self._connector()
        return await connector.open_command_line(address, password=password)

    async def _connector(self) -> AnyConnector:
        if self._made is None or (self._made.done() and self._made.exception() is not None):
            # Loading it fails on a full disk, where there is no room for a temporary file.
            self._made = asyncio.create_task(self._prepare(), name="load the SSH library")
        # Who gives up waiting does not keep the others from it.
        return await asyncio.shield(self._made)

    async def _prepare(self) -> AnyConnector:
        await self._begin.wait()
        return await asyncio.to_thread(self._make)
