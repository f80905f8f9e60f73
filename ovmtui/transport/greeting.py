"""One connection while it comes about: how far it is, and which host key is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import asyncssh

from ovmtui.errors import ConnectFailed, HostKeyChanged, HostKeyUnknown
from ovmtui.model.text import visible
from ovmtui.transport.hostkeys import HostKeys, KnownKeys, one_line
from ovmtui.transport.knownlines import change_of
from ovmtui.transport.passwordlogin import PasswordClient


class Greeting(PasswordClient):
    """Watches one connection come about: how far it is, and which host key is shown."""

    def __init__(self, name: str, known: KnownKeys, *, on_connected: Callable[[], None]) -> None:
        self._name = name
        self._known = known
        self._on_connected = on_connected
        self._shown: asyncssh.SSHKey | None = None
        self._connection: asyncssh.SSHClientConnection | None = None
        self.connected = False
        self.keys = HostKeys()

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Know that the host is there; what is waited for from now on is the login."""
        self.connected = True
        self._connection = conn
        self._on_connected()

    @property
    def version(self) -> str:
        """How the server calls itself; empty while it has not."""
        said = self._connection and self._connection.get_extra_info("server_version")
        return str(said or "")

    def trusted(
        self, host: str, address: str, port: int | None
    ) -> tuple[Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey]]:
        """Return what known_hosts has, by its real name or the one that the operator uses."""
        self.keys = self._known.of((host, self._name), port or asyncssh.DEFAULT_PORT)
        return self.keys.trusted, self.keys.authorities, self.keys.revoked

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Look at a key that is not trusted; it never becomes so here."""
        self._shown = key
        return False

    def judged(self, reason: str, known_hosts: Path) -> Callable[[], ConnectFailed]:
        """Return what finds out what is wrong with the host key, which asyncssh refused."""
        shown = self._shown
        if shown is None:
            what = "REVOKED" if "revoked" in reason else "REFUSED"
            error = HostKeyChanged(f"HOST KEY {what}: {visible(reason, limit=200)}")
            return lambda: error
        fingerprint, key = shown.get_fingerprint(), one_line(shown)
        if self.keys.trusted:
            return lambda: HostKeyChanged(
                f"HOST KEY CHANGED: {fingerprint} is not the key in {known_hosts}; "
                "somebody may be in between, no connection is made",
                change=change_of(known_hosts, self.keys.name, shown, key),
            )
        return lambda: HostKeyUnknown(
            f"host key not known: {fingerprint}", fingerprint=fingerprint, key=key
        )
