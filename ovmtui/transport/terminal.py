"""A program on a node that has the operator's own terminal."""

from __future__ import annotations

import asyncio
import contextlib

import asyncssh

from ovmtui.transport.failures import command_failure
from ovmtui.transport.interface import LocalTerminal

_CHUNK = 65_536
_RESIZE = 0.5
"""Seconds between looks at the terminal's size."""
_FAREWELL = 2.0
"""Seconds that a program has to end by itself once the operator leaves."""


async def interact(
    connection: asyncssh.SSHClientConnection, script: str, terminal: LocalTerminal
) -> int | None:
    """Run `script` on the operator's terminal; see `interface.Session.interact`."""
    process: asyncssh.SSHClientProcess[bytes] | None = None
    try:
        process = await connection.create_process(
            script or None,
            term_type=terminal.kind,
            term_size=terminal.size,
            encoding=None,
            stderr=asyncssh.STDOUT,
        )
        await _until_over(process, terminal)
    except (OSError, asyncssh.Error) as error:
        raise command_failure(error, closed=connection.is_closed()) from None
    finally:
        if process is not None:
            process.close()
    return process.exit_status


async def _until_over(process: asyncssh.SSHClientProcess[bytes], terminal: LocalTerminal) -> None:
    showing = asyncio.create_task(_show(process, terminal))
    typing = asyncio.create_task(_type(process, terminal))
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


async def _show(process: asyncssh.SSHClientProcess[bytes], terminal: LocalTerminal) -> None:
    while data := await process.stdout.read(_CHUNK):
        terminal.show(data)


async def _type(process: asyncssh.SSHClientProcess[bytes], terminal: LocalTerminal) -> None:
    while data := await terminal.typed():
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
