"""A virtual machine: one row of the grid, merged over all nodes of its pool."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.domain import Domain
from ovmtui.model.ha import NO_HA_FACT, HaFact, HaState, WantedHa
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.service import ManagedService
from ovmtui.model.vmconfig import ConfigFile


class VmState(Enum):
    """What the whole pool says about a machine."""

    RUNNING = "running"
    PAUSED = "paused"
    CRASHED = "crashed"
    SHUTDOWN = "shutdown"
    """The guest is down but a domain is kept; only destroy clears it."""
    DYING = "dying"
    MIGRATING = "migrating"
    DOWN = "down"
    """Every node of the pool answers, and none lists it."""
    SPLIT_BRAIN = "split brain"
    """More than one copy may execute."""
    UNKNOWN = "unknown"
    """It cannot be told: a node that may run it does not answer."""


_WITHOUT_HA = frozenset({VmState.DOWN, VmState.UNKNOWN, VmState.SPLIT_BRAIN})
"""States in which nobody can want high availability to be switched on."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One domain that carries the machine's UUID, on one node."""

    node: NodeKey
    domain: Domain
    certain: bool
    """False when the node's newest listing failed: this is the last that was seen."""
    cpu_percent: float | None = None
    """Share of one CPU between the last two listings; None while unknown."""


@dataclass(frozen=True, slots=True)
class Vm:
    """A machine of a pool. Equal facts give the same object in the next snapshot."""

    key: VmKey
    name: str
    label: str
    """What people call it: the name, or Oracle VM 3's friendly name."""
    state: VmState
    copies: tuple[Copy, ...] = ()
    configs: tuple[ConfigFile, ...] = ()
    """Distinct vm.cfg paths that name it, sorted."""
    ha: HaFact = NO_HA_FACT
    reason: str = ""
    """Why the state is unknown or dangerous; empty otherwise."""
    service: ManagedService | None = None
    """The OpenSVC service that it belongs to; None where no file names it."""
    wanted_ha: WantedHa | None = None
    """What high availability is to be, and who says so; None where nobody does."""
    tag: str = ""
    """End of its UUID, where another machine of the pool has the same label; else empty."""

    @property
    def shown(self) -> str:
        """The label, and what tells it from another machine of the same label."""
        return f"{self.label} #{self.tag}" if self.tag else self.label

    @property
    def drifts(self) -> bool:
        """Whether high availability is known, and is not what is wanted.

        A machine that is down has it off by design: it is switched on after a start.
        """
        if self.wanted_ha is None or self.ha.state is HaState.UNKNOWN:
            return False
        if self.wanted_ha.on:
            return self.ha.state is HaState.OFF and self.state not in _WITHOUT_HA
        return self.ha.state is HaState.ON

    @property
    def home(self) -> Copy | None:
        """The one copy that is the machine, or None when there is not exactly one."""
        return self.copies[0] if len(self.copies) == 1 else None

    @property
    def nodes(self) -> tuple[NodeKey, ...]:
        """Nodes that list it, without repetition, in order."""
        return tuple(dict.fromkeys(copy.node for copy in self.copies))

    @property
    def memory_mib(self) -> int | None:
        """Memory of its domain, else of its configuration, else None."""
        if self.copies:
            return max(copy.domain.memory_mib for copy in self.copies)
        return self.configs[0].config.memory_mib if self.configs else None

    @property
    def vcpus(self) -> int | None:
        """VCPUs of its domain, else of its configuration, else None."""
        if self.copies:
            return max(copy.domain.vcpus for copy in self.copies)
        return self.configs[0].config.vcpus if self.configs else None

    @property
    def cpu_percent(self) -> float | None:
        """CPU share of the one copy, or None."""
        return self.home.cpu_percent if self.home else None
