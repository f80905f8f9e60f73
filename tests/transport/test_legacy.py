"""Old servers: what is offered to whom, and what is said when it does not fit."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from ovmtui.errors import ConnectFailed, LoginRefused
from ovmtui.transport.algorithms import (
    ADDED,
    LEGACY,
    MODERN,
    hang_up_mend,
    legacy_would_do,
    login_mend,
)
from ovmtui.transport.hostkeys import add_host_key
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.ssh import SshConnector
from tests.support.openssh import OpenSshServer, find_sshd
from tests.transport.nodes import address_of, connector_of

WEAK = ("sha1", "md5", "cbc", "arcfour", "dss")
OF_4_3: dict[str, list[str]] = {
    "kex_algs": [
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ],
    "encryption_algs": ["aes128-cbc", "3des-cbc", "aes128-ctr"],
    "mac_algs": ["hmac-md5", "hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}
OPTIONS_OF_4_3 = f"""\
KexAlgorithms {",".join(OF_4_3["kex_algs"])}
Ciphers {",".join(OF_4_3["encryption_algs"])}
MACs {",".join(OF_4_3["mac_algs"])}
HostKeyAlgorithms ssh-rsa
PubkeyAcceptedAlgorithms ssh-rsa,rsa-sha2-256,rsa-sha2-512
"""
"""As far as a newer sshd has it: this one announces RSA signatures with SHA-2 in any case."""


def names_in(packet: bytes) -> list[list[str]]:
    """Return the name lists of a KEXINIT packet."""
    lists, at = [], 17
    for _ in range(10):
        size = int.from_bytes(packet[at : at + 4])
        lists.append(packet[at + 4 : at + 4 + size].decode().split(","))
        at += 4 + size
    return lists


async def offered(connector: SshConnector, address: NodeAddress) -> list[list[str]]:
    """Return the algorithms that reach a server, read off the wire."""
    got: asyncio.Future[list[list[str]]] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-Listener\r\n")
        await reader.readline()
        size = int.from_bytes(await reader.readexactly(4))
        packet = await reader.readexactly(size)
        got.set_result(names_in(packet[1:]))
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with contextlib.suppress(ConnectFailed):
            await connector.connect(replace(address, host="127.0.0.1", port=port))
        return await got


async def test_a_modern_node_is_offered_nothing_weak_even_when_its_rsa_key_is_known(
    tmp_path: Path,
) -> None:
    key = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode()
    known = tmp_path / "known_hosts"
    known.write_text(f"127.0.0.1 {key}")
    connector = SshConnector(ssh_config=(), known_hosts=known)
    lists = await offered(connector, NodeAddress("node", user="root"))
    names = [name for each in lists for name in each]
    assert not [name for name in names if any(word in name for word in WEAK)]
    assert "ssh-rsa" not in names
    # Its own kind is asked for first all the same, or it could not show that key.
    assert lists[1][0].startswith("rsa-sha2-")


async def test_an_old_node_is_offered_exactly_what_openssh_4_3_has_besides(
    tmp_path: Path,
) -> None:
    connector = SshConnector(ssh_config=(), known_hosts=tmp_path / "known_hosts")
    address = NodeAddress("node", user="root")
    modern = await offered(connector, address)
    old = await offered(connector, replace(address, legacy=True))
    again = await offered(connector, address)
    assert again == modern
    added = [[name for name in o if name not in m] for m, o in zip(modern, old, strict=True)]
    assert [set(each) for each in added[:5:2]] == [
        set(ADDED.key_exchanges),
        set(ADDED.ciphers),
        set(ADDED.macs),
    ]
    assert set(added[1]) == {"ssh-rsa", "ssh-dss"}
    # The old ones come last: a modern server that is marked as old is not talked down.
    for now, then, new in zip(modern[:6], old[:6], added[:6], strict=True):
        kinds = [name for name in then if not name.startswith(("ext-info", "kex-strict"))]
        assert kinds[len(kinds) - len(new) :] == new
        assert [name for name in then if name in now] == now


async def test_what_the_ssh_configuration_says_of_algorithms_is_heeded(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n  KexAlgorithms +diffie-hellman-group1-sha1\n  MACs hmac-md5\n")
    connector = SshConnector(ssh_config=(str(config),), known_hosts=tmp_path / "known_hosts")
    lists = await offered(connector, NodeAddress("node", user="root"))
    assert "diffie-hellman-group1-sha1" in lists[0]
    assert lists[4] == ["hmac-md5"]
    assert not [name for name in lists[2] if "cbc" in name]


@contextlib.asynccontextmanager
async def old_sshd(directory: Path, *, client: str) -> AsyncIterator[OpenSshServer]:
    """Run the host's own sshd with what it still has of OpenSSH 4.3."""
    try:
        asked = await asyncio.to_thread(_judged, directory)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this sshd is too new: {error.stderr.strip()}")
    assert "diffie-hellman-group1-sha1" in asked
    async with OpenSshServer(
        directory / "node", key_type="ssh-rsa", client_key_type=client, options=OPTIONS_OF_4_3
    ) as server:
        yield server


