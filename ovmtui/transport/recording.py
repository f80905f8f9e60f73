"""Noting everything that is said with the nodes, for a recording."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from typing import Protocol

from ovmtui.errors import TransportError
from ovmtui.model.command import MASK
from ovmtui.model.job import Stream
from ovmtui.transport.commandline import AnyConnector, CommandLine
from ovmtui.transport.interface import (
    DetachedResult,
    LocalTerminal,
    NodeAddress,
    OnOutput,
    OutputChunk,
    Reply,
    Result,
    Session,
)

_LONGEST = 262_144
"""Characters of one stream of one command that are kept."""
_SURROGATES = re.compile("[\ud800-\udfff]")


class Note(Protocol):
    """Takes one thing that happened: a word for its kind, and values that JSON has."""

    def __call__(self, kind: str, /, **values: object) -> None:
        """Keep it."""
        ...


class RecordingConnector:
    """Connects as another connector does, and notes what is said."""

    def __init__(self, connector: AnyConnector, note: Note, redact: Callable[[str], str]) -> None:
        """Hand everything on to `connector`; `redact` masks the passwords in a text."""
        self._connector = connector
        self._note = note
        self._redact = redact

    async def connect(self, address: NodeAddress) -> Session:
        """Open a connection; raises what the other connector raises."""
        where = f"{address.host}:{address.port or ''}"
        try:
            session = await self._connector.connect(address)
        except TransportError as error:
            self._note("connect", node=where, error=_told(error))
            raise
        self._note("connect", node=where, user=session.user)
        return _RecordingSession(session, where, self._note, self._redact)

    async def open_command_line(self, address: NodeAddress, *, password: str | None) -> CommandLine:
        """Log in to a command line; raises what the other connector raises."""
        where = f"{address.host}:{address.port or ''}"
        try:
            opened = await self._connector.open_command_line(address, password=password)
        except TransportError as error:
            self._note("connect", node=where, error=_told(error))
            raise
        self._note("connect", node=where, user=address.user or "")
        redact = self._redact if password is None else _hiding(password, self._redact)
        return _RecordingCommandLine(opened, where, self._note, redact)


class _RecordingCommandLine:
    """Hands on, and notes."""

    def __init__(
        self, command_line: CommandLine, where: str, note: Note, redact: Callable[[str], str]
    ) -> None:
        self._command_line = command_line
        self._where = where
        self._note = note
        self._redact = redact

    @property
    def is_closed(self) -> bool:
        return self._command_line.is_closed

    async def run(self, line: str, *, timeout: float) -> str:
        try:
            said = await self._command_line.run(line, timeout=timeout)
        except TransportError as error:
            self._note("run", node=self._where, script=line, error=_told(error))
            raise
        shown = _SURROGATES.sub("\ufffd", self._redact(said[:_LONGEST]))
        self._note("run", node=self._where, script=line, stdout=shown)
        return said

    async def close(self) -> None:
        await self._command_line.close()


class _RecordingSession:
    """A session that notes each command with its answer. Secrets are masked."""

    def __init__(
        self, session: Session, where: str, note: Note, redact: Callable[[str], str]
    ) -> None:
        self._session = session
        self._where = where
        self._note = note
        self._redact = redact

    @property
    def user(self) -> str:
        return self._session.user

    @property
    def is_closed(self) -> bool:
        return self._session.is_closed

    async def wait_closed(self) -> None:
        await self._session.wait_closed()
        self._note("closed", node=self._where)

    async def run(
        self,
        script: str,
        *,
        timeout: float,
        secret: str | None = None,
        on_output: OnOutput | None = None,
        limit: int = 4_194_304,
    ) -> Result:
        with self._failures("run", script):
            result = await self._session.run(
                script, timeout=timeout, secret=secret, on_output=on_output, limit=limit
            )
        values = asdict(result)
        for stream in ("stdout", "stderr"):
            values[stream] = self._masked(values[stream], secret)
        self._note("run", node=self._where, script=script, **values)
        return result

    async def run_detached(
        self,
        job: str,
        script: str,
        *,
        timeout: float,
        secret: str | None = None,
        on_output: OnOutput | None = None,
        offsets: tuple[int, int] = (0, 0),
        start: bool = True,
    ) -> DetachedResult:
        said = dict.fromkeys(Stream, "")

        def take(chunk: OutputChunk) -> Awaitable[None] | None:
            said[chunk.stream] = (said[chunk.stream] + chunk.text)[:_LONGEST]
            return None if on_output is None else on_output(chunk)

        with self._failures("detached", script):
            result = await self._session.run_detached(
                job,
                script,
                timeout=timeout,
                secret=secret,
                on_output=take,
                offsets=offsets,
                start=start,
            )
        outputs = {stream.value: self._masked(text, secret) for stream, text in said.items()}
        self._note(
            "detached",
            node=self._where,
            job=job,
            script=script,
            start=start,
            **asdict(result),
            **outputs,
        )
        return result

    async def interact(self, script: str, terminal: LocalTerminal) -> int | None:
        # What is typed and shown there may be anything, passwords too: only that it was.
        with self._failures("interact", script):
            status = await self._session.interact(script, terminal)
        self._note("interact", node=self._where, script=script, exit_status=status)
        return status

    async def converse(
        self, script: str, *, timeout: float, silence: float, reply: Reply
    ) -> Result:
        with self._failures("converse", script):
            result = await self._session.converse(
                script, timeout=timeout, silence=silence, reply=reply
            )
        stdout = self._masked(result.stdout, None)
        self._note(
            "converse",
            node=self._where,
            script=script,
            exit_status=result.exit_status,
            stdout=stdout,
        )
        return result

    async def forget_detached(self, job: str) -> None:
        await self._session.forget_detached(job)

    async def sweep_detached(self, *, older_than_days: int) -> None:
        await self._session.sweep_detached(older_than_days=older_than_days)

    async def close(self) -> None:
        await self._session.close()

    def _masked(self, text: str, secret: str | None) -> str:
        """Return what may be kept of a command's output: no secret, and not without end."""
        if secret:
            text = text.replace(secret, MASK)
        return _SURROGATES.sub("\ufffd", self._redact(text[:_LONGEST]))

    @contextlib.contextmanager
    def _failures(self, kind: str, script: str) -> Iterator[None]:
        try:
            yield
        except TransportError as error:
            self._note(kind, node=self._where, script=script, error=_told(error))
            raise


def _hiding(password: str, redact: Callable[[str], str]) -> Callable[[str], str]:
    """Return `redact` with `password` masked first."""
    return lambda text: redact(text.replace(password, MASK))


def _told(error: TransportError) -> str:
    return f"{type(error).__name__}: {error}"
