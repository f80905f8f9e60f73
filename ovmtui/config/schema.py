"""The settings, as they stand in `ovmtui.toml`. Unknown keys are errors."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct, field

from ovmtui.config.fields import NAME_PATTERN as NAME_PATTERN
from ovmtui.config.fields import Name, Port, Text
from ovmtui.config.managers import Manager as Manager
from ovmtui.config.managers import ManagerKind as ManagerKind
from ovmtui.config.sudo import Sudo
from ovmtui.config.verbs import AllowedVerb

Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
"""A time limit: more than nothing, at most a year (which keeps out `inf` and `nan`)."""
Pace = Annotated[float, Meta(ge=0.1, le=86_400)]
"""Seconds between two looks: each look costs the node a process."""

COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "magenta", "pink", "white")
"""What a pool's `colour` may be, beside `#rrggbb`."""

DEFAULT_REPOSITORIES = (
    "/var/ovs/mount/*/running_pool/*/vm.cfg",
    "/OVS/running_pool/*/vm.cfg",
    "/OVS/Repositories/*/VirtualMachines/*/vm.cfg",
    "/EXAVMIMAGES/GuestImages/*/vm.cfg",
    "/xen/*/vm.cfg",
    "/etc/xen/*",
)
"""Where Oracle VM 2.2, 2.1 and 3, Exadata and people keep the machines' vm.cfg."""


class Node(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One OVM server."""

    name: Name
    """Its name in the pool, as the manager and the other nodes know it."""
    host: Text | None = None
    """Address or SSH alias to connect to; default: the name."""
    port: Port | None = None
    user: Text | None = None
    relocation_host: Text | None = None
    """How the other nodes reach it for a migration; default: the name."""
    legacy: bool | None = None
    """Whether it is offered the algorithms of OpenSSH 4.3; default: the pool's."""
    sudo: bool | Sudo | None = None
    """Whether everything is run through sudo; default: the pool's."""


class Driver(Enum):
    """What acts on a machine that belongs to an OpenSVC service."""

    AUTO = "auto"
    """The agent, where the node has one whose commands are known; else we ourselves."""
    DIRECT = "direct"
    """We ourselves, with `xm` and `ovm`."""
    OPENSVC = "opensvc"
    """The agent; refused where there is none."""
    MANAGER = "manager"
    """The manager of an Oracle VM 3 pool, with its own commands."""


class Confirm(Enum):
    """What an operator does to run a plan that was shown."""

    NONE = "none"
    """Nothing: it runs as soon as its checks have passed."""
    YES = "y"
    NAME = "name"
    """The machine's name is typed; of several machines the verb and their number."""


class ConfirmedVerb(Enum):
    """What can have a confirmation of its own."""

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


class Vm(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of one machine, by its name."""

    address: Text | None = None
    ping: bool | None = None
    operational: bool | None = None
    ha: bool | None = None
    """Whether HA is wanted; default: as its service wants it, or as before the last stop."""
    driver: Driver | None = None
    """Default: the pool's."""


class Budgets(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long each wait of a flow may take, in seconds of wall-clock time."""

    up: Seconds = 180.0
    ping: Seconds = 180.0
    operational: Seconds = 180.0
    down: Seconds = 120.0
    reboot: Seconds = 120.0
    """Until a guest that was asked to reboot has gone down; coming back has `up`."""
    create: Seconds = 180.0
    migrate: Seconds = 7200.0
    manager: Seconds = 60.0
    """One call of the manager's command line."""
    command: Seconds = 60.0
    """Any other command of a flow."""
    verify: Seconds = 60.0
    """Until what a command did is what the nodes list."""
    lock: Seconds = 15.0
    """Each word with a node about a machine's lock: storage that hangs must not hold us up."""
    lock_grace: Seconds = 120.0
    """How long a machine's lock outlives a console that has gone, and its last command."""
    watch: Seconds = 120.0
    """How long a stopped machine is watched for a restart behind our back."""


class Intervals(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often to look, in seconds."""

    refresh: Pace = 5.0
    refresh_busy: Pace = 1.0
    """While a job runs in the node's pool."""
    facts: Pace = 60.0
    """Memory, CPU and identity of a node."""
    repositories: Pace = 300.0
    """Scan of the repositories for stopped machines."""
    manager: Pace = 300.0
    """Age at which a machine's HA flag is asked for again."""


class Timeouts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long the network may take, in seconds."""

    connect: Seconds = 10.0
    login: Seconds = 10.0
    keepalive: Seconds = 15.0
    probe: Seconds = 20.0
    scan: Seconds = 60.0
    freshness: Seconds = 30.0
    """Oldest listing that a guard accepts."""


class Pool(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One server pool."""

    nodes: Annotated[tuple[Name | Node, ...], Meta(min_length=1)]
    label: Text | None = None
    colour: str | None = None
    """One of `COLOURS`, or `#rrggbb`."""
    production: bool = False
    """Whether the screens carry its coloured band as a warning."""
    manager: Manager | None = None
    """None: no manager is asked, and HA is shown as unknown."""
    legacy: bool = False
    """Whether its nodes are offered the weak algorithms of OpenSSH 4.3, too."""
    sudo: bool | Sudo = False
    """Whether everything on its nodes is run through sudo, for users who are not root."""
    repositories: tuple[Text, ...] = DEFAULT_REPOSITORIES
    guest_address: Text | None = None
    """Address of the machines' guests, with `{name}` for the name; default: none."""
    ping: bool = True
    """Whether a start waits for the guest's address to answer, where it has one."""
    operational: bool = True
    """Whether a start waits for an SSH login to the guest, where it has an address."""
    services: Text | None = None
    """Local directory of OpenSVC service files, beside those that the nodes have."""
    driver: Driver = Driver.AUTO
    read_only: bool = False
    """Whether nothing may be changed in this pool."""
    verbs: Annotated[tuple[AllowedVerb, ...], Meta(min_length=1)] | None = None
    """What may be done in this pool; default: everything."""
    confirm: dict[ConfirmedVerb, Confirm] = field(default_factory=dict)
    """How a plan is confirmed, by its verb; default: what `[confirm]` says."""
    vms: dict[str, Vm] = field(default_factory=dict)
    budgets: Budgets = Budgets()

    @property
    def members(self) -> tuple[Node, ...]:
        """The nodes, with short forms made whole."""
        return tuple(Node(name=node) if isinstance(node, str) else node for node in self.nodes)


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    pools: dict[Name, Pool] = field(default_factory=dict)
    intervals: Intervals = Intervals()
    timeouts: Timeouts = Timeouts()
    theme: Text = "ovmtui-dark"
    ssh_config: tuple[Text, ...] | None = None
    """SSH configuration files; default: the user's own."""
    known_hosts: Text | None = None
    """Default: `~/.ssh/known_hosts`."""
    identities: tuple[Text, ...] = ()
    """Private key files; default: the agent's and the user's usual ones."""
    read_only: bool = False
    confirm: dict[ConfirmedVerb, Confirm] = field(default_factory=dict)
    """How a plan is confirmed, by its verb; default: `y`, and the name for a destroy."""


def node_address_host(node: Node) -> str:
    """Return what to connect to for `node`."""
    return node.host or node.name
