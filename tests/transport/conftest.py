"""Nodes behind OpenSSH's sshd, and connections to them."""

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
from tests.support.openssh import OpenSshServer
from tests.transport.nodes import connected


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The home of an operator who has no keys, configuration or agent of his own."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    return tmp_path / "nobody"


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


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[OpenSshServer]:
    async with OpenSshServer(tmp_path / "node") as running:
        yield running


@pytest.fixture(params=["bash", "dash"])
async def shell_server(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[OpenSshServer]:
    """A node whose every shell is of one kind: `sh` is bash in a dom0, and dash in Debian."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to(f"/bin/{request.param}")
    path = f"{tools}:/usr/bin:/bin"
    async with OpenSshServer(
        tmp_path / "node", shell=request.param, environment={"PATH": path}
    ) as running:
        yield running


@pytest.fixture
async def shell_session(shell_server: OpenSshServer) -> AsyncIterator[SshSession]:
    async with connected(shell_server) as opened:
        yield opened
