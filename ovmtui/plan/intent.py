"""What the operator wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.identity import NodeKey, VmKey


class Verb(Enum):
    """The verbs that change a machine."""

    START = "start"
    STOP = "stop"
    MIGRATE = "migrate"
    HA_ON = "ha on"
    HA_OFF = "ha off"
    REBOOT = "reboot"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    DESTROY = "destroy"
    REPAIR = "repair"
    FREEZE = "freeze"
    THAW = "thaw"
    MEND_HA = "mend ha"
    """Switch HA to what is wanted."""
    SETUP = "setup"
    """Have the manager's command line on a node; the intent's machine stands for the node."""
    MEND = "mend"
    """Run the command that mends what a check has found on a node."""
    RESERVE = "reserve"
    """Take the SCSI reservations for the node on which the machine runs."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One verb on one machine, with the operator's choices."""

    verb: Verb
    vm: VmKey
    node: NodeKey | None = None
    """Where to start it, the target of a migration, or which copy; None: it is chosen."""
    want_ha: bool | None = None
    """For a start: whether HA is switched on at the end; None: as remembered."""
    overrides: frozenset[str] = frozenset()
    """Names of guards that the operator overrides by typing the machine's name."""
    freeze_first: bool = False
    """Whether the agents of its service are kept from acting while the plan works."""
    destroy_after: float | None = None
    """For a stop without a person: destroy after this many seconds; None: never."""
