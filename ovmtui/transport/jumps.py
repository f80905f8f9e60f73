"""Connections to jump hosts: one for each, shared by all the nodes behind it.

sshd turns away at random whom it finds among too many that are logging in at once
(`MaxStartups 10:30:100`), so a pool of nodes behind one host must not log in to it once
for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncssh

from ovmtui.errors import ConnectFailed, HostKeyUnknown
from ovmtui.transport.interface import NodeAddress

Path = tuple[NodeAddress, ...]
"""Jump hosts in the order in which they are gone through."""

Open = Callable[
    [NodeAddress, asyncssh.SSHClientConnection | None], Awaitable[asyncssh.SSHClientConnection]
]
"""Connects to a host, through the connection to another one."""


@dataclass(slots=True)
class _Shared:
    opening: asyncio.Task[asyncssh.SSHClientConnection]
    users: int = 0

    @property
    def usable(self) -> bool:
        """Whether it is being opened, or is open."""
        if not self.opening.done():
            return True
        failed = self.opening.cancelled() or self.opening.exception() is not None
        return not failed and not self.opening.result().is_closed()


class JumpHosts:
    """Opens jump hosts at need, and closes each when nobody goes through it any more."""

    def __init__(self, connect: Open) -> None:
        """Use `connect` for each single hop."""
        self._connect = connect
        self._shared: dict[Path, _Shared] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def through(
        self, path: Path, host: NodeAddress, *, connect: Open | None = None
    ) -> asyncssh.SSHClientConnection:
        """Connect to `host` through the hosts of `path`, one after the other.

        With `connect` the last hop is made by it, in another way than the others.

        Raises:
            ConnectFailed: one of them, or `host`, cannot be reached.
        """
        connect = connect or self._connect
        if not path:
            return await connect(host, None)
        shared = self._shared.get(path)
        if shared is None or not shared.usable:
            opening = asyncio.get_running_loop().create_task(self._open(path))
            shared = self._shared[path] = _Shared(opening)
        shared.users += 1
        try:
            connection = await connect(host, await asyncio.shield(shared.opening))
        except BaseException:
            self._leave(path, shared)
            raise
        leaving = asyncio.get_running_loop().create_task(
            self._leave_when_closed(path, shared, connection)
        )
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        return connection

    async def _open(self, path: Path) -> asyncssh.SSHClientConnection:
        host = path[-1]
        try:
            return await self.through(path[:-1], host)
        except HostKeyUnknown as error:
            # Whoever asks about a node's key must not be shown that of another host.
            text = f"jump host {host.host}: {error}; connect to it with ssh once, to accept it"
            raise ConnectFailed(text) from error
        except ConnectFailed as error:
            text = f"jump host {host.host}: {error.what}"
            raise type(error)(text, mend=error.mend) from error

    async def _leave_when_closed(
        self, path: Path, shared: _Shared, connection: asyncssh.SSHClientConnection
    ) -> None:
        await connection.wait_closed()
        self._leave(path, shared)

    def _leave(self, path: Path, shared: _Shared) -> None:
        shared.users -= 1
        if shared.users:
            return
        if self._shared.get(path) is shared:
            del self._shared[path]
        if not shared.opening.done():
            shared.opening.cancel()
        elif shared.usable:
            shared.opening.result().close()
