"""sudo and changed host keys through the whole program."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from msgspec.structs import replace

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.plan.elevation import through_sudo
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.render import render
from ovmtui.runtime.interface import KeyChange
from ovmtui.runtime.wiring import entrances
from ovmtui.transport.hostkeys import one_line
from tests.e2e.conftest import Open
from tests.support.openssh import OpenSshServer
from tests.support.sudo import SudoUser, needs_sudo, sudo_server, sudo_user

pytestmark = pytest.mark.timeout(90)


def write_settings(path: Path, server: OpenSshServer, *, more: str = "") -> Path:
    path.write_text(
        f'known_hosts = "{server.known_hosts}"\nidentities = ["{server.key_path}"]\n'
        "ssh_config = []\n[timeouts]\nconnect = 5\nlogin = 5\n[pools.pool1]\n"
        f'nodes = [{{ name = "ovm1", host = "{server.host}", port = {server.port}, '
        f'user = "{server.user}"{more} }}]\n'
    )
    return path


def everything_in(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def ovmtui(settings: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ovmtui", "--config", str(settings), *arguments),
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[OpenSshServer]:
    async with OpenSshServer(tmp_path / "node") as running:
        yield running


@pytest.fixture
def user() -> Iterator[SudoUser]:
    with sudo_user() as made_up:
        yield made_up


async def test_a_changed_key_is_replaced_by_its_fingerprint_only(
    server: OpenSshServer, state: Path, tmp_path: Path
) -> None:
    settings = write_settings(tmp_path / "ovmtui.toml", server)
    code, out, _ = await ovmtui(settings, "hostkey", "ovm1")
    assert (code, "its host key is known" in out) == (0, True)
    old = asyncssh.generate_private_key("ssh-ed25519")
    known = server.known_hosts
    known.write_text(f"[{server.host}]:{server.port} {one_line(old)}\n")
    before = known.read_text()
    code, out, _ = await ovmtui(settings, "hostkey", "ovm1", "--json")
    seen = json.loads(out)
    assert (code, seen["state"]) == (3, "changed")
    assert seen["known"][0]["fingerprint"] == old.get_fingerprint()
    assert (seen["known"][0]["file"], seen["known"][0]["line"]) == (str(known), 1)
    code, _, err = await ovmtui(settings, "hostkey", "ovm1", "--accept", old.get_fingerprint())
    assert (code, "is not trusted" in err) == (3, True)
    assert known.read_text() == before
    code, out, err = await ovmtui(settings, "hostkey", "ovm1", "--accept", seen["shown"])
    assert (code, err) == (0, "")
    assert before.strip() in known.read_text()
    code, _, _ = await ovmtui(settings, "hostkey", "pool1/ovm1")
    assert code == 0
    code, out, _ = await ovmtui(settings, "history", "--commands", "--json")
    (row,) = json.loads(out)
    assert (row["verb"], row["outcome"]) == ("host-key", "done")
    assert one_line(old) in row["command"]
    assert seen["shown"] in row["command"]


async def test_a_new_key_is_trusted_by_its_fingerprint_and_a_revoked_one_never(
    server: OpenSshServer, state: Path, tmp_path: Path
) -> None:
    settings = write_settings(tmp_path / "ovmtui.toml", server)
    server.known_hosts.write_text(f"@revoked * {server.host_key}\n")
    fingerprint = asyncssh.import_public_key(server.host_key).get_fingerprint()
    code, _, err = await ovmtui(settings, "hostkey", "ovm1", "--accept", fingerprint)
    assert (code, "REVOKED" in err) == (3, True)
    server.known_hosts.write_text("")
    code, out, _ = await ovmtui(settings, "hostkey", "ovm1")
    assert (code, fingerprint in out) == (3, True)
    code, _, _ = await ovmtui(settings, "hostkey", "ovm1", "--accept", fingerprint)
    assert code == 0
    assert server.host_key in server.known_hosts.read_text()
    code, _, err = await ovmtui(settings, "hostkey", "ovm9")
    assert (code, "no node is called ovm9" in err) == (2, True)


async def test_the_console_is_told_of_a_changed_key_and_connects_once_it_is_replaced(
    server: OpenSshServer, state: Path, tmp_path: Path
) -> None:
    settings = load.load(write_settings(tmp_path / "ovmtui.toml", server))
    old = asyncssh.generate_private_key("ssh-ed25519")
    server.known_hosts.write_text(f"[{server.host}]:{server.port} {one_line(old)}\n")
    asked: list[KeyChange] = []
    async with opening.service(settings) as running:
        running.subscribe(lambda u: asked.append(u) if isinstance(u, KeyChange) else None)
        await running.settled(timeout=20)
        (node,) = running.snapshot.nodes
        assert "HOST KEY CHANGED" in running.snapshot.nodes[node].problem
        found = await running.checkup.pool("pool1", locks=False)
        login = next(one for one in found if one.name == "login")
        assert login.fix is not None
        assert login.fix.text.startswith("ovmtui hostkey pool1/ovm1")
        (question,) = asked
        await running.replace_host_key(question)
        await running._watchers[node].reconnected()


@needs_sudo
@pytest.mark.parametrize("asked", [False, True], ids=["free", "asked"])
async def test_check_says_what_sudo_needs_and_is_content_once_it_is_set(
    user: SudoUser, state: Path, tmp_path: Path, asked: bool
) -> None:
    user.may("ALL=(root) ALL" if asked else "ALL=(root) NOPASSWD: ALL")
    async with sudo_server(user) as server:

        async def privileges(more: str) -> dict[str, Any]:
            settings = write_settings(tmp_path / "ovmtui.toml", server, more=more)
            _, out, _ = await ovmtui(settings, "check", "--json", SUDO_SECRET=user.password)
            assert user.password not in out
            found = {one["check"]: one for one in json.loads(out)}
            chosen: dict[str, Any] = found.get("privileges", found["login"])
            return chosen

        seen = await privileges("")
        assert seen["standing"] == "fails"
        said = "sudo asks for a password" if asked else "sudo asks for no password"
        assert said in str(seen["seen"])
        assert "sudo = true" in str(seen["fix"])
        source = 'sudo = { password_env = "SUDO_SECRET" }' if asked else "sudo = true"
        seen = await privileges(f", {source}")
        assert (seen["check"], seen["standing"], seen["seen"]) == ("privileges", "holds", "root")
        if asked:
            seen = await privileges(", sudo = true")
            assert seen["check"] == "login"
            assert "sudo asks for a password" in str(seen["seen"])
            assert "password_prompt" in str(seen["fix"])
        user.may("ALL=(root) NOPASSWD: ALL", defaults="requiretty")
        seen = await privileges(", sudo = true")
        assert "requiretty" in str(seen["fix"])
    assert user.password.encode() not in await asyncio.to_thread(everything_in, state)


async def test_a_plan_shows_the_sudo_through_which_it_is_run(
    open_service: Open, settings_file: Path
) -> None:
    settings = load.load(settings_file)
    pools = {name: replace(pool, sudo=True) for name, pool in settings.pools.items()}
    ways = entrances(replace(settings, pools=pools))
    async with open_service() as running:
        vm = next(vm for vm in running.snapshot.vms.values() if vm.name == "plain1")
        plan = running.plan(Intent(Verb.STOP, vm.key))
        shown = render(through_sudo(plan, ways))
        assert "sudo -n -H xm shutdown plain1" in shown
        assert shown.replace("sudo -n -H ", "") == render(plan)
        assert set(ways) == set(running.snapshot.nodes)
