"""The host's own sshd before a node: one process for each connection, over a socket pair."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from socket import socket

from ovmtui.simulator.doors.door import SHELL, Lodging
from ovmtui.simulator.errors import SimulatorError
from ovmtui.simulator.ownfiles import sed_script

_PLACES = "/usr/sbin:/usr/local/sbin:/sbin:/opt/homebrew/sbin"
_PRIVILEGE_SEPARATION = Path("/run/sshd")
_MISSING = (
    "there is no `sshd` on this machine: install OpenSSH's server (Debian and Ubuntu: "
    "`apt-get install openssh-server`; Oracle Linux and Fedora: `dnf install openssh-server`), "
    "or use the built-in SSH server"
)
_CONFIG = """\
HostKey "{host_key}"
AuthorizedKeysFile "{authorized_keys}"
PidFile none
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAuthentication yes
PermitRootLogin prohibit-password
AllowUsers {user}
X11Forwarding no
AllowTcpForwarding local
AllowAgentForwarding no
PrintMotd no
PermitTTY yes
LogLevel ERROR
SetEnv "HOME={home}"
ForceCommand {command}
"""
_COMMAND = """\
#!/bin/sh
cd {home} || exit
text=$(printf '%s\n' "$SSH_ORIGINAL_COMMAND" | sed -e {own_files})
exec env -i {environment} {shell} -c "$text"
"""
_GRACE = 2.0
"""Seconds that an sshd has to end by itself when its connection is gone."""


def find_sshd() -> str:
    """Return the path of the host's sshd.

    Raises:
        SimulatorError: there is none; the text says how to install it.
    """
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:{_PLACES}")
    if found is None:
        raise SimulatorError(_MISSING)
    # sshd starts itself anew and insists on an absolute path.
    return str(Path(found).absolute())


class OpenSshDoor:
    """Serves connections with `sshd -i`."""

    def __init__(self, lodging: Lodging) -> None:
        """Write the configuration for the node of `lodging`.

        Raises:
            SimulatorError: the host has no sshd, or cannot run it.
        """
        self._sshd = find_sshd()
        self._config = lodging.directory / "sshd_config"
        self._log = lodging.directory / "sshd.log"
        command = lodging.directory / "command"
        words = (shlex.quote(f"{key}={value}") for key, value in lodging.environment.items())
        command.write_text(
            _COMMAND.format(
                home=shlex.quote(str(lodging.home)),
                environment=" ".join(words),
                shell=SHELL,
                own_files=shlex.quote(sed_script(lodging.directory)),
            )
        )
        command.chmod(0o755)
        self._config.write_text(
            _CONFIG.format(
                host_key=lodging.host_key,
                authorized_keys=lodging.client_public_key,
                user=lodging.user,
                home=lodging.home,
                command=shlex.quote(str(command)),
            )
        )
        self._processes: set[asyncio.subprocess.Process] = set()
        if os.geteuid() == 0:
            _make_privilege_separation_directory()
        self._check()

    def _check(self) -> None:
        """Let sshd read its configuration, for later its complaints would reach nobody."""
        command = [self._sshd, "-t", "-f", str(self._config)]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        if checked.returncode:
            raise SimulatorError(f"{self._sshd} cannot be used: {checked.stderr.strip()}")

    async def admit(self, connection: socket) -> None:
        """Serve SSH over a connected socket, until either end closes it."""
        with connection, self._log.open("ab") as log:
            connection.setblocking(True)
            process = await asyncio.create_subprocess_exec(
                self._sshd,
                "-i",
                "-e",
                "-f",
                str(self._config),
                stdin=connection.fileno(),
                stdout=connection.fileno(),
                stderr=log,
                start_new_session=True,
            )
        self._processes.add(process)
        try:
            await process.wait()
        finally:
            self._processes.discard(process)

    async def close(self) -> None:
        """Wait for the processes to end, whose connections are gone; kill those that stay."""
        for process in tuple(self._processes):
            try:
                await asyncio.wait_for(process.wait(), _GRACE)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def _make_privilege_separation_directory() -> None:
    """Make the directory that sshd needs as root; a system's own unit makes it at boot."""
    try:
        _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    except OSError as error:
        raise SimulatorError(
            f"sshd needs the directory {_PRIVILEGE_SEPARATION}, which cannot be made: "
            f"{error.strerror}"
        ) from None
