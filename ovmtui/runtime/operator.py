"""Who acts, and from where: the part of the audit log that no event says."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    """The person behind a job, as far as this machine can tell."""

    user: str
    """Login name; `alice as root` when it came through sudo."""
    host: str
    """Name of the machine that the console runs on."""
    terminal: str = ""
    """Terminal device, such as `/dev/pts/3`; empty without one."""
    origin: str = ""
    """Address that the person's own SSH login came from; empty at the machine itself."""
    pid: int = 0
    """Process of the console."""

    @classmethod
    def current(cls, environ: Mapping[str, str] | None = None) -> Operator:
        """Return who runs this process. `environ` is `os.environ` unless given."""
        environment = os.environ if environ is None else environ
        user = _login_name()
        through_sudo = environment.get("SUDO_USER", "")
        return cls(
            user=f"{through_sudo} as {user}" if through_sudo else user,
            host=socket.gethostname(),
            terminal=_terminal(),
            origin=environment.get("SSH_CONNECTION", "").partition(" ")[0],
            pid=os.getpid(),
        )


def _login_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _terminal() -> str:
    for descriptor in (0, 1, 2):
        try:
            return os.ttyname(descriptor)
        except OSError:
            continue
    return ""
