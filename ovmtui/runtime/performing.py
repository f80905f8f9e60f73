"""Performing one command of a plan on its node, detached, through lost connections."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from ovmtui.errors import CommandTimeout, NodeLost, SlotsExhausted, TransportError
from ovmtui.model.command import MASK
from ovmtui.model.job import EventKind, Level, Outcome, Stream
from ovmtui.plan.steps import CommandStep, Expectation
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import ovmcli, xm
from ovmtui.toolstacks.redaction import redact
from ovmtui.transport.interface import OutputChunk, Session

_JUDGED = 65_536
"""Characters of each stream that are kept for judging the result."""
_LONGEST_LINE = 8_192
"""Characters after which a line without an end is cut."""
_RETRY = 0.5
"""Seconds before another attempt when the node has no free session."""


@dataclass(frozen=True, slots=True)
class Performed:
    """How a command ended."""

    outcome: Outcome
    text: str
    exit_code: int | None = None


class Lines:
    """Cuts a stream of text into lines, keeping the rest for later."""

    def __init__(self, take: Callable[[str], None]) -> None:
        """Call `take` with each line."""
        self._take = take
        self._rest = ""

    def feed(self, text: str) -> None:
        """Take a piece of the stream; a carriage return alone ends a line, too."""
        lines = (self._rest + text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        self._rest = lines.pop()
        for line in lines:
            self._take(line)
        while len(self._rest) > _LONGEST_LINE:
            self._take(self._rest[:_LONGEST_LINE])
            self._rest = self._rest[_LONGEST_LINE:]

    def end(self) -> None:
        """Take what came after the last line end."""
        if self._rest:
            rest, self._rest = self._rest, ""
            self._take(rest)


class CommandRun:
    """One run of one command step."""

    def __init__(
        self,
        step: CommandStep,
        *,
        job: str,
        index: int | None,
        watcher: NodeWatcher,
        recorder: Recorder,
        clock: Clock,
        secret: str | None,
    ) -> None:
        """Prepare; `perform` runs it."""
        self._step = step
        self._job = job
        self._index = index
        self._watcher = watcher
        self._recorder = recorder
        self._clock = clock
        self._secret = secret
        self._kept = {Stream.STDOUT: "", Stream.STDERR: ""}
        self._offsets = {Stream.STDOUT: 0, Stream.STDERR: 0}
        self._lines = {stream: Lines(self._taker(stream)) for stream in Stream}

    async def perform(self) -> Performed:
        """Start the command, follow it to its end, and judge it.

        A lost connection is waited out: the command goes on without us. It is started
        on the first connection only; afterwards it is merely attached to, because what
        its conditions were true for may have changed meanwhile.
        """
        step = self._step
        deadline = self._clock.monotonic() + step.timeout
        start = True
        try:
            async with asyncio.timeout(step.timeout + 5.0):
                while True:
                    session = await self._session(first=start)
                    try:
                        result = await session.run_detached(
                            self._job,
                            step.command.script,
                            timeout=max(1.0, deadline - self._clock.monotonic()),
                            secret=self._secret,
                            on_output=self._on_output,
                            offsets=(
                                self._offsets[Stream.STDOUT],
                                self._offsets[Stream.STDERR],
                            ),
                            start=start,
                        )
                    except SlotsExhausted as error:
                        if start:
                            # Later its conditions may not hold any more.
                            return Performed(Outcome.FAILED, f"was not started: {error}")
                        await asyncio.sleep(_RETRY)
                        continue
                    except NodeLost:
                        start = False
                        await self._say_lost()
                        continue
                    break
        except (CommandTimeout, TimeoutError):
            return Performed(
                Outcome.UNKNOWN,
                f"gave no result in {step.timeout:.0f} s; it goes on on {step.node.name}",
            )
        except NodeLost as error:
            return Performed(Outcome.FAILED, f"was not started: {error}")
        for lines in self._lines.values():
            lines.end()
        if not result.started:
            why = "its job's directory cannot be made there" if start else "it was lost just before"
            return Performed(Outcome.FAILED, f"was not started on {step.node.name}: {why}")
        if result.exit_status is not None:
            # Without a result the node keeps what there is, to be looked at.
            await self._forget(session)
        return self._judge(result.exit_status)

    async def _session(self, *, first: bool) -> Session:
        return self._watcher.session if first else await self._watcher.reconnected()

    async def _say_lost(self) -> None:
        node = self._step.node.name
        await self._recorder.emit(
            EventKind.NOTE,
            f"the connection to {node} is lost; the command goes on there, waiting to reconnect",
            step=self._index,
            node=node,
            level=Level.WARNING,
            label=self._step.label,
        )

    async def _forget(self, session: Session) -> None:
        with contextlib.suppress(TransportError):
            await session.forget_detached(self._job)

    def _on_output(self, chunk: OutputChunk) -> None:
        self._offsets[chunk.stream] = chunk.end_offset
        self._kept[chunk.stream] = (self._kept[chunk.stream] + chunk.text)[-_JUDGED:]
        self._lines[chunk.stream].feed(chunk.text)

    def _taker(self, stream: Stream) -> Callable[[str], None]:
        def take(line: str) -> None:
            self._recorder.output(
                self._masked(line),
                step=self._index,
                node=self._step.node.name,
                label=self._step.label,
                stream=stream,
            )

        return take

    def _masked(self, text: str) -> str:
        if self._secret:
            text = text.replace(self._secret, MASK)
        return redact(text) if "passw" in text.lower() else text

    def _judge(self, status: int | None) -> Performed:
        stdout, stderr = self._kept[Stream.STDOUT], self._kept[Stream.STDERR]
        if status is None:
            return Performed(
                Outcome.UNKNOWN,
                f"ended without a result: {self._step.node.name} may have died under it",
            )
        if self._step.expect is Expectation.EXIT_ZERO_NO_ERROR_TEXT:
            error = ovmcli.error_in(stdout, stderr)
            if error:
                return Performed(Outcome.FAILED, self._masked(error), status)
        if status != 0:
            error = self._masked(xm.error_text(stdout, stderr))
            return Performed(
                Outcome.FAILED, f"exit code {status}" + (f": {error}" if error else ""), status
            )
        return Performed(Outcome.DONE, "", status)
