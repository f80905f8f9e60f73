"""A password that must turn up nowhere, and what is written and may be read by nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path

import pytest

from ovmtui.simulator.pool import SimulatedPool
from tests.e2e import ovm3
from tests.e2e.driving import PATIENCE
from tests.hostile.terminal import on_terminal
from tests.support.sudo import needs_sudo, sudo_server, sudo_user

BOOM = """
import sys
from ovmtui.cli import masking
from ovmtui.ui.screens.viewing import Viewing
def boom(self):
    (secret, *_) = [form for form in masking.KNOWN._forms if "canary" in form]
    password = secret
    raise RuntimeError(f"the manager said {secret!r} to {{'password': {secret!r}}}")
Viewing.do_sort = boom
from ovmtui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The console, with an error that quotes the password."""


class Watch:
    """Programs run with everything that they say kept, and their arguments looked at."""

    def __init__(self, settings: Path, environment: Mapping[str, str]) -> None:
        self.settings = settings
        self.environment = {**os.environ, **environment}
        self.said = bytearray()
        self.arguments: set[bytes] = set()

    async def run(self, *words: str, kill_at: bytes = b"") -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ovmtui", "--config", str(self.settings), *words),
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self.environment,
        )
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE * 2):
            async for line in process.stdout:
                self.said += line
                self.look()
                if kill_at and kill_at in line:
                    process.kill()
            return await process.wait()

    def look(self) -> None:
        """Keep the arguments of every process that there is."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                self.arguments.add(path.read_bytes())


def private_places(written: Path) -> dict[str, str]:
    """Return an environment in which everything is written below `written`."""
    (written / "temporary").mkdir(parents=True, mode=0o700)
    return {
        "XDG_STATE_HOME": str(written / "state"),
        "XDG_CONFIG_HOME": str(written / "config"),
        "TMPDIR": str(written / "temporary"),
    }


def found_in_files(written: Path, canary: str) -> list[Path]:
    files = [path for path in written.rglob("*") if path.is_file()]
    assert "journal.sqlite3" in {path.name for path in files}, "nothing was written"
    return [path for path in files if canary.encode() in path.read_bytes()]


@pytest.mark.timeout(280)
async def test_the_canary_is_in_no_file_no_output_and_no_argument(
    pool: SimulatedPool, settings_file: Path, tmp_path: Path
) -> None:
    canary = pool.spec.manager_password
    written = tmp_path / "written"
    places = private_places(written)
    watch = Watch(settings_file, places)
    recordings = [written / f"{number}.ovmtui" for number in range(4)]
    record = [("--record", str(path)) for path in recordings]
    # What goes well, and what is broken off and gone on with by another console.
    assert await watch.run(*record[0], "list", "--ha") == 0
    await watch.run(*record[1], "stop", "ovmguest1", "--yes", kill_at=b"-p XXXXXX")
    await watch.run(*record[2], "jobs", "resume", "--all", "--yes")
    # A manager that says what it was told.
    await pool.faults.manager_complains(f"cannot log admin in with {canary}, password={canary}")
    assert await watch.run(*record[3], "ha", "off", "web01", "--yes") != 0
    await watch.run("list", "--ha")
    await watch.run("check")
    await watch.run("setup", "ovm1", "--reconfigure", "--yes")
    await watch.run("history", "--commands")
    await watch.run("history", "--export", str(written / "audit.csv"))
    await pool.faults.manager_up()
    # An error that nobody foresaw, with the password in its text.
    arguments = ("-c", BOOM, "--config", str(settings_file))
    async with on_terminal(*arguments, environment=places) as console:
        await console.until("▲")
        await console.press("o", "report:")
        assert await console.process.wait() == 1
        await console.ended.wait()
        watch.said += console.sent
    (report,) = written.rglob("crash-*.txt")
    assert "RuntimeError" in report.read_text()
    assert "XXXXXX" in report.read_text()

    assert (written / "audit.csv").exists()
    assert recordings[0].exists()
    assert found_in_files(written, canary) == []
    assert canary.encode() not in watch.said
    told = [line for line in watch.arguments if canary.encode() in line]
    # `ovm` itself has no other way to be told it.
    assert [line for line in told if b"ovm\0-u\0" not in line] == []
    for path in (written, *written.rglob("*")):
        if path != written:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.timeout(120)
async def test_the_password_of_an_oracle_vm_3_manager_is_nowhere_either(tmp_path: Path) -> None:
    """It goes through SSH's own login, so that no argument on any machine has it."""
    written = tmp_path / "written"
    watch_in = private_places(written)
    async with ovm3.pool_in(tmp_path) as pool:
        settings = ovm3.write_settings(pool, tmp_path / "ovmtui.toml")
        watch = Watch(settings, watch_in)
        name = ovm3.DB.simple_name
        assert await watch.run("--record", str(written / "0.ovmtui"), "list", "--ha") == 0
        await watch.run("ha", "off", name, "--yes", kill_at=b"highAvailability=No")
        await watch.run("jobs", "resume", "--all", "--yes")
        await pool.faults.manager_complains(f"Internal error near {ovm3.PASSWORD}")
        assert await watch.run("ha", "on", name, "--yes") != 0
        await pool.faults.manager_up()
        pool.password_file.write_text(f"wrong-{ovm3.PASSWORD}\n")
        await watch.run("check")
        await watch.run("history", "--export", str(written / "audit.csv"))
    assert (written / "0.ovmtui").exists()
    assert found_in_files(written, ovm3.PASSWORD) == []
    assert b"XXXXXX" in watch.said, "the manager never said it"
    assert ovm3.PASSWORD.encode() not in watch.said
    assert [line for line in watch.arguments if ovm3.PASSWORD.encode() in line] == []


@needs_sudo
@pytest.mark.timeout(120)
async def test_the_password_of_sudo_is_nowhere_either(tmp_path: Path) -> None:
    """It goes to the node through the standard input of a channel, for sudo alone."""
    written = tmp_path / "written"
    with sudo_user() as user:
        user.may("ALL=(root) ALL")
        environment = private_places(written) | {"SUDO_SECRET": user.password}
        async with sudo_server(user) as server:
            login = f"user = '{user.name}', sudo = {{ password_env = 'SUDO_SECRET' }}"
            node = f"{{ name = 'ovm1', host = '{server.host}', port = {server.port}, {login} }}"
            settings = tmp_path / "ovmtui.toml"
            settings.write_text(
                f"known_hosts = '{server.known_hosts}'\nidentities = ['{server.key_path}']\n"
                f"ssh_config = []\n[pools.pool1]\nnodes = [{node}]\n"
            )
            watch = Watch(settings, environment)
            await watch.run("--record", str(written / "0.ovmtui"), "check")
            await watch.run("--record", str(written / "1.ovmtui"), "list")
            # A sudo that says no, so that there is an error to be told.
            user.change_password(f"another-{user.password}")
            await watch.run("--record", str(written / "2.ovmtui"), "check", "--json")
            await watch.run("history", "--commands")
    assert b"root" in watch.said, "sudo never let anybody in"
    assert (written / "2.ovmtui").exists()
    assert found_in_files(written, user.password) == []
    assert user.password.encode() not in watch.said
    assert [line for line in watch.arguments if user.password.encode() in line] == []
