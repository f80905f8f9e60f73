"""Everything that a session can do, as a user who becomes root with the real sudo."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from ovmtui.errors import NodeLost, SecretUnavailable, SudoRefused
from ovmtui.model.job import Stream
from ovmtui.transport.interface import Elevation, NodeAddress
from ovmtui.transport.session import SshSession
from tests.support.openssh import OpenSshServer, all_processes
from tests.support.sudo import (
    ROOTS_JOBS,
    SudoUser,
    gone,
    needs_sudo,
    running,
    sudo_server,
    sudo_user,
)
from tests.transport.nodes import Heard, address_of, connector_of
from tests.transport.test_terminal import Terminal

pytestmark = [needs_sudo, pytest.mark.timeout(90)]

FREE = "ALL=(root) NOPASSWD: ALL"
ASKED = "ALL=(root) ALL"


@pytest.fixture
def user() -> Iterator[SudoUser]:
    with sudo_user() as made_up:
        yield made_up


@pytest.fixture
async def server(user: SudoUser) -> AsyncIterator[OpenSshServer]:
    async with sudo_server(user) as running_server:
        yield running_server


def address(server: OpenSshServer, password: str | None = None) -> NodeAddress:
    async def give() -> str:
        assert password is not None
        return password

    elevation = Elevation(give if password is not None else None)
    return replace(address_of(server), elevation=elevation)


@pytest.fixture(params=["free", "asked", "asked, no cache", "asked, in a pty"])
async def session(
    request: pytest.FixtureRequest, user: SudoUser, server: OpenSshServer
) -> AsyncIterator[SshSession]:
    """A session of each kind of sudo; in the last one sudo has a terminal of its own."""
    defaults = {"asked, no cache": "timestamp_timeout=0", "asked, in a pty": "use_pty"}
    asked = request.param != "free"
    user.may(ASKED if asked else FREE, defaults=defaults.get(request.param, "!use_pty"))
    opened = await connector_of(server).connect(address(server, user.password if asked else None))
    yield opened
    await opened.close()


@pytest.fixture
def job() -> Iterator[str]:
    name = f"test-{secrets.token_hex(6)}"
    yield name
    shutil.rmtree(ROOTS_JOBS / name, ignore_errors=True)


async def test_a_command_is_roots_and_its_streams_and_status_are_its_own(
    session: SshSession, user: SudoUser
) -> None:
    script = "id -u; echo $HOME; echo trouble >&2; exit 7"
    result = await session.run(script, timeout=20)
    assert (result.exit_status, result.stdout, result.stderr) == (7, "0\n/root\n", "trouble\n")
    assert session.user == user.name


async def test_a_secret_reaches_the_command_and_nothing_else(
    session: SshSession, user: SudoUser
) -> None:
    script = "printf '<%s>' \"$OVMTUI_SECRET\"; cat /proc/*/cmdline /proc/*/environ 2>/dev/null"
    secret = f"canary-{secrets.token_hex(6)}"
    result = await session.run(script, timeout=20, secret=secret)
    assert result.stdout.startswith(f"<{secret}>")
    assert secret not in result.stdout.removeprefix(f"<{secret}>")
    assert user.password not in result.stdout + result.stderr


async def test_a_command_that_nobody_waits_for_is_killed_with_its_children(
    session: SshSession,
) -> None:
    mark = str(secrets.randbelow(10**6) + 10**6)
    heard = Heard()
    waiting = asyncio.create_task(
        session.run(f"echo on; sleep {mark} & sleep {mark}", timeout=60, on_output=heard.take)
    )
    await heard.until("on")
    assert running(mark)
    waiting.cancel()
    await gone(mark)
    assert (await session.run("echo still", timeout=20)).stdout == "still\n"


async def test_a_lost_connection_kills_what_was_bound_to_it(
    session: SshSession, server: OpenSshServer
) -> None:
    mark = str(secrets.randbelow(10**6) + 10**6)
    heard = Heard()
    waiting = asyncio.create_task(
        session.run(f"echo on; sleep {mark} & sleep {mark}", timeout=60, on_output=heard.take)
    )
    await heard.until("on")
    server.kill_connections()
    with pytest.raises(NodeLost):
        await waiting
    await gone(mark)


async def test_a_detached_job_is_in_roots_place_and_outlives_the_connection(
    session: SshSession, server: OpenSshServer, user: SudoUser, job: str
) -> None:
    go = user.home / "go"
    heard = Heard()
    script = f"id -u; echo $OVMTUI_JOB; while [ ! -e {go} ]; do sleep 0.05; done; echo end; exit 3"
    following = asyncio.create_task(
        session.run_detached(job, script, timeout=60, on_output=heard.take)
    )
    await heard.until(job)
    assert heard.text() == f"0\n{ROOTS_JOBS / job}\n"
    status = (ROOTS_JOBS / job).stat()
    assert (status.st_uid, status.st_mode & 0o777) == (0, 0o700)
    leader = int((ROOTS_JOBS / job / "leader").read_text().split()[0])
    assert os.stat(f"/proc/{leader}").st_uid == 0
    server.kill_connections()
    with pytest.raises(NodeLost):
        await following
    assert leader in all_processes()
    go.touch()
    user.may(FREE)
    again = await connector_of(server).connect(address(server))
    result = await again.run_detached(
        job, script, timeout=30, on_output=heard.take, offsets=heard.offsets, start=False
    )
    assert (result.started, result.exit_status) == (True, 3)
    assert heard.text().endswith(f"{job}\nend\n")
    await again.forget_detached(job)
    assert not (ROOTS_JOBS / job).exists()
    await again.close()


async def test_a_detached_job_gets_its_secret(session: SshSession, job: str) -> None:
    heard = Heard()
    result = await session.run_detached(
        job, 'echo "<$OVMTUI_SECRET>"', timeout=30, secret="a b'c", on_output=heard.take
    )
    assert (result.exit_status, heard.text()) == (0, "<a b'c>\n")
    assert "a b'c" not in (ROOTS_JOBS / job / "command").read_text()


async def test_a_program_that_asks_is_talked_to_as_root(
    session: SshSession, user: SudoUser
) -> None:
    asked: list[str] = []

    def reply(pending: str, *, quiet: bool) -> str | None:
        asked.append(pending)
        return "oracle" if pending.endswith("name? ") else None

    script = "tty >/dev/null && printf 'name? '; read name; echo \"$(id -u) $name\"; exit 4"
    result = await session.converse(script, timeout=20, silence=5, reply=reply)
    assert result.exit_status == 4
    assert "0 oracle" in result.stdout
    assert user.password not in result.stdout
    assert not any(user.password in text or "\x1e" in text for text in asked)


async def test_a_terminal_is_roots_with_its_size_and_goes_when_the_operator_leaves(
    session: SshSession, user: SudoUser
) -> None:
    terminal = Terminal()
    mark = str(secrets.randbelow(10**6) + 10**6)
    script = f"id -u; stty size; echo ready; sleep {mark}"
    visiting = asyncio.create_task(session.interact(script, terminal))
    await terminal.until(b"ready")
    assert terminal.shown.split()[:3] == [b"0", b"30", b"100"]
    terminal.keys.put_nowait(b"")
    async with asyncio.timeout(20):
        await visiting
    await gone(mark)
    assert user.password.encode() not in terminal.shown


async def test_a_login_shell_is_roots(session: SshSession) -> None:
    terminal = Terminal()
    visiting = asyncio.create_task(session.interact("", terminal))
    terminal.keys.put_nowait(b'echo "I am $(id -u) in $PWD"; exit 5\n')
    await terminal.until(b"I am 0 in /root")
    assert await visiting == 5


@pytest.mark.parametrize(
    ("rule", "defaults", "given", "what", "mend"),
    [
        (ASKED, "", None, "sudo asks for a password", "password_prompt"),
        (ASKED, "", "wrong", "does not accept the password", "sudo` table"),
        (FREE, "requiretty", None, "requiretty is on", "!requiretty"),
        (ASKED, "requiretty", "right", "requiretty is on", "!requiretty"),
        ("ALL=(root) NOPASSWD: /bin/true", "", None, "asks for a password|run a shell", "visudo"),
        ("ALL=(root) /bin/true", "", "right", "does not let .* run a shell", "visudo"),
    ],
)
async def test_what_sudo_refuses_is_told_with_a_mend(
    user: SudoUser,
    server: OpenSshServer,
    rule: str,
    defaults: str,
    given: str | None,
    what: str,
    mend: str,
) -> None:
    user.may(rule, defaults=defaults)
    password = user.password if given == "right" else given
    with pytest.raises(SudoRefused, match=what) as caught:
        await connector_of(server).connect(address(server, password))
    assert mend in caught.value.mend
    assert user.password not in str(caught.value)
    assert "wrong" not in str(caught.value)


async def test_a_user_whom_sudo_does_not_know_is_told(
    user: SudoUser, server: OpenSshServer
) -> None:
    with pytest.raises(SudoRefused, match="run a shell as root"):
        await connector_of(server).connect(address(server, user.password))


async def test_a_password_that_no_source_gives_is_told(
    user: SudoUser, server: OpenSshServer
) -> None:
    async def give() -> str:
        raise SecretUnavailable("the file secret gives no password")

    user.may(ASKED)
    there = replace(address_of(server), elevation=Elevation(give))
    with pytest.raises(SudoRefused, match="the file secret gives no password"):
        await connector_of(server).connect(there)


async def test_a_password_that_becomes_wrong_ends_the_connection_and_starts_nothing(
    user: SudoUser, server: OpenSshServer, job: str
) -> None:
    user.may(ASKED, defaults="timestamp_timeout=0")
    session = await connector_of(server).connect(address(server, user.password))
    assert (await session.run("id -u", timeout=20)).stdout == "0\n"
    user.change_password("another")
    heard = Heard()
    with pytest.raises(NodeLost, match="sudo"):
        await session.run_detached(
            job, "echo begun", timeout=20, secret="canary-manager", on_output=heard.take
        )
    assert heard.text() + heard.text(Stream.STDERR) == ""
    assert not (ROOTS_JOBS / job).exists()
    async with asyncio.timeout(10):
        await session.wait_closed()


async def test_sudos_own_log_has_no_script_and_no_secret(
    user: SudoUser, server: OpenSshServer
) -> None:
    log = user.home / "sudo.log"
    user.may(ASKED, defaults=f"logfile={log}")
    session = await connector_of(server).connect(address(server, user.password))
    await session.run(f"echo {'long ' * 500}", timeout=20, secret="canary-manager")
    await session.close()
    said = log.read_text()
    assert "COMMAND=" in said
    assert "long long" not in said
    assert "canary-manager" not in said
    assert user.password not in said


async def test_many_commands_at_once_are_kept_apart(user: SudoUser, server: OpenSshServer) -> None:
    user.may(ASKED)
    session = await connector_of(server).connect(address(server, user.password))
    results = await asyncio.gather(
        *(session.run(f"echo {number}", timeout=30) for number in range(12))
    )
    assert [result.stdout for result in results] == [f"{number}\n" for number in range(12)]
    await session.close()
