"""What the operator's SSH configuration says of one host."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass, replace

import asyncssh

from ovmtui.transport.interface import NodeAddress

Files = Sequence[str] | None
"""Configuration files; `()` means the user's own to asyncssh, and None means none."""

_ALGORITHMS = ("KexAlgorithms", "Ciphers", "MACs", "HostKeyAlgorithms")


@dataclass(frozen=True, slots=True)
class HostSettings:
    """The settings of a host that are ours to act on; asyncssh heeds the others."""

    user: str | None
    identity_files: tuple[str, ...]
    """Empty: the usual ones."""
    identities_only: bool
    """Whether no other key of the ssh-agent is offered."""
    own_algorithms: frozenset[str]
    """Which of `KexAlgorithms`, `Ciphers`, `MACs` and `HostKeyAlgorithms` it says."""
    name: str
    """What the host's key is looked up by: HostKeyAlias, else its real name or address."""
    port: int
    jump: str | None
    """The value of ProxyJump."""


def settings_of(address: NodeAddress, files: Files) -> HostSettings:
    """Read the configuration for a host. It does I/O; call it in a thread.

    Raises:
        OSError: a file cannot be read.
        ValueError: it makes no sense.
    """
    options = asyncssh.SSHClientConnectionOptions(
        config=files,
        host=address.host,
        **({"port": address.port} if address.port else {}),
        **({"username": address.user} if address.user else {}),
        client_keys=None,
    )
    config = options.config
    user, files_named = config.get("User"), config.get("IdentityFile")
    return HostSettings(
        user=user if isinstance(user, str) else None,
        identity_files=tuple(files_named) if isinstance(files_named, list) else (),
        identities_only=bool(config.get("IdentitiesOnly")),
        own_algorithms=frozenset(key for key in _ALGORITHMS if config.get(key) is not None),
        name=str(options.host_key_alias or options.host),
        port=options.port or asyncssh.DEFAULT_PORT,
        jump=options.tunnel if isinstance(options.tunnel, str) else None,
    )


def jump_path(address: NodeAddress, files: Files) -> tuple[NodeAddress, ...]:
    """Return the jump hosts before `address`, those that a jump host needs included.

    Raises:
        OSError: a file of the configuration cannot be read.
        ValueError: it makes no sense.
    """
    path: list[NodeAddress] = []
    seen = {address.host}
    first = address
    while jump := settings_of(first, files).jump:
        hops = [_hop(text, address, files) for text in jump.split(",")]
        # `Host *` covers the jump host as well, which needs no jump to itself.
        if any(hop.host in seen for hop in hops):
            break
        path[:0] = hops
        seen.update(hop.host for hop in hops)
        first = hops[0]
    return tuple(path)


def _hop(text: str, node: NodeAddress, files: Files) -> NodeAddress:
    """Read `[user@]host[:port]` or an `ssh://` address; the patience is that for `node`."""
    user, _, rest = text.strip().removeprefix("ssh://").rstrip("/").rpartition("@")
    host, _, port = rest.rpartition(":")
    if rest.endswith("]") or not host or (":" in host and not host.startswith("[")):
        host, port = rest, ""
    # What is said of the node, that it is old or entered with sudo, is not said of its way.
    hop = replace(
        node,
        host=host.strip("[]"),
        port=int(port) if port else None,
        user=user or None,
        legacy=False,
        elevation=None,
    )
    # Nobody is root on a jump host for want of a better name: here ssh's rule holds.
    return replace(hop, user=user or settings_of(hop, files).user or getpass.getuser())
