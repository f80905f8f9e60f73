"""Recordings that somebody hands over: refused with a reason, or shown without harm."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.snapshot import PoolView
from ovmtui.runtime.interface import MessageRaised, Update
from ovmtui.runtime.recording import FORMAT, VERSION, RecordingFailed
from ovmtui.runtime.replay import ReplayConsole
from ovmtui.runtime.tape import Entry, Tape, read_tape

HEAD = {
    "at": 0.0,
    "is": "header",
    "format": FORMAT,
    "version": VERSION,
    "wall": 1_790_000_000.0,
    "monotonic": 1.0,
    "pools": [],
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"at": ' + b"[" * 100_000,
        b'{"at": 1e999, "is": "node"}',
        b'{"at": -1, "is": "node"}',
        b'{"at": 1e300, "is": "node"}',
        b"\xff\xfe",
        b"null",
        b'{"at": 1}',
    ],
)
def test_a_line_that_makes_no_sense_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "evil"
    path.write_bytes(json.dumps(HEAD).encode() + b"\n" + line + b"\n")
    with pytest.raises(RecordingFailed, match="no recording that can be read"):
        read_tape(path)


@pytest.mark.parametrize("wall", [1e300, -1.0, 1e18])
def test_a_time_that_no_calendar_has_is_refused(tmp_path: Path, wall: float) -> None:
    path = tmp_path / "evil"
    path.write_text(json.dumps(HEAD | {"wall": wall}) + "\n")
    with pytest.raises(RecordingFailed, match="is no time"):
        read_tape(path)


@given(
    kind=st.sampled_from(["node", "ha", "manager", "job", "events", "message", "what"]),
    values=st.dictionaries(
        st.sampled_from(
            ["node", "same_configs", "vm", "fact", "pool", "problem", "state", "events", "job"]
        ),
        VALUES,
    ),
)
async def test_entries_of_any_shape_are_told_about_and_end_nothing(
    kind: str, values: dict[str, object]
) -> None:
    pool = PoolView("pool1", "pool1", ())
    console = ReplayConsole(Tape(1.79e9, 1.0, (pool,), [Entry(0.0, kind, values)]))
    console.seek(1.0)
    assert console.snapshot.pools == (pool,)
    await console.close()


async def test_a_message_at_no_time_is_told_as_nonsense() -> None:
    message = {"text": "x", "severity": "error", "at": 1e300}
    console = ReplayConsole(Tape(1.79e9, 1.0, (), [Entry(0.01, "message", {"message": message})]))
    told: asyncio.Queue[str] = asyncio.Queue()

    def hear(update: Update) -> None:
        if isinstance(update, MessageRaised):
            told.put_nowait(update.text)

    console.subscribe(hear)
    console.start()
    async with asyncio.timeout(20):
        assert "makes no sense" in await told.get()
    await console.close()
