"""What a planner must be told beside the snapshot: the pool's settings and promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ovmtui.model.identity import NodeKey
from ovmtui.plan.driving import DriverChoice
from ovmtui.plan.managing import Access


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets of the flows' waits, in seconds of wall-clock time."""

    up: float = 180.0
    ping: float = 180.0
    operational: float = 180.0
    down: float = 120.0
    reboot: float = 120.0
    """Until a guest that was asked to reboot has gone down; coming back has `up`."""
    create: float = 180.0
    migrate: float = 7200.0
    manager: float = 60.0
    command: float = 60.0
    verify: float = 60.0
    lock: float = 15.0
    """Each word with a node about a machine's lock."""
    lock_grace: float = 120.0
    """How long a machine's lock outlives a console that has gone."""
    freshness: float = 30.0
    """Oldest listing that a guard accepts."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything about one machine's surroundings that is not in the snapshot."""

    limits: Limits = Limits()
    manager: Access | None = None
    """None: no manager is configured, or its pool is not known yet."""
    manager_configured: bool = False
    manager_unknown: str = ""
    """Why `manager` is None although one is configured."""
    manager_acts: bool = False
    """Whether the manager has commands of its own to start, stop and move: Oracle VM 3."""
    address: str | None = None
    """Where the guest answers; None: it has no known address."""
    ping: bool = True
    operational: bool = True
    ha_remembered: bool | None = None
    """HA as it was before the last stop by ovmtui; None: not remembered."""
    relocation_hosts: Mapping[NodeKey, str] = field(default_factory=lambda: MappingProxyType({}))
    """How the nodes call each other for a migration."""
    driver: DriverChoice = DriverChoice.AUTO
    """What acts on the machine."""
    reserved_mib: Mapping[NodeKey, int] = field(default_factory=lambda: MappingProxyType({}))
    """Memory that plans under way will take."""
