"""Connecting to nodes with asyncssh."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncssh
from cryptography.utils import CryptographyDeprecationWarning

from ovmtui.errors import ConnectFailed, ConnectTimeout
from ovmtui.model.hostkey import KnownEntry
from ovmtui.model.text import visible
from ovmtui.transport.algorithms import LEGACY, MODERN, hang_up_mend, login_mend
from ovmtui.transport.failures import connect_failure
from ovmtui.transport.greeting import Greeting
from ovmtui.transport.hostkeys import KnownHosts
from ovmtui.transport.identities import (
    USUAL,
    Identities,
    agent_kinds,
)
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.jumps import JumpHosts
from ovmtui.transport.knownlines import known_lines
from ovmtui.transport.login import Login, Offers
from ovmtui.transport.passwordlogin import NO_AGENT, TRIED, WITH_PASSWORD
from ovmtui.transport.root import become_root
from ovmtui.transport.session import SshSession
from ovmtui.transport.sshcommandline import SshCommandLine
from ovmtui.transport.sshconfig import Files, jump_path, settings_of

# The key exchanges of Oracle VM's old servers are deprecated; a warning would be
# printed into the screen.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)

_KEEPALIVES = 3
"""Unanswered keepalives after which a connection counts as lost."""
_FIXED: dict[str, Any] = {
    "agent_forwarding": False,
    "x11_forwarding": False,
    "gss_host": None,
    "gss_kex": False,
    "gss_auth": False,
    "host_based_auth": False,
    "kbdint_auth": False,
    "password_auth": False,
    "preferred_auth": ["publickey"],
    "compression_algs": ["none"],
    # Both have a limit of our own, which knows what is being waited for.
    "connect_timeout": None,
    "login_timeout": 0,
    "keepalive_count_max": _KEEPALIVES,
    "utf8_decode_errors": "replace",
}


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
        self._named = tuple(identities)
        self._identities = Identities()
        self._config: Files = () if ssh_config is None else None
        if ssh_config:
            self._config = [os.path.expanduser(name) for name in ssh_config]
        self._known_hosts = KnownHosts(Path(known_hosts or "~/.ssh/known_hosts").expanduser())
        self._jumps = JumpHosts(self._connect)

    async def connect(self, address: NodeAddress) -> SshSession:
        """Open a connection; see `interface.Connector.connect`."""
        connection = await self._jumps.through(await self._path(address), address)
        if address.elevation is None:
            return SshSession(connection)
        try:
            return SshSession(connection, await become_root(connection, address))
        except BaseException:
            connection.abort()
            raise

    async def open_command_line(
        self, address: NodeAddress, *, password: str | None
    ) -> SshCommandLine:
        """Open a connection; see `commandline.CommandLineConnector.open_command_line`."""
        # Only the last hop is told the password.
        connect = functools.partial(self._connect, password=password)
        path = await self._path(address)
        return SshCommandLine(await self._jumps.through(path, address, connect=connect))

    async def _path(self, address: NodeAddress) -> tuple[NodeAddress, ...]:
        try:
            return await asyncio.to_thread(jump_path, address, self._config)
        except (OSError, ValueError) as error:
            raise ConnectFailed(f"the SSH configuration: {visible(str(error))}") from error

    async def known_entries(self, address: NodeAddress) -> tuple[KnownEntry, ...]:
        """Return the lines of known_hosts about a host.

        Raises:
            OSError: a file cannot be read.
            ValueError: the SSH configuration makes no sense.
        """
        return await asyncio.to_thread(self._entries, address)

    def _entries(self, address: NodeAddress) -> tuple[KnownEntry, ...]:
        settings, path = settings_of(address, self._config), self._known_hosts.path
        keys = self._known_hosts.read().of((settings.name, address.host), settings.port)
        return known_lines(path, keys.name) if keys.name else ()

    async def _connect(
        self,
        address: NodeAddress,
        via: asyncssh.SSHClientConnection | None,
        password: str | None = None,
    ) -> asyncssh.SSHClientConnection:
        """Connect to one host, directly or through the connection to a jump host."""
        try:
            login = await asyncio.to_thread(self._login, address)
        except (OSError, ValueError) as error:
            raise ConnectFailed(f"not connected: {visible(str(error))}") from error
        limit = asyncio.timeout(address.connect_timeout)

        def await_login() -> None:
            # Whoever has given up waiting meanwhile has ended the limit, too.
            with contextlib.suppress(RuntimeError):
                limit.reschedule(asyncio.get_running_loop().time() + address.login_timeout)

        offered = login.offered
        client = Greeting(address.host, login.known, on_connected=await_login)
        client.password = password
        try:
            async with limit:
                return await asyncssh.connect(
                    address.host,
                    () if address.port is None else address.port,
                    config=self._config,
                    tunnel=via,
                    client_factory=lambda: client,
                    known_hosts=client.trusted,
                    server_host_key_algs=login.host_key_algorithms,
                    kex_algs=login.unless_configured("KexAlgorithms", offered.key_exchanges),
                    encryption_algs=login.unless_configured("Ciphers", offered.ciphers),
                    mac_algs=login.unless_configured("MACs", offered.macs),
                    signature_algs=offered.signatures,
                    username=login.user,
                    client_keys=login.offers if password is None else Offers(),
                    agent_identities=login.agent_identities if password is None else NO_AGENT,
                    keepalive_interval=address.keepalive_interval,
                    **(_FIXED if password is None else {**_FIXED, **WITH_PASSWORD}),
                )
        except TimeoutError as error:
            if client.connected:
                text = f"connected, but no login within {address.login_timeout:g} s"
            elif limit.expired():
                text = f"no answer within {address.connect_timeout:g} s"
            else:
                text = "no answer"
            raise ConnectTimeout(text) from error
        except asyncssh.HostKeyNotVerifiable as error:
            judged = client.judged(error.reason, self._known_hosts.path)
            raise await asyncio.to_thread(judged) from error
        except asyncssh.PermissionDenied as error:
            if password is not None:
                raise connect_failure(error, user=login.user, tried=TRIED) from error
            kinds = [*login.kinds, *await agent_kinds(only=login.agent_identities)]
            mend = login_mend(client.version, kinds, legacy=address.legacy)
            raise connect_failure(error, user=login.user, tried=login.tried, mend=mend) from error
        except (asyncssh.Error, OSError, ValueError) as error:
            raise connect_failure(
                error,
                user=login.user,
                tried=login.tried if password is None else TRIED,
                legacy=address.legacy,
                mend=hang_up_mend(client.version, legacy=address.legacy),
            ) from error

    def _login(self, address: NodeAddress) -> Login:
        """Find out who logs in, and with what. It does I/O and computes."""
        settings = settings_of(address, self._config)
        named = self._named or settings.identity_files
        identities = self._identities.read(named or USUAL)
        only = bool(self._named) or settings.identities_only
        known = self._known_hosts.read()
        keys = known.of((settings.name, address.host), settings.port)
        offered = LEGACY if address.legacy else MODERN
        configured = settings.own_algorithms if not address.legacy else frozenset()
        return Login(
            user=address.user or settings.user or "root",
            identities=tuple(each for each in identities if named or not each.missing),
            only=only,
            offered=offered,
            configured=configured,
            host_key_algorithms=()
            if "HostKeyAlgorithms" in configured
            else offered.host_key_order(keys.trusted, certified=bool(keys.authorities)),
            known=known,
        )
