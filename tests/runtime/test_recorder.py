"""Output that comes faster than it can be written down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ovmtui.errors import JournalError
from ovmtui.model.identity import VmKey
from ovmtui.model.job import EventKind, JobEvent, JobState, Stream
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.recorder import Recorder

_MANY = 30_000


class Log:
    """A journal that writes nothing before `free` is set, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.free = asyncio.Event()
        self.written: list[str] = []
        self._fails = fails

    async def append(self, events: Sequence[JobEvent]) -> None:
        await self.free.wait()
        if self._fails:
            raise JournalError("the disk is full")
        self.written += [event.text for event in events]


def recorder(log: Log) -> tuple[Recorder, list[JobEvent]]:
    shown: list[JobEvent] = []
    state = JobState("job", "stop vm", "stop", VmKey("pool", "name:vm"), "vm", ("a step",), 0.0)
    return Recorder(state, log, SystemClock(), lambda _, events: shown.extend(events)), shown


def print_line(recorder: Recorder, number: int) -> None:
    recorder.output(f"line {number}", step=0, node="ovm1", label="VM", stream=Stream.STDOUT)


async def test_a_journal_that_is_behind_is_waited_for_and_gets_every_line_in_order() -> None:
    log = Log()
    recording, shown = recorder(log)
    print_line(recording, 0)
    assert recording.behind() is None, "a little is no reason to wait"
    printed = 1
    while (behind := recording.behind()) is None:
        print_line(recording, printed)
        printed += 1
        assert printed < _MANY, "it is never waited for"
    waiting = asyncio.ensure_future(behind)
    await asyncio.sleep(0)
    assert not waiting.done()
    log.free.set()
    await waiting
    assert recording.behind() is None
    assert log.written == [f"line {number}" for number in range(printed)]
    assert [event.text for event in shown] == log.written


async def test_after_the_journal_has_failed_lines_are_shown_and_do_not_pile_up() -> None:
    log = Log(fails=True)
    recording, shown = recorder(log)
    log.free.set()
    with pytest.raises(JournalError):
        await recording.emit(EventKind.STEP, "xm shutdown vm", step=0)
    for number in range(_MANY):
        print_line(recording, number)
        if (behind := recording.behind()) is not None:
            await behind
            assert recording.behind() is None
    with pytest.raises(JournalError):
        await recording.emit(EventKind.STEP_END, step=0)
    assert [event.text for event in shown][1:] == [f"line {number}" for number in range(_MANY)]
