"""A program that asks questions, on a terminal of its own."""

from __future__ import annotations

import asyncio

import asyncssh

from ovmtui.errors import CommandTimeout, SudoRefused
from ovmtui.transport.failures import command_failure
from ovmtui.transport.interface import Reply, Result
from ovmtui.transport.sudo import Door

_LONGEST = 65_536
"""Characters of a conversation that are kept."""
_CHUNK = 4096


async def converse(
    connection: asyncssh.SSHClientConnection,
    script: str,
    *,
    timeout: float,
    silence: float,
    reply: Reply,
    door: Door | None = None,
) -> Result:
    """Run `script` on a terminal and answer what it asks; see `interface.Session.converse`.

    Behind a `door` nothing counts as said, or asked, before it is open.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    process: asyncssh.SSHClientProcess[str] | None = None
    try:
        async with asyncio.timeout(timeout):
            process = await connection.create_process(
                script, term_type="dumb", encoding="utf-8", errors="replace"
            )
            said = await _talk(process, silence, reply, door)
            await process.wait_closed()
    except TimeoutError:
        raise CommandTimeout(f"it did not come to its end in {timeout:g} s") from None
    except (OSError, asyncssh.Error) as error:
        raise command_failure(error, closed=connection.is_closed()) from None
    finally:
        if process is not None:
            # The end of its terminal is the end of the program.
            process.close()
    return Result(process.exit_status, said, "", loop.time() - began)


async def _talk(
    process: asyncssh.SSHClientProcess[str], silence: float, reply: Reply, door: Door | None
) -> str:
    """Return all that the program said, once it has ended."""
    said = pending = ""
    while True:
        quiet = False
        try:
            async with asyncio.timeout(silence):
                data = await process.stdout.read(_CHUNK)
        except TimeoutError:
            quiet, data = True, ""
        if not data and not quiet:
            if door is not None and not door.is_open:
                raise SudoRefused(door.said)
            return said
        if door is not None and not door.is_open:
            data = _at_the_door(door, data, process)
            if not door.is_open:
                continue
        text = data.replace("\r", "")
        said, pending = (said + text)[-_LONGEST:], (pending + text)[-_LONGEST:]
        answer = reply(pending, quiet=quiet)
        if answer is not None:
            pending = ""
            process.stdin.write(f"{answer}\n")


def _at_the_door(door: Door, data: str, process: asyncssh.SSHClientProcess[str]) -> str:
    answer = door.hear(data.encode("utf-8", "replace"))
    if answer.reply:
        process.stdin.write(answer.reply.decode())
    if answer.give_up:
        process.stdin.write_eof()
    return answer.output.decode("utf-8", "replace")
