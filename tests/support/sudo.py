"""A local user of the real sudo, made up for one test and gone after it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.openssh import OpenSshServer, all_processes

_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_RULES = Path("/etc/sudoers.d")
ROOTS_JOBS = Path("/var/lib/ovmtui/jobs")
"""Where detached jobs of root are."""


def _path_of(name: str) -> str | None:
    return shutil.which(name, path=_PLACES)


def why_not() -> str:
    """Return why there can be no such user here; empty when there can."""
    if os.geteuid() != 0:
        return "only root can make up a user for sudo"
    missing = [name for name in ("sudo", "useradd", "chpasswd") if not _path_of(name)]
    return f"{' and '.join(missing)} not installed: run `make sudo`" if missing else ""


needs_sudo = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it is there")


class SudoUser:
    """Someone who is not root, and what sudo lets them do."""

    def __init__(self, home: Path) -> None:
        """Make them up; use `sudo_user` instead."""
        self.home = home
        self.name = f"ovmtui{secrets.token_hex(4)}"
        self.password = f"canary-{secrets.token_hex(8)}"
        self._rule = _RULES / self.name

    def make(self) -> None:
        """Write them into the system's files."""
        _run(
            "useradd", "--no-create-home", "--home-dir", str(self.home), "-s", "/bin/sh", self.name
        )
        self.change_password(self.password)

    def change_password(self, password: str) -> None:
        """Give them another password."""
        _run("chpasswd", said=f"{self.name}:{password}\n")

    def may(self, rule: str, *, defaults: str = "") -> None:
        """Let sudo heed `rule`, such as `ALL=(root) NOPASSWD: ALL`, for them."""
        lines = [f"Defaults:{self.name} {defaults}"] if defaults else []
        self._rule.write_text("\n".join([*lines, f"{self.name} {rule}", ""]))
        self._rule.chmod(0o440)

    def remove(self) -> None:
        """Take them out again, with their processes."""
        self._rule.unlink(missing_ok=True)
        for name in ("ts", "lectured"):
            for place in (Path("/run/sudo"), Path("/var/lib/sudo")):
                (place / name / self.name).unlink(missing_ok=True)
        _run("userdel", "--force", self.name)


@contextlib.contextmanager
def sudo_user() -> Iterator[SudoUser]:
    """Make somebody up for as long as the context lasts."""
    home = Path(tempfile.mkdtemp(prefix="ovmtui-sudo-"))
    home.chmod(0o755)
    user = SudoUser(home)
    try:
        user.make()
        yield user
    finally:
        user.remove()
        shutil.rmtree(home)


@contextlib.asynccontextmanager
async def sudo_server(user: SudoUser) -> AsyncIterator[OpenSshServer]:
    """Run an sshd for them; what they run as root finds no variable of the test."""
    async with OpenSshServer(user.home / "node", user=user.name) as server:
        user.home.joinpath("node").chmod(0o755)
        server.authorized_keys.chmod(0o644)
        yield server


def running(text: str) -> list[int]:
    """Return the ids of root's and everybody's processes with `text` among their arguments."""
    found = []
    for pid in all_processes():
        with contextlib.suppress(OSError):
            if text.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


async def gone(text: str) -> None:
    """Return when no process has `text` among its arguments."""
    async with asyncio.timeout(20):
        while running(text):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the process table has no event to await


def _run(name: str, *arguments: str, said: str = "") -> None:
    found = _path_of(name)
    assert found is not None, why_not()
    subprocess.run(
        [found, *arguments], input=said.encode(), check=True, capture_output=True, timeout=30
    )
