"""Showing a recording again: a console whose world is a tape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from ovmtui.model.ha import HaFact
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import JobEvent, JobState, advance
from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import Snapshot
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.interface import (
    JobChanged,
    MessageRaised,
    Pace,
    SnapshotChanged,
    Update,
)
from ovmtui.runtime.looking import LookingOnly
from ovmtui.runtime.store import Store
from ovmtui.runtime.tape import Entry, Tape, moment

_LONGEST_SLEEP = 0.25
"""Seconds between two looks at the time, so that a change of speed is felt at once."""


class ReplayConsole(LookingOnly):
    """Implements `interface.Console` from a tape; nothing can be acted on."""

    def __init__(self, tape: Tape, *, speed: float = 1.0, at: float = 0.0) -> None:
        """Begin `at` seconds after the tape's beginning."""
        self._tape = tape
        self._speed = speed
        self._clock = SystemClock()
        self.problem = ""
        """What of the recording could not be shown; empty when all could."""
        self._paused = False
        self._since = self._clock.monotonic()
        self._from = max(0.0, min(at, tape.length))
        self._listeners: list[Callable[[Update], None]] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._forget()

    def start(self) -> None:
        """Show what was known at the beginning, and let the tape run, on the running loop."""
        self._since = self._clock.monotonic()
        self._rewind()
        self._task = asyncio.get_running_loop().create_task(self._play(), name="replay")

    @property
    def position(self) -> float:
        """Seconds since the tape's beginning that are shown now."""
        run = 0.0 if self._paused else (self._clock.monotonic() - self._since) * self._speed
        return min(self._from + run, self._tape.length)

    @property
    def status(self) -> str:
        """Where it is: `replay 00:12 of 03:40, paused`."""
        at, length = _clock_face(self.position), _clock_face(self._tape.length)
        ended = ", at its end" if self.position >= self._tape.length else ""
        return f"replay {at} of {length}{', paused' if self._paused else ended}"

    def toggle(self) -> None:
        """Pause, or go on."""
        self._from, self._since = self.position, self._clock.monotonic()
        self._paused = not self._paused
        self._wake.set()

    def seek(self, seconds: float) -> None:
        """Go so many seconds forward, or back when negative."""
        target = max(0.0, min(self.position + seconds, self._tape.length))
        back = target < self._from or seconds < 0
        self._from, self._since = target, self._clock.monotonic()
        if back:
            self._rewind()
        self._apply_due(quietly=True)
        self._emit(SnapshotChanged())
        self._wake.set()

    @property
    def snapshot(self) -> Snapshot:
        """What was known then."""
        return self._store.snapshot

    @property
    def shown(self) -> Snapshot:
        """What was known then: a recording has nothing newer."""
        return self._store.snapshot

    @property
    def jobs(self) -> Sequence[JobState]:
        """The jobs of the recorded console, oldest first."""
        return tuple(self._states.values())

    def events(self, job: str) -> Sequence[JobEvent]:
        """What had happened in a job."""
        return tuple(self._events[job])

    def pace(self, node: NodeKey) -> Pace:
        """Nothing is asked: what was recorded is all there is."""
        return Pace(0.0, "a recording")

    def monotonic(self) -> float:
        """The recorded console's monotonic clock."""
        return self._tape.monotonic + self.position

    def wall(self) -> float:
        """The time of day then."""
        return self._tape.wall + self.position

    def subscribe(self, listener: Callable[[Update], None]) -> Callable[[], None]:
        """Call `listener` for each update; returns the undoing."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def close(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._store.close()

    def _forget(self) -> None:
        """Know nothing."""
        self._next = 0
        self._store = Store(self._tape.pools, self)
        self._states: dict[str, JobState] = {}
        self._events: dict[str, list[JobEvent]] = {}

    def _rewind(self) -> None:
        """Know what was known at the position, from the beginning on."""
        self._store.close()
        self._forget()
        self._apply_due(quietly=True)
        self._store.listen(lambda old, new: self._emit(SnapshotChanged()))

    async def sleep(self, seconds: float) -> None:
        """Return after so many recorded seconds; a store's clock has it."""
        await asyncio.sleep(seconds / self._speed)

    async def _play(self) -> None:
        while True:
            self._apply_due()
            self._wake.clear()
            wait = _LONGEST_SLEEP
            if not self._paused and self._next < len(self._tape.entries):
                ahead = self._tape.entries[self._next].at - self.position
                wait = min(wait, max(0.0, ahead / self._speed))
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _apply_due(self, *, quietly: bool = False) -> None:
        entries, position = self._tape.entries, self.position
        while self._next < len(entries) and entries[self._next].at <= position:
            entry = entries[self._next]
            self._next += 1
            try:
                self._apply(entry, quietly=quietly)
            except (msgspec.ValidationError, KeyError) as error:
                self.problem = f"the recording makes no sense at {entry.at} s: {error}"
                self._emit(MessageRaised(self.problem, "error", self.wall()))

    def _apply(self, entry: Entry, *, quietly: bool) -> None:
        values = entry.values
        match entry.kind:
            case "node":
                view = msgspec.convert(values["node"], NodeView, str_keys=True)
                if values["same_configs"]:
                    view = replace(view, configs=self._store.node(view.key).configs)
                self._store.set_node(view)
            case "ha":
                vm = msgspec.convert(values["vm"], VmKey)
                self._store.set_ha(vm, msgspec.convert(values["fact"], HaFact))
            case "manager":
                self._store.set_manager_problem(str(values["pool"]), str(values["problem"]))
            case "job":
                state = msgspec.convert(values["state"], JobState)
                moment(state.started_at)
                self._states[state.job] = state
                self._events[state.job] = []
            case "events":
                self._take_events(values, quietly=quietly)
            case "message" if not quietly:
                message = msgspec.convert(values["message"], MessageRaised)
                moment(message.at)
                self._emit(message)
            case _:
                return

    def _take_events(self, values: dict[str, object], *, quietly: bool) -> None:
        events = msgspec.convert(values["events"], tuple[JobEvent, ...])
        job = str(values["job"])
        for event in events:
            moment(event.at)
            self._states[job] = advance(self._states[job], event)
        self._events[job].extend(events)
        if not quietly:
            self._emit(JobChanged(job, events))

    def _emit(self, update: Update) -> None:
        for listener in tuple(self._listeners):
            listener(update)


def _clock_face(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02d}:{rest:02d}"
