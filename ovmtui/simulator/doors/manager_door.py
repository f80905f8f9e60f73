"""The SSH server of an Oracle VM 3 manager: passwords, exec requests, an interactive prompt."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import asyncssh

_PROMPT = "OVM> "
_LOGIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ManagerLodging:
    """Who may log in to the manager, and what answers."""

    user: str
    password: str
    host_key: Path
    client_public_key: Path
    answer: Callable[[str], Awaitable[str]]


class ManagerDoor:
    """Serves connections with asyncssh; there is no shell behind it."""

    def __init__(self, lodging: ManagerLodging) -> None:
        """Serve the manager of `lodging`."""
        self.logins: list[str] = []
        """How each attempt with a password has ended: `accepted`, `refused`."""
        self.dialogue_only = False
        """Whether the password is taken in a dialogue (keyboard-interactive) only."""
        self._lodging = lodging
        self._options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Server(self, lodging),
            server_host_keys=[str(lodging.host_key)],
            authorized_client_keys=str(lodging.client_public_key),
            process_factory=self._serve,
            gss_host=None,
            allow_scp=False,
            x11_forwarding=False,
            agent_forwarding=False,
            login_timeout=_LOGIN_SECONDS,
            compression_algs=["none"],
            line_editor=False,
        )
        self._connections: set[asyncssh.SSHServerConnection] = set()

    async def admit(self, connection: socket) -> None:
        """Serve SSH over a connected socket, until either end closes it."""
        try:
            served = await asyncssh.run_server(connection, options=self._options)
        except (asyncssh.Error, OSError):
            return
        self._connections.add(served)
        try:
            await served.wait_closed()
        finally:
            self._connections.discard(served)

    async def close(self) -> None:
        """Abort every connection."""
        for served in tuple(self._connections):
            served.abort()

    async def _serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        with contextlib.suppress(asyncssh.Error, OSError, asyncio.CancelledError):
            if process.command is not None:
                for line in filter(None, map(str.strip, process.command.split(";"))):
                    process.stdout.write(f"{_PROMPT}{line}\r\n")
                    process.stdout.write(await self._lodging.answer(line))
                # It says nothing: a command that failed ends with 0, too.
                process.exit(0)
            else:
                await self._converse(process)

    async def _converse(self, process: asyncssh.SSHServerProcess[str]) -> None:
        process.stdout.write(_PROMPT)
        async for line in process.stdin:
            line = line.strip()
            process.stdout.write(f"{line}\r\n")
            if line == "exit":
                break
            if line:
                process.stdout.write(await self._lodging.answer(line))
            process.stdout.write(_PROMPT)
        process.exit(0)


class _Server(asyncssh.SSHServer):
    def __init__(self, door: ManagerDoor, lodging: ManagerLodging) -> None:
        self._door = door
        self._lodging = lodging

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return not self._door.dialogue_only

    def validate_password(self, username: str, password: str) -> bool:
        well = (username, password) == (self._lodging.user, self._lodging.password)
        self._door.logins.append("accepted" if well else "refused")
        return well

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return len(responses) == 1 and self.validate_password(username, responses[0])
