"""A program on a node that has the operator's own terminal."""

from __future__ import annotations

import asyncio
import contextlib

import asyncssh

from ovmtui.model.text import visible
from ovmtui.transport.failures import command_failure
from ovmtui.transport.interface import LocalTerminal
from ovmtui.transport.sudo import Door

_CHUNK = 65_536
_RESIZE = 0.5
"""Seconds between looks at the terminal's size."""
_FAREWELL = 2.0
"""Seconds that a program has to end by itself once the operator leaves."""


async def interact(
    connection: asyncssh.SSHClientConnection,
    script: str,
    terminal: LocalTerminal,
    door: Door | None = None,
) -> int | None:
    """Run `script` on the operator's terminal; see `interface.Session.interact`.

    Behind a `door` nothing is shown before it is open, unless it stays shut.
    """
    process: asyncssh.SSHClientProcess[bytes] | None = None
    try:
        process = await connection.create_process(
            script or None,
            term_type=terminal.kind,
            term_size=terminal.size,
            encoding=None,
            stderr=asyncssh.STDOUT,
        )
        await _until_over(process, terminal, door)
    except (OSError, asyncssh.Error) as error:
        raise command_failure(error, closed=connection.is_closed()) from None
    finally:
        if process is not None:
            process.close()
    return process.exit_status


async def _until_over(
    process: asyncssh.SSHClientProcess[bytes], terminal: LocalTerminal, door: Door | None
) -> None:
    inside = asyncio.Event()
    showing = asyncio.create_task(_show(process, terminal, door, inside))
    typing = asyncio.create_task(_type(process, terminal, inside))
    sizing = asyncio.create_task(_follow_size(process, terminal))
    try:
        await asyncio.wait({showing, typing}, return_when=asyncio.FIRST_COMPLETED)
        if not showing.done():
            # The operator leaves: what the program still says is shown, but not waited for long.
            process.stdin.write_eof()
            await asyncio.wait({showing}, timeout=_FAREWELL)
        with contextlib.suppress(TimeoutError):
            # Its exit code comes after its last word.
            async with asyncio.timeout(_FAREWELL if showing.done() else 0):
                await process.wait_closed()
    finally:
        for task in (showing, typing, sizing):
            task.cancel()
        await asyncio.gather(showing, typing, sizing, return_exceptions=True)


async def _show(
    process: asyncssh.SSHClientProcess[bytes],
    terminal: LocalTerminal,
    door: Door | None,
    inside: asyncio.Event,
) -> None:
    if door is None:
        inside.set()
    while data := await process.stdout.read(_CHUNK):
        if door is None or door.is_open:
            terminal.show(data)
            continue
        answer = door.hear(data)
        if answer.reply:
            process.stdin.write(answer.reply)
        if answer.give_up:
            process.stdin.write_eof()
        if door.is_open:
            inside.set()
        if answer.output:
            terminal.show(answer.output)
    if door is not None and not door.is_open:
        terminal.show(f"{visible(door.said, limit=500)}\r\n".encode())


async def _type(
    process: asyncssh.SSHClientProcess[bytes], terminal: LocalTerminal, inside: asyncio.Event
) -> None:
    while data := await terminal.typed():
        # What is typed ahead is for the program, and not sudo's password.
        await inside.wait()
        process.stdin.write(data)
        with contextlib.suppress(BrokenPipeError):
            await process.stdin.drain()


async def _follow_size(process: asyncssh.SSHClientProcess[bytes], terminal: LocalTerminal) -> None:
    known = terminal.size
    while True:
        await asyncio.sleep(_RESIZE)
        if terminal.size != known:
            known = terminal.size
            process.change_terminal_size(*known)
