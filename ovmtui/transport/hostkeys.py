"""Host keys: known, unknown, changed or revoked; and writing one down that was accepted."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

_NAME = re.compile(r"[^\s\x00-\x1f\x7f,*?!|#@\[\]]+")
"""A host's name or address that known_hosts takes for itself and nothing else."""


@dataclass(frozen=True, slots=True)
class HostKeys:
    """What known_hosts says of one host."""

    trusted: tuple[asyncssh.SSHKey, ...] = ()
    authorities: tuple[asyncssh.SSHKey, ...] = ()
    """Keys that sign host certificates."""
    revoked: tuple[asyncssh.SSHKey, ...] = ()
    name: str = ""
    """The form of its name under which the trusted keys stand."""


class KnownKeys:
    """What stood in known_hosts at one moment, hashed entries included."""

    def __init__(self, text: str = "") -> None:
        """Take `text`; a line that makes no sense is passed over, as OpenSSH does."""
        self._entries = asyncssh.SSHKnownHosts()
        for line in text.splitlines():
            with contextlib.suppress(ValueError):
                self._entries.load(line)

    def named(self, name: str) -> tuple[asyncssh.SSHKey, ...]:
        """Return the keys that are trusted for exactly `name`, `host` or `[host]:port`."""
        return tuple(self._entries.match(name, "", None)[0])

    def of(self, names: Sequence[str], port: int) -> HostKeys:
        """Return the keys of a host, under the first of its `names` that is known.

        As with OpenSSH, an entry with the port goes before one without, and the host's
        address means nothing: behind a wrong DNS entry is another node, whose key is
        known under that address, too.
        """
        forms = [
            form
            for name in names
            for form in (f"[{name}]:{port}", f"[{name.lower()}]:{port}", name, name.lower())
        ]
        found = {form: self._entries.match(form, "", None) for form in forms}
        revoked = tuple(key for entry in found.values() for key in entry[2])
        for form, entry in found.items():
            if entry[0] or entry[1]:
                return HostKeys(tuple(entry[0]), tuple(entry[1]), revoked, form)
        return HostKeys(revoked=revoked)


class KnownHosts:
    """A known_hosts file; a missing one knows nobody."""

    def __init__(self, path: Path) -> None:
        """Read `path` at need, and anew when it has changed."""
        self.path = path
        self._read: tuple[tuple[int, ...], KnownKeys] | None = None

    def read(self) -> KnownKeys:
        """Return what the file says now. It does I/O; call it in a thread.

        Raises:
            OSError: the file exists and cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                status = os.fstat(file.fileno())
                signature = (status.st_ino, status.st_size, status.st_mtime_ns)
                if self._read is not None and self._read[0] == signature:
                    return self._read[1]
                keys = KnownKeys(file.read().decode("utf-8", "replace"))
        except FileNotFoundError:
            return KnownKeys()
        self._read = (signature, keys)
        return keys


def one_line(key: asyncssh.SSHKey) -> str:
    """Return the public key in OpenSSH's one-line form, without its comment."""
    algorithm, data = key.export_public_key().decode("ascii").split()[:2]
    return f"{algorithm} {data}"


def add_host_key(path: Path, host: str, port: int, key: str, *, comment: str = "") -> None:
    """Append `key` of `host` to the known_hosts file at `path`, on disk on return.

    The file is made with mode 0600 when it is missing, its directory with 0700. `comment`
    stands behind the key, for people.

    Raises:
        OSError: it cannot be written.
        ValueError: host or key would break the file's lines.
    """
    key = f"{key.strip()} {comment}".rstrip()
    if not _NAME.fullmatch(host) or not key.isprintable():
        raise ValueError("not a host key line")
    name = host.lower() if port == 22 else f"[{host.lower()}]:{port}"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        unfinished = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        line = f"{chr(10) if unfinished else ''}{name} {key}\n".encode()
        if os.write(handle, line) != len(line):
            raise OSError(f"{path}: the line was not written whole")
        os.fsync(handle)
    finally:
        os.close(handle)
