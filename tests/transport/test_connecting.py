from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from ovmtui.errors import (
    ConnectFailed,
    ConnectTimeout,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
)
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.transport.hostkeys import add_host_key
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.ssh import SshConnector


def connector_with(pool: SimulatedPool, known_hosts: Path) -> SshConnector:
    return SshConnector(identities=[str(pool.client_key)], ssh_config=(), known_hosts=known_hosts)


async def test_an_unknown_key_is_refused_with_its_fingerprint_and_can_be_accepted(
    pool: SimulatedPool, address: NodeAddress, tmp_path: Path
) -> None:
    known = tmp_path / "ssh" / "known_hosts"
    connector = connector_with(pool, known)
    with pytest.raises(HostKeyUnknown) as caught:
        await connector.connect(address)
    assert caught.value.fingerprint.startswith("SHA256:")
    assert address.port is not None
    add_host_key(known, address.host, address.port, caught.value.key)
    assert known.stat().st_mode & 0o777 == 0o600
    session = await connector.connect(address)
    assert (await session.run("echo in", timeout=10)).stdout == "in\n"
    await session.close()


async def test_a_changed_key_is_refused_even_though_the_host_is_known(
    pool: SimulatedPool, address: NodeAddress, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    known.write_text(f"[{address.host}]:{address.port} {other}")
    with pytest.raises(HostKeyChanged, match="CHANGED"):
        await connector_with(pool, known).connect(address)


async def test_a_key_that_is_known_for_the_address_alone_is_not_trusted(
    pool: SimulatedPool, address: NodeAddress, tmp_path: Path
) -> None:
    with pytest.raises(HostKeyUnknown):
        await connector_with(pool, pool.known_hosts).connect(replace(address, host="localhost"))


async def test_a_revoked_key_is_refused(
    pool: SimulatedPool, address: NodeAddress, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    lines = pool.known_hosts.read_text()
    known.write_text(lines + "".join(f"@revoked {line}\n" for line in lines.splitlines()))
    with pytest.raises(HostKeyChanged, match="REVOKED"):
        await connector_with(pool, known).connect(address)


async def test_a_refused_connection_says_so(connector: SshConnector, pool: SimulatedPool) -> None:
    node = pool.nodes[0]
    address = NodeAddress(node.host, node.port, node.user)
    await pool.faults.kill_node("ovm1")
    with pytest.raises(ConnectFailed, match=r"^connection refused$"):
        await connector.connect(address)


async def test_a_node_that_accepts_and_never_answers_times_out(
    connector: SshConnector, address: NodeAddress, pool: SimulatedPool
) -> None:
    await pool.faults.silence_node("ovm1")
    with pytest.raises(ConnectTimeout):
        await connector.connect(replace(address, connect_timeout=0.5, login_timeout=0.5))


async def test_an_unknown_name_says_so(connector: SshConnector) -> None:
    with pytest.raises(ConnectFailed, match=r"host name not known|no route|unreachable"):
        await connector.connect(NodeAddress("no-such-host.invalid", 22, "root"))


async def test_a_wrong_key_is_a_refused_login_that_names_the_user(
    pool: SimulatedPool, address: NodeAddress, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong_key"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(wrong))
    connector = SshConnector(identities=[str(wrong)], ssh_config=(), known_hosts=pool.known_hosts)
    with pytest.raises(LoginRefused, match=f"{address.user} is not accepted"):
        await connector.connect(address)


async def test_a_jump_host_of_the_ssh_configuration_is_used(
    pool: SimulatedPool, address: NodeAddress, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"Host inner\n  HostName {address.host}\n  Port {address.port}\n  User {address.user}\n"
        f"  ProxyJump outer\n"
        f"Host outer\n  HostName {address.host}\n  Port {address.port}\n  User {address.user}\n"
        f"Host *\n  IdentityFile {pool.client_key}\n  UserKnownHostsFile {pool.known_hosts}\n"
    )
    connector = SshConnector(
        identities=[str(pool.client_key)],
        ssh_config=(str(config),),
        known_hosts=pool.known_hosts,
    )
    session = await connector.connect(NodeAddress("inner"))
    assert (await session.run("echo through", timeout=10)).stdout == "through\n"
    await session.close()


def test_keys_are_appended_whole(tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text("host1 ssh-ed25519 AAAA")
    add_host_key(known, "host2", 22, "ssh-ed25519 BBBB")
    add_host_key(known, "host3", 2222, "ssh-ed25519 CCCC")
    assert known.read_text().splitlines() == [
        "host1 ssh-ed25519 AAAA",
        "host2 ssh-ed25519 BBBB",
        "[host3]:2222 ssh-ed25519 CCCC",
    ]
    with pytest.raises(ValueError, match="not a host key line"):
        add_host_key(known, "evil host", 22, "ssh-ed25519 DDDD")


async def test_many_connections_use_the_keys_read_once(
    connector: SshConnector, address: NodeAddress
) -> None:
    sessions = await asyncio.gather(*(connector.connect(address) for _ in range(8)))
    results = await asyncio.gather(*(session.run("true", timeout=10) for session in sessions))
    assert [result.exit_status for result in results] == [0] * 8
    await asyncio.gather(*(session.close() for session in sessions))
