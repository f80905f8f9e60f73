"""An OpenSVC service that stands for a virtual machine, and how its agent sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from ovmtui.model.identity import NodeKey


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """One `ip#N` resource."""

    rid: str
    name: str
    """Host name or address."""
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What a service file says, as one node reads it."""

    name: str
    path: str
    """The file, as it is called where it was read."""
    environment: str | None = None
    """`PRD`, `DEV`, …; None where the file says nothing."""
    nodes: tuple[str, ...] = ()
    """Nodes that may have it; empty: only the one that has the file."""
    recovery_nodes: tuple[str, ...] = ()
    """Nodes of the disaster recovery site (`drpnodes`)."""
    orchestrate: str | None = None
    """`no`, `start`, `ha`; None where the file says nothing."""
    drives_machine: bool = False
    """Whether it has a machine of Oracle VM at all (`mode` or `type` is `ovm`)."""
    container: str = "ovm"
    """Resource id of the machine: `ovm` until 1.4, then `container#N`."""
    vm_name: str = ""
    """The machine's name: the service's own by default."""
    vm_uuid: str | None = None
    """Canonical; None where the file does not say it."""
    guest_os: str | None = None
    heartbeat: str | None = None
    """Resource id of the `hb` of type `ovm` that is not disabled: HA is wanted."""
    heartbeat_disabled: bool = False
    """Whether there is such a resource, but disabled: nothing is wanted then."""
    heartbeat_unclear: bool = False
    """Whether there is a heartbeat that cannot be understood: what is wanted is not known."""
    addresses: tuple[ServiceAddress, ...] = ()
    reservations: bool = False
    """Whether it takes SCSI-3 persistent reservations of its disks."""
    start_timeout: float | None = None
    """Seconds; None where the file says nothing."""
    stop_timeout: float | None = None
    disabled: bool = False

    @property
    def wanted_ha(self) -> bool | None:
        """Whether the file wants high availability; None where it does not say.

        A service of `mode = ovm` without any `hb` wants it off: its agent would stop the
        machine with HA on, and the pool would start it again. One of `container#N` says
        nothing by that: most agents that know this key know no such `hb`.
        """
        if self.disabled or not self.drives_machine:
            return None
        if self.heartbeat is not None:
            return True
        if self.heartbeat_disabled or self.heartbeat_unclear or self.container != "ovm":
            return None
        return False


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """A service file with what each node makes of it."""

    name: str
    path: str
    general: Service
    """As a node reads it that the file names nowhere."""
    scoped: Mapping[str, Service] = field(default_factory=lambda: MappingProxyType({}))
    """By lower-case node name, where the file has values of that node's own."""
    notes: tuple[str, ...] = ()
    """What was not understood: file, line, key, problem."""
    on_node: bool = False
    """Whether it was read from a node, beside its agent, and not from a local directory."""

    def on(self, node: str) -> Service:
        """Return what `node` makes of it."""
        return self.scoped.get(node.lower(), self.general)


class AgentEra(Enum):
    """Which command line and which duties an agent has; see the version map of OpenSVC."""

    FIRST = "1.3-1.7"
    """`print_status`; HA is the agent's."""
    CACHED = "1.8"
    """`print status --refresh`, `json status`; HA is the agent's."""
    LAST_1 = "1.9"
    """`print status --format json`; no HA any more."""
    SECOND = "2.x"
    """Through a daemon, without `--cluster`; no HA."""
    UNKNOWN = "unknown"
    """Not driven: its commands are not known."""

    @property
    def takes_cluster_option(self) -> bool:
        """Whether commands on a service with a heartbeat need `--cluster`."""
        return self in {AgentEra.FIRST, AgentEra.CACHED, AgentEra.LAST_1}

    @property
    def switches_ha(self) -> bool:
        """Whether the agent has the `hb` driver that switches the manager's HA flag."""
        return self in {AgentEra.FIRST, AgentEra.CACHED}


@dataclass(frozen=True, slots=True)
class Agent:
    """The OpenSVC agent of one node."""

    program: str
    """Path of `svcmgr`."""
    version: str
    """As it states it; empty when it does not."""
    era: AgentEra = AgentEra.UNKNOWN


class Availability(Enum):
    """The agent's words for a resource or a group of them."""

    UP = "up"
    DOWN = "down"
    WARN = "warn"
    NOT_APPLICABLE = "n/a"
    STANDBY_UP = "stdby up"
    STANDBY_DOWN = "stdby down"
    UNDEFINED = "undef"
    UNKNOWN = "unknown"
    """The agent could not be asked, or said something else."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What one node's agent says of a service.

    A healthy one on its passive node is `avail` down, `hb` up and `overall` warn: only
    `avail` tells where it runs.
    """

    avail: Availability = Availability.UNKNOWN
    heartbeat: Availability = Availability.UNKNOWN
    overall: Availability = Availability.UNKNOWN
    frozen: bool | None = None
    """Whether the agent refuses to act on it; None where it does not say."""
    messages: tuple[str, ...] = ()
    """What the resources complain of, as `rid: text`."""
    problem: str = ""
    """Why nothing is known; empty when something is."""


@dataclass(frozen=True, slots=True)
class ManagedService:
    """A machine's service with what the pool's agents say of it."""

    file: ServiceFile
    statuses: Mapping[NodeKey, ServiceStatus] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """Its name."""
        return self.file.name

    @property
    def environment(self) -> str | None:
        """Its environment."""
        return self.file.general.environment

    @property
    def wanted_ha(self) -> bool | None:
        """Whether it wants high availability."""
        return self.file.general.wanted_ha

    @property
    def frozen_on(self) -> tuple[NodeKey, ...]:
        """Nodes whose agent has it frozen."""
        return tuple(sorted(node for node, status in self.statuses.items() if status.frozen))

    def allows(self, node: NodeKey) -> bool:
        """Whether the service may be on `node`, by the file."""
        nodes = (*self.file.general.nodes, *self.file.general.recovery_nodes)
        return not nodes or node.name.lower() in {name.lower() for name in nodes}
