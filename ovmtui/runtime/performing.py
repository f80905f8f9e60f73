"""Following one command of a plan on its node, detached, and judging its end."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ovmtui.errors import CommandTimeout, NodeLost, SlotsExhausted, TransportError
from ovmtui.model.command import MASK
from ovmtui.model.job import Level, Stream
from ovmtui.plan.machine import Event
from ovmtui.plan.steps import CommandStep, Expectation
from ovmtui.runtime.lines import Lines
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import agentlog, complaint, ovmcli, xm
from ovmtui.toolstacks.redaction import redact
from ovmtui.transport.interface import DetachedResult, OutputChunk, Session

_JUDGED = 65_536
"""Characters of each stream that are kept for judging the result."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the running plan, with what is to be said of it."""

    event: Event
    text: str = ""
    exit_code: int | None = None


class CommandRun:
    """One run of one command step, over as many connections as it takes."""

    def __init__(
        self,
        step: CommandStep,
        index: int | None,
        *,
        remote: str,
        watcher: NodeWatcher,
        recorder: Recorder,
        secret: str | None,
        told: Mapping[Stream, int] | None = None,
    ) -> None:
        """Know the command as detached job `remote`; `told` lines are written down already."""
        self.step = step
        self.remote = remote
        self._index = index
        self._watcher = watcher
        self._recorder = recorder
        self._secret = secret
        self._known = dict(told or {})
        self._resumed = told is not None
        self._kept = {Stream.STDOUT: "", Stream.STDERR: ""}
        self._offsets = {Stream.STDOUT: 0, Stream.STDERR: 0}
        self._lines = {stream: Lines(self._taker(stream)) for stream in Stream}
        self._agent = agentlog.AgentLog()

    async def follow(self, session: Session, *, start: bool, timeout: float) -> Happened:
        """Start the command or attach to it, and return what happened to it.

        It is started on the first connection only: what its conditions were true for
        may have changed by the next one.
        """
        node = self.step.node.name
        try:
            result = await session.run_detached(
                self.remote,
                self.step.command.script,
                timeout=timeout,
                secret=self._secret if start else None,
                on_output=self._on_output,
                offsets=(self._offsets[Stream.STDOUT], self._offsets[Stream.STDERR]),
                start=start,
            )
        except SlotsExhausted as error:
            if start:
                return Happened(Event.FAILED, f"was not started: {error}")
            return Happened(Event.CONNECTION_LOST, str(error))
        except NodeLost as error:
            return Happened(Event.CONNECTION_LOST, str(error))
        except (CommandTimeout, TimeoutError):
            limit = self.step.timeout
            return Happened(
                Event.NO_RESULT, f"gave no result in {limit:.0f} s; it goes on on {node}"
            )
        for lines in self._lines.values():
            lines.end()
        if not result.started:
            if start:
                why = result.problem or "its job's directory cannot be made there"
                return Happened(Event.FAILED, f"was not started on {node}: {why}")
            return Happened(Event.NOT_STARTED, f"had not been started on {node}, and never will be")
        return self._judged(result)

    async def forget(self) -> None:
        """Remove the command's files from the node, if it can be asked now."""
        with contextlib.suppress(TransportError):
            await self._watcher.session.forget_detached(self.remote)

    def _judged(self, result: DetachedResult) -> Happened:
        status = result.exit_status
        stdout, stderr = self._kept[Stream.STDOUT], self._kept[Stream.STDERR]
        if status is None:
            text = f"ended without a result: {self.step.node.name} may have died under it"
            return Happened(Event.GONE if self._resumed else Event.NO_RESULT, text)
        if self.step.expect is Expectation.EXIT_ZERO_NO_ERROR_TEXT:
            error = ovmcli.error_in(stdout, stderr)
            if error:
                return Happened(Event.FAILED, self._masked(error), status)
        if self.step.expect is Expectation.AGENT_DONE:
            error = agentlog.failure_in(stdout, stderr)
            if error:
                return Happened(Event.FAILED, self._masked(error), status)
        if status != 0:
            error = self._masked(xm.error_text(stdout, stderr))
            text = f"exit code {status}" + (f": {error}" if error else "")
            return Happened(Event.FAILED, text, status)
        said = self._masked(complaint.libxl_errors(stderr))
        # What xl complains of and yet calls done is judged by what the nodes list.
        text = f"exit code 0, and yet it said: {said}" if said else ""
        return Happened(Event.SUCCEEDED, text, status)

    def _on_output(self, chunk: OutputChunk) -> Awaitable[None] | None:
        self._offsets[chunk.stream] = chunk.end_offset
        self._kept[chunk.stream] = (self._kept[chunk.stream] + chunk.text)[-_JUDGED:]
        self._lines[chunk.stream].feed(chunk.text)
        return self._recorder.behind()

    def _taker(self, stream: Stream) -> Callable[[str], None]:
        def take(line: str) -> None:
            if self._known.get(stream, 0) > 0:
                # Another console has written it down before this one took over.
                self._known[stream] -= 1
                return
            level = Level.INFO
            if self.step.expect is Expectation.AGENT_DONE:
                level = self._agent.read(line).level
            self._recorder.output(
                self._masked(line),
                level=level,
                step=self._index,
                node=self.step.node.name,
                label=self.step.label,
                stream=stream,
                remote=self.remote,
            )

        return take

    def _masked(self, text: str) -> str:
        if self._secret:
            text = text.replace(self._secret, MASK)
        return redact(text) if "passw" in text.lower() else text
