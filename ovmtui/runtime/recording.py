"""Writing down what the console hears and shows, to be shown again.

The file is JSON Lines, a header first. `connect`, `run`, `detached` and `closed` are the
exchange with the nodes; `node`, `ha`, `manager`, `job`, `events` and `message` are what
the screens showed of it, so that a replay is the same whatever later versions make of
the exchange. Times are seconds since the beginning of the recording.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import msgspec

from ovmtui import __version__
from ovmtui.errors import OvmtuiError
from ovmtui.model.ha import HaFact
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.interface import (
    Console,
    JobChanged,
    MessageRaised,
    SnapshotChanged,
    Update,
)

FORMAT = "ovmtui-recording"
VERSION = 1
_PAUSE = 0.5
"""Seconds between two writes."""
_MOST = 64 * 2**20
"""Bytes that may wait to be written; what comes beyond is dropped, and that is noted."""


class RecordingFailed(OvmtuiError):
    """A recording cannot be written or read; the text says why."""


class Recording:
    """A recording that is being made. Its methods never wait; a task writes the file."""

    def __init__(self, path: Path, clock: Clock, *, tell: Callable[[str], None]) -> None:
        """Make the file, mode 0600; `tell` takes why a recording had to end early.

        Raises:
            RecordingFailed: it is there already, or cannot be made.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise RecordingFailed(f"{path} cannot be recorded to: {error.strerror}") from None
        self._file = os.fdopen(descriptor, "wb")
        self._path = path
        self._clock = clock
        self._tell = tell
        self._began = clock.monotonic()
        self._encoder = msgspec.json.Encoder(enc_hook=_plain)
        self._waiting: list[bytes] = []
        self._size = 0
        self._dropped = 0
        self._ended = False
        self._nodes: dict[NodeKey, NodeView] = {}
        self._ha: dict[VmKey, HaFact] = {}
        self._problems: dict[str, str] = {}
        self._jobs: set[str] = set()

    def note(self, kind: str, /, **values: object) -> None:
        """Keep one thing that happened now."""
        if self._ended:
            return
        if self._size > _MOST:
            self._dropped += 1
            return
        at = round(self._clock.monotonic() - self._began, 3)
        line = self._encoder.encode({"at": at, "is": kind, **values}) + b"\n"
        self._waiting.append(line)
        self._size += len(line)

    def begin(self, console: Console) -> Callable[[], None]:
        """Note the header and, from now on, what `console` shows; returns the undoing."""
        self.note(
            "header",
            format=FORMAT,
            version=VERSION,
            ovmtui=__version__,
            wall=self._clock.wall(),
            monotonic=self._began,
            pools=console.snapshot.pools,
        )

        def hear(update: Update) -> None:
            self._hear(console, update)

        self._see(console)
        return console.subscribe(hear)

    async def write_for_ever(self) -> None:
        """Write what waits, now and then, until cancelled; the rest is written then."""
        writing: asyncio.Future[None] | None = None
        try:
            while not self._ended:
                await asyncio.sleep(_PAUSE)
                writing = asyncio.ensure_future(asyncio.to_thread(self._write))
                await asyncio.shield(writing)
        finally:
            # One write at a time, for the lines to stay in order.
            if writing is not None:
                await asyncio.wait((writing,))
            self._write()
            with contextlib.suppress(OSError):
                self._file.close()

    def _write(self) -> None:
        lines, self._waiting, self._size = self._waiting, [], 0
        try:
            self._file.write(b"".join(lines))
            self._file.flush()
        except (OSError, ValueError) as error:
            if not self._ended:
                self._ended = True
                self._tell(f"the recording {self._path} has ended: {error}")
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            self.note("dropped", count=dropped)

    def _hear(self, console: Console, update: Update) -> None:
        match update:
            case SnapshotChanged():
                self._see(console)
            case JobChanged(job=job, events=events):
                if job not in self._jobs:
                    self._jobs.add(job)
                    state = next(state for state in console.jobs if state.job == job)
                    self.note("job", state=state)
                self.note("events", job=job, events=events)
            case MessageRaised():
                self.note("message", message=update)
            case _:
                return

    def _see(self, console: Console) -> None:
        """Note what is new in the newest snapshot."""
        snapshot = console.snapshot
        for key, view in snapshot.nodes.items():
            old = self._nodes.get(key)
            if view is not old:
                self._nodes[key] = view
                # The files of a repository are most of it, and hardly ever change.
                same = old is not None and old.configs == view.configs
                told = replace(view, configs=None) if same else view
                self.note("node", node=told, same_configs=same)
        for vm, machine in snapshot.vms.items():
            if self._ha.get(vm) != machine.ha:
                self._ha[vm] = machine.ha
                self.note("ha", vm=vm, fact=machine.ha)
        for pool in snapshot.pools:
            if self._problems.get(pool.name, "") != pool.manager_problem:
                self._problems[pool.name] = pool.manager_problem
                self.note("manager", pool=pool.name, problem=pool.manager_problem)


def _plain(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"nothing that can be recorded: {type(value).__name__}")
