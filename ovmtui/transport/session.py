"""One open SSH connection, and the commands on it."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import secrets
import time
from collections.abc import Callable

import asyncssh

from ovmtui.errors import CommandTimeout, NodeLost
from ovmtui.model.job import Stream
from ovmtui.transport.bound import bound_script
from ovmtui.transport.detached import TrailerFilter, detached_script, forget_script
from ovmtui.transport.failures import command_failure
from ovmtui.transport.interface import DetachedResult, OnOutput, OutputChunk, Result
from ovmtui.transport.slots import Slot, Slots

_CHUNK = 65_536
"""Bytes that are read at once: a line at a time would cost fifty times as much."""
_START = 5.0
"""Seconds that a command may wait for a slot: what allows it was looked at just before."""

_Take = Callable[[bytes], None]
_Process = asyncssh.SSHClientProcess[bytes]


class SshSession:
    """Implements `interface.Session` over one asyncssh connection."""

    def __init__(self, connection: asyncssh.SSHClientConnection) -> None:
        """Use `connection`, which is open."""
        self._connection = connection
        self._slots = Slots()
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone."""
        return self._connection.is_closed()

    async def wait_closed(self) -> None:
        """Return when the connection is gone, for whatever reason."""
        await self._connection.wait_closed()

    async def run(
        self,
        script: str,
        *,
        timeout: float,
        secret: str | None = None,
        on_output: OnOutput | None = None,
        limit: int = 4_194_304,
    ) -> Result:
        """Run `script` bound to this console; see `interface.Session.run`."""
        began = time.monotonic()
        collected = {stream: _Collector(stream, limit, on_output) for stream in Stream}
        status = await self._execute(
            bound_script(script, secret=secret is not None),
            secret,
            timeout=timeout,
            long=False,
            take={stream: collector.feed for stream, collector in collected.items()},
        )
        for collector in collected.values():
            collector.end()
        return Result(
            exit_status=status,
            stdout=collected[Stream.STDOUT].text,
            stderr=collected[Stream.STDERR].text,
            seconds=time.monotonic() - began,
            truncated=any(collector.truncated for collector in collected.values()),
        )

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
        """Start or attach to a job that outlives us; see `interface.Session.run_detached`."""
        nonce = secrets.token_hex(8)
        text = detached_script(
            job, script, secret=secret is not None, start=start, offsets=offsets, nonce=nonce
        )
        out = _Collector(Stream.STDOUT, 0, on_output, offset=offsets[0])
        err = _Collector(Stream.STDERR, 0, on_output, offset=offsets[1])
        trailer = TrailerFilter(nonce)
        await self._execute(
            text,
            secret,
            timeout=timeout,
            long=True,
            slot_timeout=_START if start else None,
            take={Stream.STDOUT: out.feed, Stream.STDERR: lambda d: err.feed(trailer.feed(d))},
        )
        out.end()
        err.end()
        match trailer.status:
            case None:
                raise NodeLost("the connection was lost before the result came")
            case "absent":
                return DetachedResult(exit_status=None, started=False)
            case status if status.isdigit():
                return DetachedResult(exit_status=int(status))
            case _:
                return DetachedResult(exit_status=None)

    async def forget_detached(self, job: str) -> None:
        """Remove the ended job's files from the node. An unknown job is no error."""
        await self.run(forget_script(job), timeout=30.0)

    async def close(self) -> None:
        """Close the connection and end its bound commands."""
        self._connection.abort()
        with contextlib.suppress(OSError, asyncssh.Error):
            await self._connection.wait_closed()

    async def _execute(
        self,
        text: str,
        secret: str | None,
        *,
        timeout: float,
        long: bool,
        take: dict[Stream, _Take],
        slot_timeout: float | None = None,
    ) -> int | None:
        """Run shell text, hand its output to `take`, and return its exit status."""
        deadline = asyncio.get_running_loop().time() + timeout
        wait = timeout if slot_timeout is None else min(timeout, slot_timeout)
        async with self._slots.taken(long=long, timeout=wait) as slot:
            process: _Process | None = None
            try:
                async with asyncio.timeout_at(deadline):
                    process = await self._connection.create_process(text, encoding=None)
                    if secret is not None:
                        process.stdin.write(f"{secret}\n".encode())
                    await asyncio.gather(
                        _pump(process.stdout, take[Stream.STDOUT]),
                        _pump(process.stderr, take[Stream.STDERR]),
                    )
                    await process.wait_closed()
            except TimeoutError:
                self._end(process, slot)
                raise CommandTimeout(f"no result in {timeout:.0f} s") from None
            except (asyncssh.Error, OSError) as error:
                raise command_failure(error, closed=self.is_closed) from error
            except BaseException:
                self._end(process, slot)
                raise
            if process.exit_status is None and process.exit_signal is None:
                raise NodeLost("the connection was lost")
            return process.exit_status

    def _end(self, process: _Process | None, slot: Slot) -> None:
        """Tell the command to end, and keep its slot until it has."""
        if process is None or self.is_closed:
            return
        slot.kept = True
        task = asyncio.get_running_loop().create_task(_see_off(process, slot))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _pump(reader: asyncssh.SSHReader[bytes], take: _Take) -> None:
    while data := await reader.read(_CHUNK):
        take(data)


async def _see_off(process: _Process, slot: Slot) -> None:
    """End standard input, which the watcher on the node acts on, and wait for the end."""
    # A far end that does not go keeps its place, as it does on the node; once it has gone, or
    # the connection has, the place is free again.
    with contextlib.suppress(OSError, asyncssh.Error):
        process.stdin.write_eof()
        await asyncio.gather(
            _pump(process.stdout, _drop), _pump(process.stderr, _drop), process.wait_closed()
        )
    slot.release()


def _drop(data: bytes) -> None:
    """Take what nobody reads any more, so that the far end is not held up."""


class _Collector:
    """Decodes one stream, keeps the first `limit` bytes, tells each piece at once."""

    def __init__(
        self, stream: Stream, limit: int, on_output: OnOutput | None, *, offset: int = 0
    ) -> None:
        self._stream = stream
        self._limit = limit
        self._on_output = on_output
        self._offset = offset
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._kept = bytearray()
        self.truncated = False

    @property
    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")

    def feed(self, data: bytes) -> None:
        if room := self._limit - len(self._kept):
            self._kept += data[:room]
        self.truncated = self.truncated or len(data) > room
        self._offset += len(data)
        self._tell(self._decode(data))

    def end(self) -> None:
        self._tell(self._decode(b"", final=True))

    def _tell(self, text: str) -> None:
        if text and self._on_output is not None:
            self._on_output(OutputChunk(self._stream, text, self._offset))
