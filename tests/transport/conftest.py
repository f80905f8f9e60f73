"""One node behind OpenSSH's sshd, and connections to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import NodeSpec, PoolSpec
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.session import SshSession
from ovmtui.transport.ssh import SshConnector


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    spec = PoolSpec(nodes=(NodeSpec("ovm1"),))
    async with SimulatedPool(spec, front_end=FrontEnd.OPENSSH, directory=tmp_path) as simulated:
        yield simulated


@pytest.fixture
def connector(pool: SimulatedPool) -> SshConnector:
    return SshConnector(
        identities=[str(pool.client_key)], ssh_config=(), known_hosts=pool.known_hosts
    )


@pytest.fixture
def address(pool: SimulatedPool) -> NodeAddress:
    node = pool.nodes[0]
    return NodeAddress(node.host, node.port, node.user, connect_timeout=3.0, login_timeout=3.0)


@pytest.fixture
async def session(connector: SshConnector, address: NodeAddress) -> AsyncIterator[SshSession]:
    opened = await connector.connect(address)
    yield opened
    await opened.close()
