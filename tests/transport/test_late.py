"""A connector that is made late: not before the first screen, once, and for everybody."""

from __future__ import annotations

import asyncio

import pytest

from ovmtui.transport.late import LateConnector
from ovmtui.transport.ssh import SshConnector
from tests.support.openssh import OpenSshServer
from tests.transport.nodes import address_of, connector_of


class Making:
    """Counts how often the real connector is asked for."""

    def __init__(self, connector: SshConnector) -> None:
        self.connector = connector
        self.times = 0

        self.fails = False

    def __call__(self) -> SshConnector:
        self.times += 1
        if self.fails:
            raise OSError("no room")
        return self.connector


async def test_nobody_is_connected_to_before_the_beginning(server: OpenSshServer) -> None:
    making, begin = Making(connector_of(server)), asyncio.Event()
    late = LateConnector(making, begin)
    waiting = [asyncio.create_task(late.connect(address_of(server))) for _ in range(3)]
    await asyncio.sleep(0)
    assert making.times == 0
    begin.set()
    sessions = await asyncio.gather(*waiting)
    assert making.times == 1
    assert [(await one.run("echo here", timeout=10)).stdout for one in sessions] == ["here\n"] * 3
    for session in sessions:
        await session.close()


async def test_who_gives_up_waiting_does_not_keep_the_others_from_it(server: OpenSshServer) -> None:
    making, begin = Making(connector_of(server)), asyncio.Event()
    late = LateConnector(making, begin)
    first, second = (asyncio.create_task(late.connect(address_of(server))) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    begin.set()
    session = await second
    assert making.times == 1
    await session.close()


async def test_what_could_not_be_made_is_made_later(server: OpenSshServer) -> None:
    making, begin = Making(connector_of(server)), asyncio.Event()
    begin.set()
    late = LateConnector(making, begin)
    making.fails = True
    with pytest.raises(OSError, match="no room"):
        await late.connect(address_of(server))
    making.fails = False
    session = await late.connect(address_of(server))
    assert making.times == 2
    await session.close()
