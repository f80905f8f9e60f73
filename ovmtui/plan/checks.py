"""Reading commands that a plan needs an answer from before it may act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.identity import NodeKey


class Reading(Enum):
    """How a check's answer is judged."""

    EXIT_ZERO = "exit code 0"
    SILENT = "no answer"
    """Exit code 0 means that something answers which must not."""
    UP_LONG_ENOUGH = "an uptime"
    """The list of `xm uptime`, in which the check's domain is old enough for a reboot."""


@dataclass(frozen=True, slots=True)
class Check:
    """One reading command on one node."""

    name: str
    subject: str
    """What must hold, as a short phrase."""
    node: NodeKey
    script: str
    """Shell text for the node; it changes nothing."""
    reading: Reading = Reading.EXIT_ZERO
    timeout: float = 15.0
    """Seconds; more where a look at the node may take longer."""
    overridable: bool = False
    domid: int | None = None
    """The domain that an uptime is read of; None for other readings."""
