"""A domain as its node's hypervisor has it, with the guest inside."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field
from enum import Enum

from ovmtui.simulator.spec import VmSpec

_WAVE = 90.0
"""Seconds of one rise and fall of a lively guest's CPU use."""


class Condition(Enum):
    """What the hypervisor does with a domain; the value is its row of state letters."""

    RUNNING = "-b----"
    PAUSED = "--p---"
    SHUTDOWN = "---s--"
    CRASHED = "----c-"
    SUSPENDED = "--pss-"
    """libxl's source of a migration once all of it is on the target."""
    HALTED = ""
    """Managed by xend, without a domain id."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A virtual machine as its vm.cfg defines it."""

    name: str
    uuid: str
    memory_mib: int
    vcpus: int
    disks: tuple[tuple[str, str, str], ...]
    """Source such as `file:/…`, device, mode."""
    interfaces: tuple[tuple[str, str], ...]
    """MAC address, bridge."""
    hvm: bool = False
    vnc_password: str = ""


@dataclass(slots=True)
class Domain:
    """One domain on one node. Times are simulated seconds."""

    machine: Machine
    guest: VmSpec
    """How the guest inside behaves."""
    name: str
    """As xend lists it: changes during a migration."""
    domid: int | None
    built_at: float
    """When this node built it."""
    guest_started_at: float
    """When its guest began to boot, on whatever node."""
    condition: Condition = Condition.RUNNING
    incoming: bool = False
    """Whether it is the half-built copy of a migration."""
    present_mib: int | None = None
    """Memory that libxl has built of an incoming copy so far; None: all of it."""
    lively: bool = True
    cpu_before: float = 0.0
    """CPU seconds used before `counted_from`."""
    counted_from: float = 0.0
    key: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Derive what makes this guest busy at other times than the next one."""
        self.key = zlib.crc32(self.machine.uuid.encode())

    @property
    def is_executing(self) -> bool:
        """Whether its guest runs, and so writes to its disks."""
        return self.condition is Condition.RUNNING

    @property
    def memory_mib(self) -> int:
        """Memory that it takes on its node now."""
        return self.machine.memory_mib if self.present_mib is None else self.present_mib

    def turn(self, condition: Condition, now: float) -> None:
        """Change the condition; CPU time stops or goes on counting."""
        self.cpu_before = self.cpu_seconds(now)
        self.counted_from = now
        self.condition = condition

    def cpu_seconds(self, now: float) -> float:
        """Return the CPU time since the domain was built on this node."""
        if not self.is_executing:
            return self.cpu_before
        used = self.guest.load * (now - self.counted_from)
        if self.lively:
            swing = 0.8 * self.guest.load * _WAVE / (2 * math.pi)
            used += swing * (self._wave(self.counted_from) - self._wave(now))
        return self.cpu_before + max(0.0, used)

    def letters(self, now: float) -> str:
        """Return the six state letters of `xm list`; an idle guest is blocked."""
        if not (self.is_executing and self.lively):
            return self.condition.value
        chance = zlib.crc32(f"{self.key}/{now // 2:.0f}".encode()) % 100 / 100
        return "r-----" if chance < self.guest.load / self.machine.vcpus else "-b----"

    def answers_ping(self, now: float) -> bool:
        """Whether the guest's network is up."""
        return self.is_executing and now - self.guest_started_at >= self.guest.ping_seconds

    def accepts_login(self, now: float) -> bool:
        """Whether the guest's SSH server is up."""
        return self.is_executing and now - self.guest_started_at >= self.guest.login_seconds

    def _wave(self, moment: float) -> float:
        return math.cos(2 * math.pi * moment / _WAVE + self.key % 628 / 100)
