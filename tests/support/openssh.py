"""The host's own sshd on a loopback address, with throw-away keys, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncssh

_CONFIG = """\
{options}
ListenAddress {host}
Port {port}
HostKey "{host_key}"
AuthorizedKeysFile "{authorized_keys}"
PidFile none
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
PrintMotd no
LogLevel VERBOSE
SetEnv {environment}
ForceCommand {force}
"""
_PLACES = "/usr/sbin:/usr/local/sbin:/sbin"
_PRIVILEGE_SEPARATION = Path("/run/sshd")


def find_sshd() -> str:
    """Return the absolute path of sshd, on which sshd itself insists."""
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:{_PLACES}")
    assert found is not None, "these tests need OpenSSH's server: run `make sshd`"
    return str(Path(found).absolute())


class OpenSshServer:
    """Runs an sshd of its own while the context lasts.

    Its commands have the directory as their home and `OVMTUI_JOBS` below it. They carry
    a mark in their environment, by which `processes` finds all that was left behind.
    """

    def __init__(
        self,
        directory: Path,
        *,
        host: str = "127.0.0.1",
        shell: str = "bash",
        key_type: str = "ssh-ed25519",
        client_key_type: str = "ssh-ed25519",
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        options: str = "",
    ) -> None:
        """Use `directory` for keys and files; `shell` runs the text of each command.

        `user` logs in, by default whoever runs the test; `options` are lines for sshd.
        """
        self.directory = directory
        self.host = host
        self.port = 0
        self.user = user or os.environ.get("USER") or "root"
        self.options = options
        """Lines of sshd's configuration that go before all others; heeded at the next start."""
        self.key_path = directory / "client_key"
        self.host_key_path = directory / "host_key"
        self.known_hosts = directory / "known_hosts"
        self.jobs = directory / "jobs"
        self._shell = shell
        self._key_types = {self.key_path: client_key_type, self.host_key_path: key_type}
        self._mark = secrets.token_hex(8)
        self._environment = {
            "HOME": str(directory),
            "OVMTUI_JOBS": str(self.jobs),
            "OVMTUI_TEST_MARK": self._mark,
            **(environment or {}),
        }
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Write keys and configuration, and start sshd."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)  # noqa: ASYNC240  # once
        await asyncio.to_thread(self._write_keys)
        self.port = self.port or free_port(self.host)
        self.trust()
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End sshd, its connections, and whatever its commands have left."""
        self.kill_connections()
        await self.stop()
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def _write_keys(self) -> None:
        for path, kind in self._key_types.items():
            if not path.exists():
                key = asyncssh.generate_private_key(kind)
                key.write_private_key(path)
                path.chmod(0o600)
                key.write_public_key(f"{path}.pub")
        self.authorized_keys.write_bytes(Path(f"{self.key_path}.pub").read_bytes())

    @property
    def authorized_keys(self) -> Path:
        """The file of the keys that may log in."""
        return self.directory / "authorized_keys"

    @property
    def host_key(self) -> str:
        """The host's public key in one line, without a comment."""
        return " ".join(Path(f"{self.host_key_path}.pub").read_text().split()[:2])

    def trust(self) -> None:
        """Write the host key to `known_hosts`, and nothing else."""
        self.known_hosts.write_text(f"[{self.host}]:{self.port} {self.host_key}\n")

    async def start(self) -> None:
        """Start sshd, on the same port as before, and wait until it listens."""
        config = self.directory / "sshd_config"
        command = self.directory / "command"
        command.write_text(f'#!/bin/sh\nexec {self._shell} -c "$SSH_ORIGINAL_COMMAND"\n')
        command.chmod(0o755)
        words = (f'"{name}={value}"' for name, value in self._environment.items())
        config.write_text(
            _CONFIG.format(
                options=self.options,
                host=self.host,
                port=self.port,
                host_key=self.host_key_path,
                authorized_keys=self.authorized_keys,
                environment=" ".join(words),
                force=command,
            )
        )
        self._process = await asyncio.create_subprocess_exec(
            find_sshd(),
            *("-D", "-e", "-f", str(config)),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stderr is not None
        said = b""
        while b"Server listening on" not in said:
            line = await self._process.stderr.readline()
            assert line, f"sshd does not start: {said.decode()}"
            said += line
        self._draining = asyncio.create_task(self._process.stderr.read())

    async def stop(self) -> None:
        """End the listening sshd; its connections go on."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            self._draining.cancel()

    @property
    def connections(self) -> tuple[int, ...]:
        """Process ids of the sshd that serve a connection each."""
        assert self._process is not None
        return tuple(pid for pid in all_processes() if parent_of(pid) == self._process.pid)

    def kill_connections(self) -> None:
        """Break every connection, as a node does that dies."""
        monitors = self.connections
        # Of a user who is not root each is two: the one that has the socket is its child.
        theirs = [
            pid
            for pid in all_processes()
            if parent_of(pid) in monitors and arguments_of(pid).startswith(b"sshd")
        ]
        for pid in (*monitors, *theirs):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self) -> tuple[int, ...]:
        """Process ids of the commands and all that they started, wherever they belong."""
        mark = f"OVMTUI_TEST_MARK={self._mark}".encode()
        return tuple(pid for pid in all_processes() if mark in environment_of(pid).split(b"\0"))

    async def quiet(self) -> None:
        """Return when no process of any command is left."""
        while self.processes():  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the process table has no event to await

    async def busy(self) -> None:
        """Return when a process of some command is there."""
        while not self.processes():  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the process table has no event to await


def free_port(host: str) -> int:
    """Return a port that is free on `host` at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def all_processes() -> tuple[int, ...]:
    """Return the ids of all processes."""
    return tuple(int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def parent_of(pid: int) -> int | None:
    """Return the parent of a process; None when it has gone."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return None


def environment_of(pid: int) -> bytes:
    """Return the environment that a process was started with; empty when it has gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""


def arguments_of(pid: int) -> bytes:
    """Return the arguments of a process; empty when it has gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
