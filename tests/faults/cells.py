"""The cells of the fault matrix: every step of every verb, and what may break in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.plan.intent import Verb

EVACUATED = "ovm2"
"""The node that is emptied."""


class Fault(Enum):
    """What breaks."""

    NODE_DIES = "node dies"
    SSH_CUT = "SSH cut"
    HANGS = "command hangs"
    GARBAGE = "garbage output"
    EXIT_CODE = "exit ≠ 0"
    ERROR_TEXT = "`Error:`, exit 0"
    MANAGER_DOWN = "manager down"
    KILLED = "console killed -9"
    DISK_FULL = "disk full"
    SECOND_CONSOLE = "second console"
    CLOCK_JUMP = "clock jump"


@dataclass(frozen=True)
class Case:
    """A verb on a machine, and the steps that its plan has."""

    name: str
    verb: Verb
    machine: str
    node: str | None
    steps: tuple[str, ...]
    """What each is about, for the table; a test holds them against the plan."""
    ha_wanted: bool
    """Whether HA is on after it has gone well."""
    rival: tuple[Verb, str | None]
    """What a second console tries at the same time, and on which node."""
    words: tuple[str, ...]
    """The verb on the command line."""
    options: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Further machines, each with a job of its own after the first one's."""

    @property
    def machines(self) -> tuple[str, ...]:
        """All machines, in the order of their jobs."""
        return (self.machine, *self.others)

    @property
    def steps_of_a_job(self) -> int:
        """How many steps each job has."""
        return len(self.steps) // len(self.machines)


CASES = (
    Case(
        "start",
        Verb.START,
        "build7",
        "ovm1",
        ("create", "up", "ping", "operational", "HA on", "HA verified"),
        ha_wanted=True,
        rival=(Verb.START, "ovm3"),
        words=("start",),
        options=("--on", "ovm1", "--ha"),
    ),
    Case(
        "stop",
        Verb.STOP,
        "web01",
        None,
        ("HA off", "HA verified", "shutdown", "down"),
        ha_wanted=False,
        rival=(Verb.MIGRATE, "ovm3"),
        words=("stop",),
    ),
    Case(
        "migrate",
        Verb.MIGRATE,
        "oradb01",
        "ovm3",
        ("migrate", "verify"),
        ha_wanted=True,
        rival=(Verb.MIGRATE, "ovm1"),
        words=("migrate",),
        options=("--to", "ovm3"),
    ),
    Case(
        "reboot",
        Verb.REBOOT,
        "web01",
        None,
        ("reboot", "down", "back", "ping", "operational"),
        ha_wanted=True,
        rival=(Verb.MIGRATE, "ovm3"),
        words=("reboot",),
    ),
    Case(
        "pause",
        Verb.PAUSE,
        "oradb01",
        None,
        ("pause", "verify"),
        ha_wanted=True,
        rival=(Verb.STOP, None),
        words=("pause",),
    ),
    Case(
        "unpause",
        Verb.UNPAUSE,
        "still1",
        None,
        ("unpause", "verify"),
        ha_wanted=True,
        rival=(Verb.DESTROY, None),
        words=("unpause",),
    ),
    Case(
        "ha on",
        Verb.HA_ON,
        "plain1",
        None,
        ("HA on", "HA verified"),
        ha_wanted=True,
        rival=(Verb.STOP, None),
        words=("ha", "on"),
    ),
    Case(
        "ha off",
        Verb.HA_OFF,
        "web01",
        None,
        ("HA off", "HA verified"),
        ha_wanted=False,
        rival=(Verb.STOP, None),
        words=("ha", "off"),
    ),
    Case(
        "start (agent)",
        Verb.START,
        "hrdb",
        "ovm1",
        ("agent starts", "up", "HA verified"),
        ha_wanted=True,
        rival=(Verb.START, "ovm3"),
        words=("start",),
        options=("--on", "ovm1"),
    ),
    Case(
        "stop (agent)",
        Verb.STOP,
        "crm",
        None,
        ("agent stops", "down", "HA verified"),
        ha_wanted=False,
        rival=(Verb.MIGRATE, "ovm3"),
        words=("stop",),
    ),
    Case(
        "migrate (agent)",
        Verb.MIGRATE,
        "crm",
        "ovm3",
        ("agent migrates", "verify"),
        ha_wanted=True,
        rival=(Verb.MIGRATE, "ovm2"),
        words=("migrate",),
        options=("--to", "ovm3"),
    ),
    Case(
        "evacuate",
        Verb.MIGRATE,
        "erp2",
        None,
        ("1st migrate", "1st verify", "2nd migrate", "2nd verify"),
        ha_wanted=True,
        rival=(Verb.MIGRATE, "ovm1"),
        words=("evacuate",),
        others=("oradb01",),
    ),
)


@dataclass(frozen=True)
class Cell:
    """One fault in one step."""

    case: Case
    step: int
    fault: Fault

    @property
    def place(self) -> tuple[int, int]:
        """Which job, and which of its steps."""
        return divmod(self.step, self.case.steps_of_a_job)

    @property
    def machine(self) -> str:
        """The machine whose job it is."""
        return self.case.machines[self.place[0]]

    @property
    def name(self) -> str:
        """For the report of the tests."""
        return f"{self.case.name}-{self.case.steps[self.step]}-{self.fault.value}".replace(" ", "_")


CELLS = tuple(
    Cell(case, step, fault) for case in CASES for step in range(len(case.steps)) for fault in Fault
)
