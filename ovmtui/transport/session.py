"""One open SSH connection, and the commands on it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Mapping

import asyncssh

from ovmtui.errors import CommandTimeout, NodeLost, SlotsExhausted, SudoRefused
from ovmtui.model.job import Stream
from ovmtui.transport.bound import bound_script
from ovmtui.transport.conversation import converse
from ovmtui.transport.detached import checked_job, detached_script, forget_script, sweep_script
from ovmtui.transport.executing import Take, execute, shut_out
from ovmtui.transport.interface import DetachedResult, LocalTerminal, OnOutput, Reply, Result
from ovmtui.transport.output import Collector
from ovmtui.transport.root import Root
from ovmtui.transport.slots import PATIENCE, Slot, Slots, Use
from ovmtui.transport.sudo import Door
from ovmtui.transport.terminal import interact
from ovmtui.transport.trailer import Standing, Trailer, TrailerFilter

_LONG = 120.0
"""A bound command that may take longer, in seconds, keeps no probe from its slot."""
_LOOK = 1.0
"""Seconds between looks at a detached job that no slot is free to follow."""
_START = 5.0
"""Seconds that a start may wait for a slot: what allows it was looked at just before."""
_FORGET = 30.0
"""Seconds that removing a job's files, or waiting for a terminal, may take."""
_SIGNALS = {128 + number for number in signal.valid_signals()}
"""What a shell gives as the status of a command that a signal ended."""


class SshSession:
    """Implements `interface.Session` over one asyncssh connection."""

    def __init__(self, connection: asyncssh.SSHClientConnection, root: Root | None = None) -> None:
        """Use `connection`, which is open; with `root` everything on it is run through sudo."""
        self._connection = connection
        self._root = root
        self._slots = Slots()

    @property
    def user(self) -> str:
        """Who is logged in on the node."""
        return str(self._connection.get_extra_info("username"))

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
        loop = asyncio.get_running_loop()
        began = loop.time()
        use = Use.LONG if timeout > _LONG else Use.BRIEF
        slot = await self._slots.take(use, timeout=timeout)
        collected = {stream: Collector(stream, on_output, limit=limit) for stream in Stream}
        status = await self._execute(
            bound_script(script, secret=secret is not None),
            slot,
            secret=secret,
            deadline=began + timeout,
            timeout=timeout,
            take={stream: collector.feed for stream, collector in collected.items()},
        )
        for collector in collected.values():
            collector.end()
        return Result(
            exit_status=None if status in _SIGNALS else status,
            stdout=collected[Stream.STDOUT].text,
            stderr=collected[Stream.STDERR].text,
            seconds=loop.time() - began,
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
        checked_job(job)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        out = Collector(Stream.STDOUT, on_output, offset=offsets[0])
        err = Collector(Stream.STDERR, on_output, offset=offsets[1])
        begun = False
        while True:
            # Following keeps a slot for as long as the job takes. When others have them
            # all, the job is begun all the same, and looked at now and then.
            follow = self._slots.take_now(Use.DETACHED)
            patience = _START if start else PATIENCE
            try:
                slot = follow or await self._slots.take(
                    Use.BRIEF, timeout=min(patience, deadline - loop.time())
                )
                trailer = await self._attend(
                    job,
                    script,
                    slot,
                    secret=secret,
                    start=start,
                    stay=follow is not None,
                    deadline=deadline,
                    timeout=timeout,
                    out=out,
                    err=err,
                )
            except SlotsExhausted:
                # To one that runs it would mean: not started.
                if not begun:
                    raise
            else:
                if trailer.standing is not Standing.RUNNING:
                    out.end()
                    err.end()
                    return trailer.result
                begun, start = True, False
            await self._pause(deadline)

    async def _attend(
        self,
        job: str,
        script: str,
        slot: Slot,
        *,
        secret: str | None,
        start: bool,
        stay: bool,
        deadline: float,
        timeout: float,
        out: Collector,
        err: Collector,
    ) -> Trailer:
        """Start or attach to a job, take its output, and return how it is at the end."""
        nonce = secrets.token_hex(8)
        told = TrailerFilter(nonce)
        text = detached_script(
            job,
            script,
            nonce=nonce,
            secret=secret is not None,
            start=start,
            stay=stay,
            offsets=(out.received, err.received),
        )
        await self._execute(
            text,
            slot,
            secret=secret,
            deadline=deadline,
            timeout=timeout,
            take={Stream.STDOUT: out.feed, Stream.STDERR: lambda d: err.feed(told.feed(d))},
        )
        if told.trailer is None:
            raise NodeLost("the node broke off before it said how the job is")
        return told.trailer

    async def converse(
        self, script: str, *, timeout: float, silence: float, reply: Reply
    ) -> Result:
        """Run a program that asks questions; see `interface.Session.converse`."""
        slot = await self._slots.take(Use.LONG, timeout=timeout)
        try:
            text, door = self._on_terminal(script)
            return await converse(
                self._connection, text, timeout=timeout, silence=silence, reply=reply, door=door
            )
        except SudoRefused as refusal:
            raise shut_out(self._connection, refusal) from None
        finally:
            slot.release()

    async def interact(self, script: str, terminal: LocalTerminal) -> int | None:
        """Give the operator's terminal away; see `interface.Session.interact`."""
        slot = await self._slots.take(Use.LONG, timeout=_FORGET)
        with contextlib.ExitStack() as held:
            held.callback(slot.release)
            text, door = self._on_terminal(script)
            return await interact(self._connection, text, terminal, door)

    async def forget_detached(self, job: str) -> None:
        """Remove the ended job's files from the node. An unknown job is no error."""
        await self.run(forget_script(job), timeout=_FORGET)

    async def sweep_detached(self, *, older_than_days: int) -> None:
        """Remove what old jobs left behind; see `interface.Session.sweep_detached`."""
        await self.run(sweep_script(older_than_days), timeout=_FORGET)

    async def close(self) -> None:
        """Close the connection and end its bound commands."""
        self._connection.abort()
        with contextlib.suppress(OSError, asyncssh.Error):
            await self._connection.wait_closed()

    async def _execute(
        self,
        text: str,
        slot: Slot,
        *,
        secret: str | None,
        deadline: float,
        timeout: float,
        take: Mapping[Stream, Take],
    ) -> int | None:
        return await execute(
            self._connection,
            text,
            slot,
            root=self._root,
            secret=secret,
            deadline=deadline,
            timeout=timeout,
            take=take,
        )

    def _on_terminal(self, script: str) -> tuple[str, Door | None]:
        return (script, None) if self._root is None else self._root.way_in_on_terminal(script)

    async def _pause(self, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await asyncio.sleep(_LOOK)
        except TimeoutError:
            raise CommandTimeout("the job is running still") from None
