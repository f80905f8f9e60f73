"""What a pool can allow, as the configuration spells it."""

from __future__ import annotations

from enum import Enum


class AllowedVerb(Enum):
    """What can be allowed in a pool: every verb, and the two ways to log in."""

    START = "start"
    STOP = "stop"
    MIGRATE = "migrate"
    REBOOT = "reboot"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    HA_ON = "ha-on"
    HA_OFF = "ha-off"
    MEND_HA = "mend-ha"
    DESTROY = "destroy"
    REPAIR = "repair"
    FREEZE = "freeze"
    THAW = "thaw"
    RESERVE = "reserve"
    SETUP = "setup"
    MEND = "mend"
    """Run what mends a finding of the check."""
    CONSOLE = "console"
    """A machine's text console."""
    SHELL = "shell"
    """A login on a node: whoever has it can do everything there."""
