"""Logging in to a real sshd: keys, agent, configuration, jump hosts, and each way to fail."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
from collections.abc import AsyncIterator
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
from ovmtui.transport.hostkeys import add_host_key
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.ssh import SshConnector
from tests.support.openssh import OpenSshServer
from tests.transport.nodes import address_of, connector_of


async def greeting(connector: SshConnector, address: NodeAddress) -> str:
    """Connect, and return what the node says."""
    session = await connector.connect(address)
    try:
        return (await session.run("echo hello", timeout=10)).stdout
    finally:
        await session.close()


def write_key(path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(path)
    path.chmod(0o600)


def write_locked(path: Path, key: Path) -> None:
    """Write `key` to `path` under a passphrase."""
    path.write_bytes(key.read_bytes())
    path.chmod(0o600)
    change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "a passphrase", "-f", str(path)]
    subprocess.run(change, check=True, stdout=subprocess.DEVNULL)


@contextlib.asynccontextmanager
async def agent(directory: Path, *keys: Path) -> AsyncIterator[Path]:
    """Run an ssh-agent that has `keys`."""
    path = directory / "agent.sock"
    process = await asyncio.create_subprocess_exec(
        "ssh-agent", "-D", "-a", str(path), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        for key in keys:
            await asyncio.to_thread(
                subprocess.run,
                ["ssh-add", "-q", str(key)],
                env={**os.environ, "SSH_AUTH_SOCK": str(path)},
                check=True,
                stdin=subprocess.DEVNULL,
            )
        yield path
    finally:
        process.terminate()
        await process.wait()


async def test_a_known_host_is_connected_to_by_each_form_of_its_entry(
    server: OpenSshServer,
) -> None:
    plain = f"[{server.host}]:{server.port} {server.host_key}\n"
    server.known_hosts.write_text(plain)
    assert await greeting(connector_of(server), address_of(server)) == "hello\n"
    await asyncio.to_thread(
        subprocess.run,
        ["ssh-keygen", "-q", "-H", "-f", str(server.known_hosts)],
        check=True,
        capture_output=True,
    )
    assert server.host not in server.known_hosts.read_text()
    assert await greeting(connector_of(server), address_of(server)) == "hello\n"


async def test_an_unknown_key_that_is_accepted_lets_in_and_openssh_agrees(
    server: OpenSshServer,
) -> None:
    server.known_hosts.unlink()
    connector = connector_of(server)
    with pytest.raises(HostKeyUnknown, match="not known: SHA256:") as caught:
        await connector.connect(address_of(server))
    listed = await asyncio.to_thread(
        subprocess.run,
        ["ssh-keygen", "-l", "-f", f"{server.host_key_path}.pub"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert caught.value.fingerprint in listed.stdout
    assert caught.value.key == server.host_key
    add_host_key(server.known_hosts, server.host, server.port, caught.value.key)
    assert await greeting(connector, address_of(server)) == "hello\n"


async def test_a_key_known_for_the_address_of_another_node_is_not_this_nodes(
    server: OpenSshServer, tmp_path: Path
) -> None:
    """A wrong DNS entry must not show one node's machines as another's."""
    own = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    server.known_hosts.write_text(
        f"[localhost]:{server.port} {own}[{server.host}]:{server.port} {server.host_key}\n"
    )
    with pytest.raises(HostKeyChanged, match="CHANGED"):
        await connector_of(server).connect(replace(address_of(server), host="localhost"))


async def test_another_kind_of_key_than_the_known_one_is_a_change(tmp_path: Path) -> None:
    rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048).export_public_key().decode()
    async with OpenSshServer(tmp_path / "node") as server:
        server.known_hosts.write_text(f"[{server.host}]:{server.port} {rsa}")
        with pytest.raises(HostKeyChanged):
            await connector_of(server).connect(address_of(server))


async def test_a_known_hosts_file_that_cannot_be_read_lets_nobody_in(
    server: OpenSshServer,
) -> None:
    server.known_hosts.unlink()
    server.known_hosts.mkdir()
    with pytest.raises(ConnectFailed, match="known_hosts"):
        await connector_of(server).connect(address_of(server))


async def test_a_wrong_key_is_refused_with_the_names_of_user_and_keys(
    server: OpenSshServer, tmp_path: Path
) -> None:
    write_key(tmp_path / "wrong")
    write_locked(tmp_path / "locked", server.key_path)
    connector = SshConnector(
        identities=[str(tmp_path / "wrong"), str(tmp_path / "locked")],
        ssh_config=(),
        known_hosts=server.known_hosts,
    )
    with pytest.raises(LoginRefused) as caught:
        await connector.connect(address_of(server))
    text = str(caught.value)
    assert f"{server.user} is not accepted; tried wrong" in text
    assert "locked: encrypted" in text
    assert "no ssh-agent" in text


async def test_without_any_key_that_is_what_is_said(server: OpenSshServer) -> None:
    connector = SshConnector(ssh_config=(), known_hosts=server.known_hosts)
    with pytest.raises(LoginRefused, match="tried no key file; no ssh-agent"):
        await connector.connect(address_of(server))


async def test_the_usual_keys_are_taken_when_none_are_named(
    server: OpenSshServer, nobody: Path
) -> None:
    usual = nobody / ".ssh" / "id_ed25519"
    usual.parent.mkdir(parents=True)
    usual.write_bytes(server.key_path.read_bytes())
    connector = SshConnector(ssh_config=(), known_hosts=server.known_hosts)
    assert await greeting(connector, address_of(server)) == "hello\n"


async def test_the_agent_has_the_key_that_is_encrypted_on_disk(
    server: OpenSshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [tmp_path / f"other{number}" for number in range(8)]
    for path in others:
        write_key(path)
    locked = tmp_path / "locked"
    write_locked(locked, server.key_path)
    async with agent(tmp_path, *others, server.key_path) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        # sshd gives up after six keys: of the agent's nine only the named one is offered.
        connector = SshConnector(
            identities=[str(locked)], ssh_config=(), known_hosts=server.known_hosts
        )
        assert await greeting(connector, address_of(server)) == "hello\n"
        stranger = SshConnector(
            identities=[str(tmp_path / "missing")], ssh_config=(), known_hosts=server.known_hosts
        )
        with pytest.raises(LoginRefused, match="missing: No such file"):
            await stranger.connect(address_of(server))


async def test_an_agent_that_is_gone_costs_nothing(
    server: OpenSshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nothing.sock"))
    assert await greeting(connector_of(server), address_of(server)) == "hello\n"


async def test_the_ssh_configuration_says_where_and_who_and_with_what(
    server: OpenSshServer, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"Host node-one\n  HostName {server.host}\n  Port {server.port}\n"
        f"  User {server.user}\n  IdentityFile {server.key_path}\n"
        "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  RequestTTY force\n"
        "  ForwardAgent yes\n  RemoteCommand echo hijacked\n  Compression yes\n"
        "Host other\n  HostName 127.0.0.2\n"
    )
    connector = SshConnector(ssh_config=(str(config),), known_hosts=server.known_hosts)
    assert await greeting(connector, NodeAddress("node-one")) == "hello\n"
    session = await connector.connect(NodeAddress("node-one"))
    assert (await session.run("tty", timeout=10)).stdout == "not a tty\n"
    await session.close()


async def test_a_key_accepted_for_the_name_in_the_settings_is_found_behind_an_alias(
    server: OpenSshServer, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"Host node-one\n  HostName {server.host}\n  Port {server.port}\n"
        f"  User {server.user}\n  IdentityFile {server.key_path}\n"
    )
    server.known_hosts.unlink()
    connector = SshConnector(ssh_config=(str(config),), known_hosts=server.known_hosts)
    with pytest.raises(HostKeyUnknown) as caught:
        await connector.connect(NodeAddress("node-one"))
    add_host_key(server.known_hosts, "node-one", 22, caught.value.key)
    assert await greeting(connector, NodeAddress("node-one")) == "hello\n"


async def test_a_host_key_alias_is_looked_up_instead_of_the_address(
    server: OpenSshServer, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"Host node-one\n  HostName {server.host}\n  Port {server.port}\n  HostKeyAlias real\n"
        f"  User {server.user}\n  IdentityFile {server.key_path}\n"
    )
    wrong = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    server.known_hosts.write_text(f"[{server.host}]:{server.port} {wrong}real {server.host_key}\n")
    connector = SshConnector(ssh_config=(str(config),), known_hosts=server.known_hosts)
    assert await greeting(connector, NodeAddress("node-one")) == "hello\n"


async def test_no_configuration_is_read_when_none_is_wanted(
    server: OpenSshServer, nobody: Path
) -> None:
    config = nobody / ".ssh" / "config"
    config.parent.mkdir(parents=True)
    config.write_text("Host *\n  HostName 127.0.0.99\n  Port 9\n  User nobody\n")
    assert await greeting(connector_of(server), address_of(server)) == "hello\n"
    of_the_user = SshConnector(identities=[str(server.key_path)], known_hosts=server.known_hosts)
    with pytest.raises(ConnectFailed):
        await of_the_user.connect(address_of(server))


async def test_root_logs_in_where_nobody_else_is_named(server: OpenSshServer) -> None:
    server.authorized_keys.write_text("")
    with pytest.raises(LoginRefused, match="login refused: root is not accepted"):
        await connector_of(server).connect(replace(address_of(server), user=None))


async def test_a_mistake_in_the_ssh_configuration_is_told(
    server: OpenSshServer, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n  Port many\n")
    connector = SshConnector(ssh_config=(str(config),), known_hosts=server.known_hosts)
    with pytest.raises(ConnectFailed, match=r"SSH configuration.*config"):
        await connector.connect(NodeAddress("node-one"))
    connector = SshConnector(
        ssh_config=(str(tmp_path / "missing"),), known_hosts=server.known_hosts
    )
    with pytest.raises(ConnectFailed, match="missing"):
        await connector.connect(NodeAddress("node-one"))


async def test_nodes_behind_a_jump_host_share_one_connection_to_it(tmp_path: Path) -> None:
    async with (
        OpenSshServer(tmp_path / "bastion", host="127.0.0.2") as bastion,
        OpenSshServer(tmp_path / "node", host="127.0.0.3") as node,
    ):
        known = tmp_path / "known_hosts"
        known.write_text(bastion.known_hosts.read_text() + node.known_hosts.read_text())
        config = tmp_path / "config"
        config.write_text(
            f"Host bastion\n  HostName {bastion.host}\n  Port {bastion.port}\n"
            f"  User {bastion.user}\n  IdentityFile {bastion.key_path}\n"
            f"Host node\n  HostName {node.host}\n  Port {node.port}\n"
            f"  User {node.user}\n  IdentityFile {node.key_path}\n"
            "Host *\n  ProxyJump bastion\n"
        )
        connector = SshConnector(ssh_config=(str(config),), known_hosts=known)
        sessions = await asyncio.gather(*(connector.connect(NodeAddress("node")) for _ in range(4)))
        assert len(bastion.connections) == 1
        assert len(node.connections) == 4
        for session in sessions[:3]:
            await session.close()
        assert (await sessions[3].run("echo on", timeout=10)).stdout == "on\n"
        await sessions[3].close()
        while bastion.connections:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the process table has no event to await
        again = await connector.connect(NodeAddress("node"))
        bastion.kill_connections()
        async with asyncio.timeout(20):
            await again.wait_closed()
        assert await greeting(connector, NodeAddress("node")) == "hello\n"


async def test_a_chain_of_jump_hosts_is_gone_through_in_its_order(tmp_path: Path) -> None:
    async with (
        OpenSshServer(tmp_path / "outer", host="127.0.0.2") as outer,
        OpenSshServer(tmp_path / "inner", host="127.0.0.3") as inner,
        OpenSshServer(tmp_path / "node", host="127.0.0.4") as node,
    ):
        known = tmp_path / "known_hosts"
        known.write_text("".join(each.known_hosts.read_text() for each in (outer, inner, node)))
        config = tmp_path / "config"
        config.write_text(
            f"Host node\n  HostName {node.host}\n  Port {node.port}\n"
            f"  ProxyJump ssh://{outer.user}@{outer.host}:{outer.port},inner\n"
            f"Host inner\n  HostName {inner.host}\n  Port {inner.port}\n"
            f"Host *\n  User {node.user}\n"
        )
        keys = [str(each.key_path) for each in (outer, inner, node)]
        connector = SshConnector(identities=keys, ssh_config=(str(config),), known_hosts=known)
        session = await connector.connect(NodeAddress("node"))
        assert [len(each.connections) for each in (outer, inner, node)] == [1, 1, 1]
        assert (await session.run("echo through", timeout=10)).stdout == "through\n"
        await session.close()
        while outer.connections or inner.connections:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the process table has no event to await


async def test_what_is_wrong_with_a_jump_host_is_told_of_it(tmp_path: Path) -> None:
    async with (
        OpenSshServer(tmp_path / "bastion", host="127.0.0.2") as bastion,
        OpenSshServer(tmp_path / "node", host="127.0.0.3") as node,
    ):
        known = tmp_path / "known_hosts"
        known.write_text(node.known_hosts.read_text())
        config = tmp_path / "config"
        config.write_text(
            f"Host node\n  HostName {node.host}\n  Port {node.port}\n  User {node.user}\n"
            f"  ProxyJump {bastion.user}@{bastion.host}:{bastion.port}\n"
        )
        connector = SshConnector(
            identities=[str(node.key_path)], ssh_config=(str(config),), known_hosts=known
        )
        with pytest.raises(ConnectFailed, match=r"jump host 127\.0\.0\.2: host key not") as caught:
            await connector.connect(NodeAddress("node"))
        assert not isinstance(caught.value, HostKeyUnknown)
        known.write_text(known.read_text() + bastion.known_hosts.read_text())
        with pytest.raises(LoginRefused, match=r"jump host 127\.0\.0\.2: login refused"):
            await connector.connect(NodeAddress("node"))
        bastion.kill_connections()
        await bastion.stop()
        with pytest.raises(ConnectFailed, match=r"jump host 127\.0\.0\.2: connection refused"):
            await connector.connect(NodeAddress("node"))


async def test_waiting_for_a_connection_and_for_a_login_are_told_apart(tmp_path: Path) -> None:
    connector = SshConnector(ssh_config=(), known_hosts=tmp_path / "known_hosts")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        address = NodeAddress("127.0.0.1", port, "root", connect_timeout=0.3, login_timeout=0.4)
        with pytest.raises(ConnectTimeout, match=r"no login within 0\.4 s"):
            await connector.connect(address)
        # Whoever is not taken off a full queue gets no answer at all.
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))
        with pytest.raises(ConnectTimeout, match=r"no answer within 0\.3 s"):
            await connector.connect(address)
        for filler in fillers:
            filler.close()


async def test_a_server_that_hangs_up_or_is_none_is_no_timeout(tmp_path: Path) -> None:
    connector = SshConnector(ssh_config=(), known_hosts=tmp_path / "known_hosts")

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\xff\x1b[2J" * 2000)
        writer.close()

    for serve, words in ((hang_up, "closed the connection|connection reset"), (talk, "SSH failed")):
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            with pytest.raises(ConnectFailed, match=words) as caught:
                await connector.connect(NodeAddress("127.0.0.1", port, "root"))
            assert not isinstance(caught.value, ConnectTimeout)
            assert "\x1b" not in str(caught.value)


async def test_no_common_algorithm_is_told(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    async with await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], encryption_algs=["3des-cbc"]
    ) as listening:
        connector = SshConnector(ssh_config=(), known_hosts=tmp_path / "known_hosts")
        with pytest.raises(ConnectFailed, match="no common algorithm"):
            await connector.connect(NodeAddress("127.0.0.1", listening.get_port(), "root"))
