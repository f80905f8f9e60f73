"""Connecting to nodes with asyncssh."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncssh
from cryptography.utils import CryptographyDeprecationWarning

from ovmtui.errors import ConnectFailed, HostKeyChanged, HostKeyUnknown, LoginRefused
from ovmtui.transport.failures import connect_failure
from ovmtui.transport.hostkeys import KnownHosts, Standing, one_line
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.session import SshSession

# The key exchanges of Oracle VM's old servers are deprecated; a warning would be
# printed into the screen.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)


class SshConnector:
    """Implements `interface.Connector`. Keys are read once, for all nodes."""

    def __init__(
        self,
        *,
        identities: Sequence[str] = (),
        ssh_config: tuple[str, ...] | None = None,
        known_hosts: Path | str | None = None,
    ) -> None:
        """Prepare for any number of connections.

        Args:
            identities: private key files; none: the user's usual ones and the agent's.
            ssh_config: OpenSSH configuration files; None: the user's own; empty: none.
            known_hosts: default `~/.ssh/known_hosts`.
        """
        self._identities = tuple(os.path.expanduser(name) for name in identities)
        self._config: Any = () if ssh_config is None else None
        if ssh_config:
            self._config = [os.path.expanduser(name) for name in ssh_config]
        self._known_hosts = KnownHosts(Path(known_hosts or "~/.ssh/known_hosts").expanduser())
        self._keys: asyncio.Task[tuple[list[asyncssh.SSHKey], list[str]]] | None = None

    async def connect(self, address: NodeAddress) -> SshSession:
        """Open a connection; see `interface.Connector.connect`."""
        if self._keys is None:
            reading = asyncio.to_thread(_read_keys, self._identities)
            self._keys = asyncio.get_running_loop().create_task(reading)
        keys, unusable = await asyncio.shield(self._keys)
        client = _Client(self._known_hosts)
        user = address.user or "root"
        try:
            connection, _ = await asyncssh.create_connection(
                lambda: client, address.host, **self._options(address, keys)
            )
        except asyncssh.HostKeyNotVerifiable as error:
            raise self._host_key_failure(client, address) from error
        except (asyncssh.Error, OSError, TimeoutError, ValueError) as error:
            failure = connect_failure(error, user=user, seconds=address.connect_timeout)
            if isinstance(failure, LoginRefused) and unusable:
                failure = LoginRefused(f"{failure}; not used: {'; '.join(unusable)}")
            raise failure from error
        return SshSession(connection)

    def _options(self, address: NodeAddress, keys: list[asyncssh.SSHKey]) -> dict[str, Any]:
        options: dict[str, Any] = {
            "config": self._config,
            "known_hosts": self._known_hosts.trusted,
            "agent_path": os.environ.get("SSH_AUTH_SOCK"),
            "agent_forwarding": False,
            "gss_host": None,
            "preferred_auth": ["publickey"],
            "compression_algs": ["none"],
            "connect_timeout": address.connect_timeout,
            "login_timeout": address.login_timeout,
            "keepalive_interval": address.keepalive_interval,
            "keepalive_count_max": 3,
            "utf8_decode_errors": "replace",
        }
        # What is not given is left to the SSH configuration, and root to where it has none.
        if address.user is not None or self._config is None:
            options["username"] = address.user or "root"
        if address.port is not None:
            options["port"] = address.port
        if keys:
            options["client_keys"] = keys
        return options

    def _host_key_failure(self, client: _Client, address: NodeAddress) -> ConnectFailed:
        if client.key is None:
            return ConnectFailed("the node shows no host key that can be checked")
        fingerprint = client.key.get_fingerprint()
        if client.standing is Standing.UNKNOWN:
            return HostKeyUnknown(
                f"host key not known: {fingerprint}",
                fingerprint=fingerprint,
                key=one_line(client.key),
            )
        what = "revoked" if client.standing is Standing.REVOKED else "changed"
        return HostKeyChanged(
            f"HOST KEY {what.upper()}: {fingerprint} is not the key in "
            f"{self._known_hosts.path}; somebody may be in between, no connection is made"
        )


class _Client(asyncssh.SSHClient):
    """Remembers the host key that was not accepted, so that it can be judged and shown."""

    def __init__(self, known_hosts: KnownHosts) -> None:
        self._known_hosts = known_hosts
        self.key: asyncssh.SSHKey | None = None
        self.standing = Standing.UNKNOWN

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Look at a key that is not trusted; it never becomes so here."""
        self.key = key
        self.standing = self._known_hosts.standing(key, host, addr, port)
        return False


def _read_keys(names: Sequence[str]) -> tuple[list[asyncssh.SSHKey], list[str]]:
    """Return the keys, and why others could not be read. Reading is slow: once is enough."""
    keys, unusable = [], []
    for name in names:
        try:
            keys.append(asyncssh.read_private_key(name))
        except OSError as error:
            unusable.append(f"{name}: {error.strerror}")
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            unusable.append(f"{name}: {error}")
    return keys, unusable