def _judged(directory: Path) -> str:
    key = directory / "probe_key"
    asyncssh.generate_private_key("ssh-rsa").write_private_key(key)
    key.chmod(0o600)
    config = directory / "probe_config"
    config.write_text(f"{OPTIONS_OF_4_3}HostKey {key}\n")
    command = [find_sshd(), "-T", "-f", str(config)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


async def test_a_real_sshd_with_the_old_algorithms_lets_in_who_calls_it_old(
    tmp_path: Path,
) -> None:
    async with old_sshd(tmp_path, client="ssh-rsa") as server:
        session = await connector_of(server).connect(replace(address_of(server), legacy=True))
        assert (await session.run("echo in", timeout=10)).stdout == "in\n"
        await session.close()


async def test_a_real_sshd_with_the_old_algorithms_is_told_apart_from_a_broken_one(
    tmp_path: Path,
) -> None:
    async with old_sshd(tmp_path, client="ssh-rsa") as server:
        for _ in range(10):
            with pytest.raises(ConnectFailed) as caught:
                await connector_of(server).connect(address_of(server))
            # sshd may have hung up before what it said was read.
            if "closed the connection" not in caught.value.what:
                break
        assert "no common algorithm" in caught.value.what
        assert "`legacy = true`" in caught.value.mend
        assert "in a network that you trust" in str(caught.value)


async def test_a_key_that_an_old_server_does_not_know_is_told_with_the_mend(
    tmp_path: Path,
) -> None:
    async with old_sshd(tmp_path, client="ssh-ed25519") as server:
        with pytest.raises(LoginRefused, match="RSA keys only") as caught:
            await connector_of(server).connect(replace(address_of(server), legacy=True))
        assert "ssh-keygen -t rsa" in caught.value.mend


@contextlib.asynccontextmanager
async def openssh_4_3(
    directory: Path,
    *,
    client: str = "ssh-rsa",
    host_key: str = "ssh-rsa",
    narrower: dict[str, list[str]] | None = None,
) -> AsyncIterator[tuple[NodeAddress, SshConnector]]:
    """Serve with the algorithms of OpenSSH 4.3 and no others."""
    key, user = asyncssh.generate_private_key(host_key), asyncssh.generate_private_key(client)
    user.write_private_key(directory / "key")
    user.write_public_key(directory / "key.pub")
    async with await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[key],
        server_version="OpenSSH_4.3",
        authorized_client_keys=str(directory / "key.pub"),
        process_factory=lambda process: process.exit(0),
        **(OF_4_3 | (narrower or {})),
    ) as listening:
        port = listening.get_port()
        known = directory / "known_hosts"
        add_host_key(known, "127.0.0.1", port, key.export_public_key().decode())
        connector = SshConnector(
            identities=[str(directory / "key")], ssh_config=(), known_hosts=known
        )
        yield NodeAddress("127.0.0.1", port, "root"), connector


