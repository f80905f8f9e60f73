"""What both front ends have in common: who may come in, and what a command meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from socket import socket
from typing import Protocol

SHELL = "/bin/sh"
"""What runs the text of a command, with `-c`."""


class FrontEnd(Enum):
    """Which SSH server stands before the nodes."""

    ASYNCSSH = "asyncssh"
    """One in this process; needs nothing of the host."""
    OPENSSH = "openssh"
    """The host's own `sshd`, a process for each connection."""


@dataclass(frozen=True, slots=True)
class Lodging:
    """Where the commands of one node run."""

    name: str
    directory: Path
    """The node's own files."""
    user: str
    """Who may log in."""
    environment: Mapping[str, str]
    """All that a command has in its environment."""
    host_key: Path
    client_public_key: Path

    @property
    def home(self) -> Path:
        """Home directory and working directory of a command."""
        return Path(self.environment["HOME"])


class Door(Protocol):
    """An SSH server before one node."""

    async def admit(self, connection: socket) -> None:
        """Serve SSH over a connected socket, until either end closes it."""
        ...

    async def close(self) -> None:
        """End what serves the connections."""
        ...
