"""What a node has mounted: `/proc/mounts` for the kind, `df` for the space."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import replace

from ovmtui.model.parsed import Parsed
from ovmtui.model.storage import Mount
from ovmtui.toolstacks.notes import bounded, note

MOST = 512
"""Mounts that are read; a node with containers may have more, of no interest here."""
_ESCAPE = re.compile(r"\\([0-7]{3})")
_SPACE = re.compile(r"(?P<total>\d+)\s+\d+\s+(?P<free>-?\d+)\s+\d+%\s+(?P<path>/.*)")


def mounts_script() -> str:
    """Return what prints every mount."""
    return "cat /proc/mounts"


def space_script(paths: Iterable[str]) -> str:
    """Return what prints the space of the file systems of `paths`; `df` may hang on dead NFS."""
    return f"LC_ALL=C df -P -k {' '.join(map(shlex.quote, paths))}"


def parse_mounts(text: str) -> Parsed[tuple[Mount, ...]]:
    """Read `/proc/mounts`: device, point, type and options, blanks as octal escapes."""
    mounts: list[Mount] = []
    notes: list[str] = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        fields = line.split()
        if len(fields) < 4 or not fields[1].startswith("/"):
            notes.append(note("mount not understood", line))
            continue
        source, path = (_ESCAPE.sub(_character, field) for field in fields[:2])
        mounts.append(Mount(path, source, fields[2], "rw" in fields[3].split(",")))
    return Parsed(tuple(mounts[:MOST]), bounded(notes))


def with_space(mounts: tuple[Mount, ...], text: str) -> tuple[Mount, ...]:
    """Return `mounts` with the sizes that `df -P -k` printed for some of them."""
    sizes = {
        match["path"].rstrip(): (int(match["total"]), max(0, int(match["free"])))
        for line in text.split("\n")
        if (match := _SPACE.search(line)) and len(match["total"]) < 20
    }
    return tuple(
        replace(mount, total_kib=sizes[mount.path][0], free_kib=sizes[mount.path][1])
        if mount.path in sizes
        else mount
        for mount in mounts
    )


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 8) & 0xFF)
