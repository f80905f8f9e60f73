"""A domain as one node's toolstack lists it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.vmconfig import Disk, Interface

MIGRATING_PREFIX = "migrating-"
"""xend renames the source of a migration or save to this prefix and the name."""
ZOMBIE_PREFIX = "Zombie-"
"""xend 3.0 renamed domains that could not die."""
INCOMING_SUFFIX = "--incoming"
"""libxl's name of the half-built copy on the target of a migration."""
MIGRATED_AWAY_SUFFIX = "--migratedaway"
"""libxl's name of the source after a migration, before it is destroyed."""


class DomainState(Enum):
    """What the six state letters `rbpscd` of a list row mean together."""

    RUNNING = "running"
    """On a CPU, idle, or runnable: all three are a running machine."""
    PAUSED = "paused"
    SHUTDOWN = "shutdown"
    """The guest is down but its domain is kept; only destroy clears it."""
    SUSPENDED = "suspended"
    """Its memory is final: the last moment of a migration or save on the source."""
    CRASHED = "crashed"
    DYING = "dying"
    HALTED = "halted"
    """Known to xend (`xm new`) but without a domain id."""
    UNKNOWN = "unknown"


class Transit(Enum):
    """What a domain's name says about a migration."""

    NONE = ""
    OUTGOING = "outgoing"
    INCOMING = "incoming"
    DEPARTED = "departed"
    ZOMBIE = "zombie"


@dataclass(frozen=True, slots=True)
class Domain:
    """One row of `xm list`, with its UUID where the long listing gave one."""

    name: str
    """As listed, with any prefix or suffix of a migration."""
    domid: int | None
    """None for a managed domain that is halted."""
    state: DomainState
    memory_mib: int
    vcpus: int
    cpu_seconds: float
    """CPU time since the domain was built on this node."""
    letters: str = ""
    """The raw state column; empty where the tool leaves it blank."""
    uuid: str | None = None
    """Canonical; None until a long listing has named it."""
    disks: tuple[Disk, ...] = ()
    """Its disks, from the long listing."""

    @property
    def transit(self) -> Transit:
        """What the name says about a migration."""
        return split_transit_name(self.name)[1]

    @property
    def plain_name(self) -> str:
        """The name without any mark of a migration."""
        return split_transit_name(self.name)[0]

    @property
    def is_domain_zero(self) -> bool:
        """Whether this is the control domain, which no verb may touch."""
        return self.domid == 0 or self.name == "Domain-0"

    @property
    def is_active(self) -> bool:
        """Whether it may be executing or may hold its disks open."""
        return self.state is not DomainState.HALTED


@dataclass(frozen=True, slots=True)
class DomainDetail:
    """One domain of a long listing; each fact is None where the listing lacks it."""

    name: str
    """As listed, with any prefix or suffix of a migration."""
    domid: int | None = None
    """None for a managed domain that is halted."""
    uuid: str | None = None
    """Canonical."""
    state: DomainState = DomainState.UNKNOWN
    """UNKNOWN where the long listing states none, as libxl's does."""
    memory_mib: int | None = None
    vcpus: int | None = None
    cpu_seconds: float | None = None
    """CPU time since the domain was built on this node."""
    start_time: float | None = None
    """When it was built on this node, in seconds since the epoch of the node's clock."""
    disks: tuple[Disk, ...] = ()
    interfaces: tuple[Interface, ...] = ()


def split_transit_name(name: str) -> tuple[str, Transit]:
    """Return the plain name and what the decoration of `name` says."""
    if name.startswith(MIGRATING_PREFIX) and len(name) > len(MIGRATING_PREFIX):
        return name[len(MIGRATING_PREFIX) :], Transit.OUTGOING
    if name.startswith(ZOMBIE_PREFIX) and len(name) > len(ZOMBIE_PREFIX):
        return name[len(ZOMBIE_PREFIX) :], Transit.ZOMBIE
    if name.endswith(INCOMING_SUFFIX) and len(name) > len(INCOMING_SUFFIX):
        return name[: -len(INCOMING_SUFFIX)], Transit.INCOMING
    if name.endswith(MIGRATED_AWAY_SUFFIX) and len(name) > len(MIGRATED_AWAY_SUFFIX):
        return name[: -len(MIGRATED_AWAY_SUFFIX)], Transit.DEPARTED
    return name, Transit.NONE
