"""Certificates of users and hosts, the agent, and host keys that a server announces."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import asyncssh
import pytest

from ovmtui.errors import HostKeyChanged, HostKeyUnknown, LoginRefused
from ovmtui.transport.hostkeys import one_line
from ovmtui.transport.ssh import SshConnector
from tests.support.openssh import OpenSshServer
from tests.transport.nodes import address_of, connector_of
from tests.transport.test_login import agent, greeting


def make_authority(directory: Path) -> asyncssh.SSHKey:
    authority = asyncssh.generate_private_key("ssh-ed25519")
    authority.write_private_key(directory / "ca")
    (directory / "ca").chmod(0o600)
    authority.write_public_key(directory / "ca.pub")
    return authority


def sign(directory: Path, key: Path, *options: str) -> None:
    command = [
        "ssh-keygen",
        "-q",
        "-s",
        str(directory / "ca"),
        "-I",
        "test",
        *options,
        f"{key}.pub",
    ]
    subprocess.run(command, check=True, capture_output=True)


async def test_a_user_certificate_lets_in_without_any_authorized_key(tmp_path: Path) -> None:
    make_authority(tmp_path)
    async with OpenSshServer(
        tmp_path / "node", options=f"TrustedUserCAKeys {tmp_path / 'ca.pub'}"
    ) as server:
        server.authorized_keys.write_text("")
        connector = connector_of(server)
        with pytest.raises(LoginRefused):
            await connector.connect(address_of(server))
        await asyncio.to_thread(sign, tmp_path, server.key_path, "-n", server.user)
        # One that is made while the console runs is found.
        assert await greeting(connector, address_of(server)) == "hello\n"
        await asyncio.to_thread(sign, tmp_path, server.key_path, "-n", "somebody-else")
        with pytest.raises(LoginRefused):
            await connector_of(server).connect(address_of(server))


async def test_a_host_certificate_is_trusted_by_its_authority_and_its_name(
    tmp_path: Path,
) -> None:
    authority = make_authority(tmp_path)
    server = OpenSshServer(tmp_path / "node")
    server.options = f"HostCertificate {server.host_key_path}-cert.pub"
    async with server:
        await asyncio.to_thread(sign, tmp_path, server.host_key_path, "-h", "-n", server.host)
        await server.stop()
        await server.start()
        line = one_line(authority)
        server.known_hosts.write_text(f"@cert-authority {server.host} {line}\n")
        assert await greeting(connector_of(server), address_of(server)) == "hello\n"
        server.known_hosts.write_text(f"@cert-authority other.example.com {line}\n")
        with pytest.raises(HostKeyUnknown):
            await connector_of(server).connect(address_of(server))
        server.known_hosts.write_text(f"@cert-authority * {line}\n@revoked * {line}\n")
        with pytest.raises((HostKeyChanged, HostKeyUnknown)):
            await connector_of(server).connect(address_of(server))
        await asyncio.to_thread(sign, tmp_path, server.host_key_path, "-h", "-n", "another")
        await server.stop()
        await server.start()
        server.known_hosts.write_text(f"@cert-authority * {line}\n")
        with pytest.raises((HostKeyChanged, HostKeyUnknown)):
            await connector_of(server).connect(address_of(server))


async def test_the_agent_is_used_and_never_forwarded(
    server: OpenSshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n  ForwardAgent yes\n  ForwardX11 yes\n")
    async with agent(tmp_path, server.key_path) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        connector = SshConnector(ssh_config=(str(config),), known_hosts=server.known_hosts)
        session = await connector.connect(address_of(server))
        result = await session.run('echo "<$SSH_AUTH_SOCK><$DISPLAY>"', timeout=10)
        await session.close()
    assert result.stdout == "<><>\n"


async def test_other_host_keys_that_a_server_announces_change_nothing(tmp_path: Path) -> None:
    second = asyncssh.generate_private_key("ssh-rsa")
    second.write_private_key(tmp_path / "second")
    (tmp_path / "second").chmod(0o600)
    async with OpenSshServer(
        tmp_path / "node", options=f'HostKey "{tmp_path / "second"}"'
    ) as server:
        before = server.known_hosts.read_bytes()
        session = await connector_of(server).connect(address_of(server))
        assert (await session.run("echo one", timeout=10)).stdout == "one\n"
        assert (await session.run("echo two", timeout=10)).stdout == "two\n"
        await session.close()
        assert server.known_hosts.read_bytes() == before


async def test_a_changed_key_tells_both_and_where_the_old_one_stands(
    server: OpenSshServer,
) -> None:
    old = asyncssh.generate_private_key("ssh-ed25519")
    known = server.known_hosts
    known.write_text(f"# first\n[{server.host}]:{server.port} {one_line(old)}\n")
    with pytest.raises(HostKeyChanged, match="HOST KEY CHANGED") as caught:
        await connector_of(server).connect(address_of(server))
    change = caught.value.change
    assert change is not None
    assert change.key == server.host_key
    (entry,) = change.entries
    assert (entry.place, entry.fingerprint) == (f"{known}:2", old.get_fingerprint())


async def test_a_revoked_key_leaves_nothing_to_decide(server: OpenSshServer) -> None:
    known = server.known_hosts
    known.write_text(f"{known.read_text()}@revoked * {server.host_key}\n")
    with pytest.raises(HostKeyChanged, match="REVOKED") as caught:
        await connector_of(server).connect(address_of(server))
    assert caught.value.change is None
