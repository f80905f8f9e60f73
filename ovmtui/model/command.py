"""A command for a node: an argument list that is shown, copied and run from one value."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import Enum

MASK = "XXXXXX"
"""What stands for a secret wherever a command is shown, as OpenSVC's log prints it."""
SECRET_VARIABLE = "OVMTUI_SECRET"
"""Shell variable that the transport fills from standard input, never from an argument."""


class Secret(Enum):
    """An argument whose text is known only to the transport, at the moment of running."""

    MANAGER_PASSWORD = "manager password"


Argument = str | Secret


@dataclass(frozen=True, slots=True)
class Command:
    """One program with its arguments, to be run on a node without further expansion."""

    argv: tuple[Argument, ...]
    through: str = ""
    """What the connection runs it through, such as `sudo -n -H`; shown, and not in `script`."""

    @property
    def needs_secret(self) -> bool:
        """Whether the transport must hand over a secret."""
        return any(isinstance(argument, Secret) for argument in self.argv)

    @property
    def shown(self) -> str:
        """The command as a person may see and paste it, each secret masked."""
        words = [
            MASK if isinstance(argument, Secret) else shlex.quote(argument)
            for argument in self.argv
        ]
        return " ".join([self.through, *words] if self.through else words)

    @property
    def script(self) -> str:
        """The text for the node's shell; a secret is read from a shell variable."""
        return " ".join(
            f'"${SECRET_VARIABLE}"' if isinstance(argument, Secret) else shlex.quote(argument)
            for argument in self.argv
        )
