"""Many real sshd, each on a loopback address of its own."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import family

_CONFIG = """\
ListenAddress {host}:{port}
HostKey {directory}/host
AuthorizedKeysFile {directory}/user.pub
PidFile none
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
LogLevel ERROR
KexAlgorithms curve25519-sha256
SetEnv SHLVL=2
"""


@dataclass(frozen=True, slots=True)
class Servers:
    """Servers that run, and how to log in."""

    hosts: tuple[str, ...]
    port: int
    directory: Path
    processes: tuple[subprocess.Popen[bytes], ...]

    @property
    def user(self) -> str:
        """Who logs in."""
        return getpass.getuser()

    def ssh(self) -> list[str]:
        """Return the words of an `ssh` that logs in to any of them."""
        options = {
            "Port": self.port,
            "User": self.user,
            "IdentityFile": self.directory / "user",
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "UserKnownHostsFile": self.directory / "known_hosts",
            "StrictHostKeyChecking": "yes",
            "LogLevel": "ERROR",
        }
        return ["ssh", "-F", "none", *(f"-o{name}={value}" for name, value in options.items())]

    def descendants(self) -> int:
        """Return how many processes the servers have below them."""
        return sum(len(family(process.pid)) - 1 for process in self.processes)


@contextlib.contextmanager
def servers(count: int, *, port: int = 22_722) -> Iterator[Servers]:
    """Run `count` sshd while the context lasts."""
    sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if sshd is None:
        raise SystemExit("these figures need OpenSSH's server: run `make sshd`")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    hosts = tuple(f"127.0.9.{number}" for number in range(1, count + 1))
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as ending:
        directory = Path(place)
        for name in ("host", "user"):
            key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
            subprocess.run(key, check=True)
        public = (directory / "host.pub").read_text().rsplit(maxsplit=1)[0]
        known = "".join(f"[{host}]:{port} {public}\n" for host in hosts)
        (directory / "known_hosts").write_text(known)
        started = []
        for host in hosts:
            config = directory / host
            config.write_text(_CONFIG.format(host=host, port=port, directory=directory))
            process = subprocess.Popen([sshd, "-D", "-e", "-f", str(config)], stderr=-3)
            ending.callback(process.wait)
            ending.callback(process.terminate)
            started.append(process)
        for host in hosts:
            _await(host, port)
        yield Servers(hosts, port, directory, tuple(started))


def _await(host: str, port: int) -> None:
    import socket

    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection((host, port), 1.0):
            return
        time.sleep(0.02)
    raise SystemExit(f"sshd on {host} does not come up")
