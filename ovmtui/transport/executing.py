"""Running shell text on a node to its end, as root if need be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import asyncssh

from ovmtui.errors import CommandTimeout, NodeLost, SudoRefused
from ovmtui.model.job import Stream
from ovmtui.model.text import visible
from ovmtui.transport.channel import CommandChannel
from ovmtui.transport.root import Root
from ovmtui.transport.slots import Slot

Take = Callable[[bytes], Awaitable[None] | None]


async def execute(
    connection: asyncssh.SSHClientConnection,
    text: str,
    slot: Slot,
    *,
    root: Root | None,
    secret: str | None,
    deadline: float,
    timeout: float,
    take: Mapping[Stream, Take],
) -> int | None:
    """Run shell text to its end, hand its output to `take`, and return its status.

    Args:
        connection: to the node.
        text: what the node's shell runs.
        slot: given back once nothing of it is left on the node.
        root: the way through sudo; None: it is run as who logged in.
        secret: the first line of its standard input.
        deadline: on the event loop's clock, in seconds.
        timeout: as the operator is told of it.
        take: what takes each stream.

    Raises:
        CommandTimeout: it did not end in time.
        NodeLost: the connection broke, or sudo refused.
        SlotsExhausted: the node did not begin it.
    """
    door = None
    if root is not None:
        text, door = root.way_in(text, first_line=secret)
        secret = None
    channel = CommandChannel(connection, text, first_line=secret, on_closed=slot.release, door=door)
    try:
        async with asyncio.timeout_at(deadline):
            while arrived := await channel.output():
                for stream, data in arrived:
                    if (behind := take[stream](data)) is not None:
                        await behind
    except TimeoutError:
        raise CommandTimeout(f"no result in {timeout:g} s") from None
    finally:
        channel.let_go()
    try:
        return channel.exit_status()
    except SudoRefused as refusal:
        raise shut_out(connection, refusal) from None


def shut_out(connection: asyncssh.SSHClientConnection, refusal: SudoRefused) -> NodeLost:
    """End a connection on which sudo has changed its mind; the next one will say why."""
    connection.abort()
    return NodeLost(f"sudo does not let us in any more: {visible(refusal.what, limit=200)}")
