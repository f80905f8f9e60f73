"""Throw-away keys and passwords of a simulated pool, as files."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from pathlib import Path

import asyncssh

_ALGORITHM = "ssh-ed25519"


def user_name() -> str:
    """Return who logs in to the nodes: with sshd it can only be who runs it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A number without a name, as in some containers.
        return "root"


def write_key(path: Path) -> None:
    """Make a key pair: the private key at `path`, the public one beside it as `.pub`."""
    key = asyncssh.generate_private_key(_ALGORITHM)
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    public_key(path).write_bytes(key.export_public_key())


def public_key(path: Path) -> Path:
    """Return where the public key of the private key at `path` is."""
    return path.with_suffix(".pub")


def write_password(path: Path, password: str) -> None:
    """Write the password as the only line of a file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_text(f"{password}\n")


def write_known_hosts(path: Path, hosts: Iterable[tuple[str, int, Path]]) -> None:
    """Write OpenSSH's file of host keys, for each address, port and private host key."""
    path.write_text(
        "".join(f"[{host}]:{port} {public_key(key).read_text()}" for host, port, key in hosts)
    )
