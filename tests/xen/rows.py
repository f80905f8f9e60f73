"""The rows of the table in docs/xen.md: what is done on the real pool."""

from __future__ import annotations

from enum import Enum


class Row(Enum):
    """One thing that is done, and what must be so afterwards."""

    GRID = "the grid shows what `xl list` lists, and HA as the manager has it"
    SMOKE = "start, move, stop: the short test of every change"
    START = "start, waiting for ping and an SSH login; HA on at the end, read back"
    STOP = "stop: HA off first, read back; the agent does not start it again"
    STOP_ORDER = "a shutdown without HA off first: the agent starts it again"
    MIGRATE = "live migration there and back, with a disk on the shared volume"
    DESTROY = "destroy, HA off first"
    PAUSE = "pause and unpause"
    REBOOT = "reboot"
    EVACUATE = "evacuate a node, and bring its machines back"
    NO_ROOM_TO_START = "a start that fits nowhere: refused"
    NO_ROOM_TO_MOVE = "migration to a target without the memory: refused before"
    DEAD_TARGET = "migration to a target whose power is cut: refused before"
    DEAD_TARGET_MIDWAY = "the target's power is cut in the middle of a migration"
    LINK_CUT = "the nodes' network is cut in the middle of a migration"
    IGNORES_SHUTDOWN = "a guest that ignores the shutdown: left running, HA on again"
    FORCED = "the same, destroyed after the time that was given"
    CRASH = "a guest that crashes: shown as crashed, not started, cleared by a destroy"
    DOUBLE_START = "start of what runs on the other node: refused"
    TWO_CONSOLES = "two consoles start one machine on two nodes at once: one does"
    KILLED = "the console is killed in the middle of a migration; resumed: HA on, lock gone"
    OUTLIVES = "a migration goes on without its console"
    CUT_OFF = "a node that is cut off: its machines unknown, start refused"
    SILENT = "a node that hangs: start refused"
    LOCK = "a plan's lock holds on both nodes, and goes with it"
    MANAGER_FAILS = "a manager that fails: stop refused, the machine runs on"
    MANAGER_LIES = "a manager that says it did and did not: stop ends before the shutdown"
    SCREEN = "the console's first screen shows every machine and node"
    KEYBOARD = "start, move and stop from the keyboard"
    SMOOTH = "the console answers keys all through a migration"
