"""Host keys: known, unknown, changed or revoked; and writing one down that was accepted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import asyncssh


class Standing(Enum):
    """What known_hosts says of a host's key."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The known_hosts file at one moment; a missing one knows nobody."""

    path: Path

    def load(self) -> asyncssh.SSHKnownHosts:
        """Return the file's entries, hashed ones included.

        Raises:
            OSError: it exists and cannot be read.
            ValueError: it makes no sense.
        """
        try:
            return asyncssh.import_known_hosts(self.path.read_text(errors="replace"))
        except FileNotFoundError:
            return asyncssh.import_known_hosts("")

    def trusted(self, host: str, address: str, port: int) -> Any:
        """Return what asyncssh takes as the host's keys, those that are revoked left out.

        asyncssh would refuse a revoked key without showing it to us; this way it comes
        to be judged like any other that is not trusted.
        """
        known = self.load()
        # By name only: with a wrong address in the DNS, one node could pass for another.
        keys, ca_keys, *_ = asyncssh.match_known_hosts(known, host, "", port)
        _, _, revoked, *rest = asyncssh.match_known_hosts(known, host, address, port)
        return ([key for key in keys if key not in revoked], ca_keys, [], *rest)

    def standing(self, key: asyncssh.SSHKey, host: str, address: str, port: int) -> Standing:
        """Return what the file says of `key` for a host."""
        known = self.load()
        trusted, *_ = asyncssh.match_known_hosts(known, host, "", port)
        _, _, revoked, *_ = asyncssh.match_known_hosts(known, host, address, port)
        if key in revoked:
            return Standing.REVOKED
        if key in trusted:
            return Standing.TRUSTED
        return Standing.CHANGED if trusted else Standing.UNKNOWN


def one_line(key: asyncssh.SSHKey) -> str:
    """Return the public key in OpenSSH's one-line form."""
    return key.export_public_key().decode("ascii").strip()


def add_host_key(path: Path, host: str, port: int, key: str) -> None:
    """Append `key` of `host` to the known_hosts file at `path`, on disk on return.

    The file is made with mode 0600 when it is missing, its directory with 0700.

    Raises:
        OSError: it cannot be written.
        ValueError: host or key would break the file's lines.
    """
    name = host if port == 22 else f"[{host}]:{port}"
    line = f"{name} {key.strip()}"
    if any(ord(character) < 0x20 for character in line) or " " in name:
        raise ValueError("not a host key line")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        unfinished = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, f"{chr(10) if unfinished else ''}{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