@pytest.mark.parametrize(
    "narrower",
    [
        {},
        *({"kex_algs": [name]} for name in OF_4_3["kex_algs"]),
        *({"encryption_algs": [name]} for name in OF_4_3["encryption_algs"]),
        *({"mac_algs": [name]} for name in OF_4_3["mac_algs"]),
    ],
    ids=str,
)
async def test_each_algorithm_of_openssh_4_3_does(
    tmp_path: Path, narrower: dict[str, list[str]]
) -> None:
    async with openssh_4_3(tmp_path, narrower=narrower) as (address, connector):
        session = await connector.connect(replace(address, legacy=True))
        await session.close()
        with pytest.raises(ConnectFailed, match="legacy = true"):
            await connector.connect(address)


async def test_a_dsa_host_key_of_an_old_server_does(tmp_path: Path) -> None:
    async with openssh_4_3(tmp_path, host_key="ssh-dss") as (address, connector):
        await (await connector.connect(replace(address, legacy=True))).close()


async def test_an_old_servers_refusal_of_a_modern_key_is_explained(tmp_path: Path) -> None:
    async with openssh_4_3(tmp_path, client="ssh-ed25519") as (address, connector):
        asyncssh.generate_private_key("ssh-rsa").write_public_key(tmp_path / "key.pub")
        with pytest.raises(LoginRefused, match="RSA keys only"):
            await connector.connect(replace(address, legacy=True))


def test_what_a_refused_login_needs_depends_on_the_servers_age() -> None:
    assert "ssh-keygen" in login_mend("SSH-2.0-OpenSSH_4.3", ["ssh-ed25519"], legacy=False)
    assert "ssh-keygen" in login_mend("SSH-2.0-OpenSSH_5.3", [], legacy=False)
    assert "legacy = true" in login_mend("SSH-2.0-OpenSSH_6.6", ["ssh-rsa"], legacy=False)
    assert login_mend("SSH-2.0-OpenSSH_6.6", ["ssh-ed25519"], legacy=False) == ""
    assert login_mend("SSH-2.0-OpenSSH_9.2p1 Debian", ["ssh-rsa"], legacy=False) == ""
    assert login_mend("SSH-2.0-dropbear", ["ssh-ed25519"], legacy=False) == ""


def test_an_old_server_that_hangs_up_at_once_is_told_apart_by_its_age() -> None:
    assert "legacy = true" in hang_up_mend("SSH-2.0-OpenSSH_5.3", legacy=False)
    assert hang_up_mend("SSH-2.0-OpenSSH_5.3", legacy=True) == ""
    assert hang_up_mend("SSH-2.0-OpenSSH_9.2p1", legacy=False) == ""
    assert hang_up_mend("", legacy=False) == ""


def test_legacy_is_advised_only_where_it_would_do() -> None:
    text = "No matching {} algorithm found, sent a,b and received {}"
    assert legacy_would_do(text.format("encryption", "3des-cbc"))
    assert legacy_would_do(text.format("MAC", "hmac-ripemd160,hmac-md5"))
    assert not legacy_would_do(text.format("encryption", "arcfour"))
    assert not legacy_would_do(text.format("key exchange", "hmac-md5"))
    assert not legacy_would_do("something else")


def test_the_lists_do_not_overlap() -> None:
    for name in ("key_exchanges", "host_keys", "ciphers", "macs", "signatures"):
        modern, added = set(getattr(MODERN, name)), set(getattr(ADDED, name))
        assert not modern & added
        assert set(getattr(LEGACY, name)) == modern | added


async def test_the_key_exchange_of_old_servers_warns_nobody(tmp_path: Path) -> None:
    """The library's deprecation of it would be printed into the screen."""
    async with openssh_4_3(tmp_path) as (address, _):
        program = (
            "import asyncio, sys\n"
            "from ovmtui.transport.interface import NodeAddress\n"
            "assert 'asyncssh' not in sys.modules\n"
            "from ovmtui.transport.ssh import SshConnector\n"
            "async def main():\n"
            f"    connector = SshConnector(identities=[{str(tmp_path / 'key')!r}],"
            f" ssh_config=(), known_hosts={str(tmp_path / 'known_hosts')!r})\n"
            f"    address = NodeAddress('127.0.0.1', {address.port}, 'root', legacy=True)\n"
            "    session = await connector.connect(address)\n"
            "    await session.close()\n"
            "asyncio.run(main())\n"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "default", "-c", program), stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
    assert process.returncode == 0
    assert b"Deprecat" not in said
    assert b"Diffie" not in said
