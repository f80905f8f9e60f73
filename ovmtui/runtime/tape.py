"""Reading a recording: what happened, in order, with hostile or torn files in mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ovmtui.model.snapshot import PoolView
from ovmtui.runtime.recording import FORMAT, VERSION, RecordingFailed

_LATEST = 4_102_444_800.0
"""The year 2100, in seconds since the epoch."""
_LARGEST = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a recording."""

    at: float
    """Seconds since its beginning."""
    kind: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tape:
    """A recording that was read."""

    wall: float
    """When it began, in seconds since the epoch."""
    monotonic: float
    """What its monotonic clock said then."""
    pools: tuple[PoolView, ...]
    entries: Sequence[Entry]

    @property
    def length(self) -> float:
        """Seconds from its beginning to its last entry."""
        return self.entries[-1].at if self.entries else 0.0


def read_tape(path: Path) -> Tape:
    """Read a recording. A last line that was cut off is left out.

    Raises:
        RecordingFailed: it cannot be read, or is none of a version that is understood.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise RecordingFailed(f"{path} is too large to be replayed")
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RecordingFailed(f"{path} cannot be read: {error.strerror}") from None
    # What follows the last line end was being written when the console ended.
    head, *rest = [line for line in lines[:-1] if line] or [b""]
    try:
        header = _entry(head)
        if header.kind != "header" or header.values.get("format") != FORMAT:
            raise RecordingFailed(f"{path} is no recording of ovmtui")
        if header.values.get("version") != VERSION:
            raise RecordingFailed(
                f"{path} is of version {header.values.get('version')!r}; this is for {VERSION}"
            )
        entries = sorted(map(_entry, rest), key=lambda entry: entry.at)
        return Tape(
            wall=moment(float(header.values["wall"])),
            monotonic=moment(float(header.values["monotonic"])),
            pools=msgspec.convert(header.values["pools"], tuple[PoolView, ...]),
            entries=entries,
        )
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, ValueError) as error:
        raise RecordingFailed(f"{path} is no recording that can be read: {error}") from None


def moment(seconds: float) -> float:
    """Return `seconds`, which a clock of this century may say.

    Raises:
        msgspec.ValidationError: no clock says that; a calendar would fail on it later.
    """
    if not 0 <= seconds <= _LATEST:
        raise msgspec.ValidationError(f"{seconds} is no time")
    return seconds


def _entry(line: bytes) -> Entry:
    values = msgspec.json.decode(line, type=dict[str, Any])
    return Entry(moment(float(values.pop("at"))), str(values.pop("is")), values)
