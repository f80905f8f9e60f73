"""One command on a node: what it says, how it ends, and how it is made to end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import asyncssh

from ovmtui.errors import SudoRefused
from ovmtui.model.job import Stream
from ovmtui.transport.failures import command_failure
from ovmtui.transport.sudo import Door

_AHEAD = 1_048_576
"""Bytes that wait to be taken, from which on the node has to wait."""


class CommandChannel(asyncssh.SSHClientSession[bytes]):
    """The channel of one command.

    Its opening is never broken off halfway, which would leak it: whoever loses interest
    says so with `let_go`, and the channel closes by itself, whenever the node is done.
    """

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        text: str,
        *,
        first_line: str | None,
        on_closed: Callable[[], None],
        door: Door | None = None,
    ) -> None:
        """Begin to run `text`, with `first_line` on its standard input.

        What is to be given to a command behind a `door` is given by that, when it opens.
        `on_closed` is called once: when nothing of the command is left on the node.
        """
        self._connection = connection
        self._text = text
        self._first_line = first_line
        self._on_closed = on_closed
        self._door = door
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._arrived: list[tuple[Stream, bytes]] = []
        self._waiting = 0
        """Bytes of that."""
        self._changed = asyncio.Event()
        self._wanted = True
        self._closed = False
        self._error: Exception | None = None
        self._ended = False
        self._exit_status: int | None = None
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def output(self) -> list[tuple[Stream, bytes]]:
        """Return what has come since the last call; an empty list once the channel closed."""
        while not self._arrived and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        arrived, self._arrived = self._arrived, []
        self._go_on()
        return arrived

    def exit_status(self) -> int | None:
        """Return the status of the command that has ended; None when a signal ended it.

        Raises:
            NodeLost: the connection broke before.
            SudoRefused: it was not begun, because sudo did not open the door.
            SlotsExhausted: the node did not begin the command.
            ValueError: the command holds what cannot be sent.
        """
        if self._ended:
            if self._door is not None and not self._door.is_open:
                raise SudoRefused(self._door.said)
            return self._exit_status
        if isinstance(self._error, ValueError):
            raise self._error
        raise command_failure(self._error, closed=self._connection.is_closed())

    def let_go(self) -> None:
        """Have the command ended: its watcher sees the end of standard input."""
        self._wanted = False
        self._arrived.clear()
        self._go_on()
        if self._channel is not None:
            # It may be closing at this moment, which is as good.
            with contextlib.suppress(OSError):
                self._channel.write_eof()

    async def _open(self) -> None:
        try:
            await self._connection.create_session(
                lambda: self,
                self._text,
                encoding=None,
                request_pty=False,
                x11_forwarding=False,
            )
        except (asyncssh.Error, OSError, ValueError) as error:
            self._finish(error)
            return
        if self._channel is not None and self._first_line is not None and self._wanted:
            self._channel.write(f"{self._first_line}\n".encode())
        if not self._wanted:
            self.let_go()

    def _finish(self, error: Exception | None) -> None:
        if not self._closed:
            self._closed = True
            self._error = error
            self._changed.set()
            self._on_closed()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Know the channel; when nobody wants it any more, the command is not begun."""
        self._channel = chan
        if not self._wanted:
            chan.close()

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Keep a piece of output, unless nobody wants it: the command must not block."""
        if self._door is not None and datatype is not None and not self._door.is_open:
            data = self._at_the_door(self._door, data)
        if self._wanted and data:
            self._arrived.append((Stream.STDOUT if datatype is None else Stream.STDERR, data))
            self._changed.set()
            self._waiting += len(data)
            if self._waiting > _AHEAD and self._channel is not None:
                self._channel.pause_reading()

    def _go_on(self) -> None:
        """Have nothing waiting; let the node say more if it had to wait."""
        waiting, self._waiting = self._waiting, 0
        if waiting > _AHEAD and self._channel is not None:
            # What was kept meanwhile comes at once, and may be too much again.
            self._channel.resume_reading()

    def _at_the_door(self, door: Door, data: bytes) -> bytes:
        answer = door.hear(data)
        # It may be closing at this moment, which is as good.
        with contextlib.suppress(OSError):
            if self._channel is not None and answer.reply and self._wanted:
                self._channel.write(answer.reply)
            elif self._channel is not None and answer.give_up:
                self._channel.write_eof()
        return answer.output

    def eof_received(self) -> bool:
        """Keep our side open: the end of standard input would end the command."""
        return True

    def exit_status_received(self, status: int) -> None:
        """Keep the command's status."""
        self._ended, self._exit_status = True, status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """Keep that a signal ended the command."""
        self._ended = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Know that the channel has closed, or with it the whole connection."""
        self._finish(exc)
