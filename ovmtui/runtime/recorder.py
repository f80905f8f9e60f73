"""A job's events: numbered, written to the journal, then shown, in that order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import zip_longest
from typing import Protocol

from ovmtui.errors import JournalError
from ovmtui.model.job import EventKind, JobEvent, JobState, Level, Outcome, Stream, advance
from ovmtui.runtime.clock import Clock

_KEPT = 20_000
"""Events of a job that stay in memory; the journal has them all."""
_BATCH = 250
"""Events that are written and shown in one go: more would keep a key waiting. A command with
more of them to be written has to wait."""
_REST = 0.015
"""Seconds between two such goes, which are the keys': what a key sets off takes several turns
of the event loop, and would have to wait in each of them."""
_LONGEST_LINE = 8_192
"""Characters of an output line that are kept."""


class EventLog(Protocol):
    """Where events are made durable."""

    async def append(self, events: Sequence[JobEvent]) -> None:
        """Return once `events` are on disk.

        Raises:
            JournalError: they are not.
        """
        ...


class Recorder:
    """The one way by which something that happened in a job becomes known."""

    def __init__(
        self,
        state: JobState,
        log: EventLog,
        clock: Clock,
        publish: Callable[[str, tuple[JobEvent, ...]], None],
    ) -> None:
        """Begin with a state: of a new job, or of one whose events are on disk already."""
        self.state = state
        self.events: deque[JobEvent] = deque(maxlen=_KEPT)
        self._log = log
        self._clock = clock
        self._publish = publish
        self._sequence = state.last_sequence
        self._pending: list[JobEvent] = []
        self._writing = asyncio.Lock()
        self._flusher: asyncio.Task[None] | None = None
        self._failure: JournalError | None = None

    async def emit(
        self,
        kind: EventKind,
        text: str = "",
        *,
        step: int | None = None,
        node: str | None = None,
        level: Level = Level.INFO,
        label: str = "",
        outcome: Outcome | None = None,
        exit_code: int | None = None,
        seconds: float | None = None,
        choices: tuple[str, ...] = (),
        remote: str = "",
        login: str = "",
        actor: str = "",
    ) -> None:
        """Record one event; it is on disk and shown when this returns.

        Raises:
            JournalError: it could not be written; nothing may be changed on a node now.
        """
        self._pending.append(
            JobEvent(
                job=self.state.job,
                sequence=self._next(),
                at=self._clock.wall(),
                kind=kind,
                text=text,
                step=step,
                node=node,
                level=level,
                label=label,
                outcome=outcome,
                exit_code=exit_code,
                seconds=seconds,
                choices=choices,
                remote=remote,
                login=login,
                actor=actor,
            )
        )
        await self._drain()

    def output(
        self,
        text: str,
        *,
        step: int | None,
        node: str | None,
        label: str,
        stream: Stream,
        remote: str = "",
        level: Level = Level.INFO,
    ) -> None:
        """Record a line of output soon; it never overtakes or follows out of order."""
        self._pending.append(
            JobEvent(
                job=self.state.job,
                sequence=self._next(),
                at=self._clock.wall(),
                kind=EventKind.OUTPUT,
                text=text[:_LONGEST_LINE],
                step=step,
                node=node,
                label=label,
                stream=stream,
                remote=remote,
                level=level,
            )
        )
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.get_running_loop().create_task(self._flush())

    def behind(self) -> Awaitable[None] | None:
        """Return what to await before more output is recorded; None while the journal keeps up."""
        return self._catch_up() if len(self._pending) > _BATCH else None

    async def _catch_up(self) -> None:
        await self._flush()
        await asyncio.sleep(_REST)

    def break_off(self, text: str) -> None:
        """Show that the job ended without a result; the journal cannot be told."""
        event = JobEvent(
            job=self.state.job,
            sequence=self._next(),
            at=self._clock.wall(),
            kind=EventKind.PLAN_END,
            text=text,
            level=Level.ERROR,
            outcome=Outcome.UNKNOWN,
        )
        self._show((event,))

    def _show(self, events: tuple[JobEvent, ...]) -> None:
        for event, next_one in zip_longest(events, events[1:]):
            # Of lines in a row the last one tells how far the job is.
            if next_one is None or not (event.kind is next_one.kind is EventKind.OUTPUT):
                self.state = advance(self.state, event)
        self.events.extend(events)
        self._publish(self.state.job, events)

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    async def _flush(self) -> None:
        try:
            await self._drain()
        except JournalError:
            # Kept, and raised by each `emit`, which is what decides whether acting goes on.
            return

    async def _drain(self) -> None:
        async with self._writing:
            if self._failure is not None:
                # What was printed has happened, though it cannot be written down.
                self._show(tuple(e for e in self._pending if e.kind is EventKind.OUTPUT))
                self._pending.clear()
                raise self._failure
            while self._pending:
                batch = tuple(self._pending[:_BATCH])
                del self._pending[:_BATCH]
                try:
                    await self._log.append(batch)
                except JournalError as error:
                    # Whose batch it was does not matter: nobody may act on what is not on disk.
                    self._failure = error
                    batch += tuple(self._pending)
                    self._pending.clear()
                    raise
                finally:
                    # Even what could not be written has happened, and is shown.
                    self._show(batch)
                if self._pending:
                    await asyncio.sleep(_REST)
