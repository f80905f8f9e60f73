"""A command line that is no shell: the manager's, which takes one command at a time.

Nothing outlives its connection there for certain, and nothing can be attached to: what
became of a command whose connection is lost has to be asked for.
"""

from __future__ import annotations

from typing import Protocol

from ovmtui.transport.interface import Connector, NodeAddress


class CommandLine(Protocol):
    """One open connection to a command line."""

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone."""
        ...

    async def run(self, line: str, *, timeout: float) -> str:
        """Run one command and return everything that it says.

        Raises:
            SlotsExhausted: it was not begun.
            NodeLost: the connection broke; what the command did is unknown.
            CommandTimeout: no answer in `timeout` seconds; what it did is unknown.
        """
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


class CommandLineConnector(Protocol):
    """Connects to command lines."""

    async def open_command_line(self, address: NodeAddress, *, password: str | None) -> CommandLine:
        """Log in with `password`, or with keys when it is None.

        Raises:
            ConnectFailed: or one of its leaves, with a sentence that says why.
        """
        ...


class AnyConnector(Connector, CommandLineConnector, Protocol):
    """Connects to nodes and to command lines."""
