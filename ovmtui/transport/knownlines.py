"""The lines of known_hosts that are about one host: finding them, and replacing them.

A line that is replaced stays in the file as a comment, so that nothing is lost by an
error; the file is written anew as a whole and renamed into its place.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import time
from pathlib import Path

import asyncssh

from ovmtui.model.hostkey import HostKeyChange, KnownEntry
from ovmtui.transport.hostkeys import KnownKeys

_SINCE = re.compile(r"\sovmtui:(\d{4}-\d\d-\d\dT\d\d:\d\dZ)")
_PATTERN = re.compile(r"[*?!]")
_STAMP = "%Y-%m-%dT%H:%MZ"


def comment_of(now: float, who: str) -> str:
    """Return what is written behind an accepted key: when (seconds since the epoch) and by whom."""
    return (
        f"ovmtui:{time.strftime(_STAMP, time.gmtime(now))}:{re.sub(r'[^A-Za-z0-9.@_-]', '_', who)}"
    )


def entries_of(text: str, name: str, file: Path) -> tuple[KnownEntry, ...]:
    """Return the lines of `text` that trust a key for `name`, hashed ones included.

    Args:
        text: what the file holds.
        name: `host`, or `[host]:port`, as the key was looked up.
        file: where the text comes from.
    """
    return tuple(
        KnownEntry(
            file=str(file),
            line=number,
            text=line,
            kind=key.algorithm.decode("ascii"),
            fingerprint=key.get_fingerprint(),
            hashed=line.startswith("|"),
            since=since[1] if (since := _SINCE.search(line)) else "",
        )
        for number, line in enumerate(text.split("\n"), 1)
        for key in KnownKeys(line).named(name)
    )


def known_lines(path: Path, name: str) -> tuple[KnownEntry, ...]:
    """Return the lines of the file at `path` that trust a key for `name`; raises OSError."""
    return entries_of(_read(path), name, path)


def change_of(path: Path, name: str, shown: asyncssh.SSHKey, key: str) -> HostKeyChange:
    """Return what the file at `path` has of `name`, which shows another key now.

    It does I/O; call it in a thread.
    """
    text, written = "", ""
    with contextlib.suppress(OSError):
        text = _read(path)
        written = time.strftime(_STAMP, time.gmtime(path.stat().st_mtime))
    entries = entries_of(text, name, path)
    return HostKeyChange(
        name=name,
        fingerprint=shown.get_fingerprint(),
        key=key,
        entries=entries,
        written=written,
        obstacle=_obstacle(entries),
    )


def replace_host_key(path: Path, change: HostKeyChange, *, now: float, who: str) -> None:
    """Trust the key of `change` in place of those that it lists; on disk on return.

    Args:
        path: the known_hosts file.
        change: as it was shown to the operator.
        now: seconds since the epoch.
        who: the operator.

    Raises:
        OSError: the file cannot be written.
        ValueError: it may not be done: the lines are not as they were shown, they are for
            other hosts as well, or the key is revoked.
    """
    path = Path(os.path.realpath(path))
    text = _read(path)
    entries = entries_of(text, change.name, path)
    if [(one.line, one.text) for one in entries] != [
        (one.line, one.text) for one in change.entries
    ]:
        raise ValueError("known_hosts is not any more what was shown: look anew")
    if obstacle := change.obstacle or _obstacle(entries):
        raise ValueError(obstacle)
    key = asyncssh.import_public_key(change.key)
    if key in KnownKeys(text).of((change.name,), asyncssh.DEFAULT_PORT).revoked:
        raise ValueError("that key is revoked in known_hosts: it is never accepted")
    lines = text.split("\n")
    stamp = time.strftime(_STAMP, time.gmtime(now))
    first = entries[0]
    host = _hashed(change.name) if first.hashed else change.name
    for entry in dict.fromkeys(entries):
        old = [f"# replaced {stamp} by {_word(who)}: {entry.text}"]
        others = [] if entry.hashed else _other_names(entry, change.name)
        if others:
            _, _, rest = entry.text.strip().partition(" ")
            old.append(f"{','.join(others)} {rest.strip()}")
        lines[entry.line - 1] = "\n".join(old)
    lines[first.line - 1] += f"\n{host} {change.key} {comment_of(now, who)}"
    _write(path, "\n".join(lines))


def _word(who: str) -> str:
    return re.sub(r"[^A-Za-z0-9.@_-]", "_", who)


def _other_names(entry: KnownEntry, name: str) -> list[str]:
    return [other for other in entry.text.split(None, 1)[0].split(",") if other != name]


def _obstacle(entries: tuple[KnownEntry, ...]) -> str:
    for entry in entries:
        names = entry.text.split(None, 1)[0]
        if not entry.hashed and _PATTERN.search(names):
            return f"{entry.place} is for more hosts than this one: mend it by hand"
    return "" if entries else "no line of known_hosts is about it alone: mend it by hand"


def _hashed(name: str) -> str:
    salt = secrets.token_bytes(20)
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def _read(path: Path) -> str:
    # Whatever bytes it holds, they are written back as they were.
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _write(path: Path, text: str) -> None:
    before = path.stat()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            os.fchmod(file.fileno(), before.st_mode & 0o777)
            if os.geteuid() == 0:
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
