"""What a simulated pool consists of at its beginning."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

REPOSITORY3 = "0004fb0000030000bd5fee592b83ac28"
"""Name of the repository's directory below `/OVS/Repositories`, as Oracle VM 3 makes them."""
REPOSITORY = "6A17B0B225C6485D8E2D03275FD3B842"
"""Name of the repository's mount point, 32 hexadecimal digits as Oracle VM 2.2 makes them."""
_NAMESPACE = uuid.UUID("6b0e8a0e-6a5b-4b3c-a6f0-000000000000")


class Power(Enum):
    """How a machine is when the pool is built."""

    RUNNING = "running"
    DOWN = "down"
    """No node lists it."""
    PAUSED = "paused"
    MANAGED = "managed"
    """Known to its node's xend (`xm new`), but halted: a row without id and state."""
    PRESERVED = "preserved"
    """Its guest is down and the domain kept (`on_poweroff = preserve`): `---s--`."""
    CRASHED = "crashed"
    """Its guest crashed and the domain is kept: `----c-`."""


class ConfigStyle(Enum):
    """How a vm.cfg is written; all of these are met in the wild."""

    PLAIN = "plain"
    """Numbers as numbers, single quotes."""
    QUOTED = "quoted"
    """Numbers as strings, double quotes, blanks after commas."""
    ORACLE3 = "oracle3"
    """With the `OVM_…` keys of Oracle VM 3, and unicode literals."""


class ErrorStyle(Enum):
    """How the Python that runs xend spells an operating system's error."""

    PYTHON24 = "python 2.4"
    """`(111, 'Connection refused')`: Oracle VM 2.2 to 3.2."""
    PYTHON26 = "python 2.6"
    """`[Errno 111] Connection refused`: Oracle VM 3.3 and later."""


class Tools(Enum):
    """Which programs a node has for its domains, and what is behind them."""

    XM = ("xm",)
    """xend's `xm` alone."""
    XL = ("xl",)
    """libxl's `xl` alone."""
    SHIM = ("xl", "xm")
    """libxl, and an `xm` that hands its words on to `xl`."""
    BOTH = ("xm", "xl")
    """Both; xend is in charge."""

    @property
    def are_libxl(self) -> bool:
        """Whether libxl is in charge of the node."""
        return self in {Tools.XL, Tools.SHIM}


@dataclass(frozen=True, slots=True)
class VmSpec:
    """One virtual machine with its guest. Times in simulated seconds."""

    name: str
    memory_mib: int = 1024
    vcpus: int = 1
    node: str | None = None
    """Name of the node that has it; None: the first one, unless `power` is DOWN."""
    power: Power = Power.RUNNING
    ha: bool = True
    uuid: str = ""
    """Empty: derived from the name."""
    simple_name: str = ""
    """What people call it in a pool of Oracle VM 3, where its name is its UUID; else empty."""
    directory: str = ""
    """Name of its directory in the repository; empty: its own name."""
    domid: int | None = None
    """None: the node's next one."""
    hvm: bool = False
    bridge: str = "xenbr0"
    disk: str = "file"
    """How vm.cfg names its disk: `file`, or `phy` for a block device."""
    vnc_password: str = "oracle"
    style: ConfigStyle = ConfigStyle.PLAIN
    load: float = 0.05
    """CPU seconds that it uses in a second."""
    uptime: float = 864_000.0
    cpu_seconds: float | None = None
    """CPU time at the beginning; None: what `load` makes of `uptime`."""
    ping_seconds: float = 12.0
    """From its start until it answers a ping."""
    login_seconds: float = 20.0
    """From its start until it accepts an SSH login."""
    shutdown_seconds: float = 8.0
    ignores_shutdown: bool = False

    @property
    def identity(self) -> str:
        """Its UUID, lower case with dashes."""
        return self.uuid or str(uuid.uuid5(_NAMESPACE, self.name))

    @property
    def folder(self) -> str:
        """The name of its directory."""
        return self.directory or self.name


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One server."""

    name: str
    memory_mib: int = 65_535
    cpus: int = 8
    cpu_mhz: int = 2493
    hw_caps: str = "bfebfbff:28100800:00000000:00000340:009ce3bd:00000000:00000001:00000000"
    """The CPU's identity as `xm info` prints it."""
    bridges: tuple[str, ...] = ("xenbr0", "xenbr1")
    first_domid: int = 1
    dom0_memory_mib: int = 553
    dom0_cpu_seconds: float = 1236.0
    uptime: float = 8_640_000.0
    """Seconds since it booted."""
    load: float = 0.3
    """One-minute load average of its control domain."""
    opensvc: str = ""
    """Version of its OpenSVC agent; empty: it has none."""
    ovmcli: bool = True
    """Whether the manager's command line is installed and configured."""
    xend_starts_at_boot: tuple[str, ...] = ()
    """Machines that have a link in `/etc/xen/auto`."""
    storage: str = "ocfs2"
    """Type of the repository's file system, as mounted here."""
    clock_skew: float = 0.0
    """Seconds by which its clock is ahead."""
    tools: Tools = Tools.XM


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long things take, in simulated seconds."""

    create: float = 3.0
    rebuild: float = 1.5
    """Between the two domains of a machine that reboots."""
    manager: tuple[float, float] = (3.0, 7.0)
    """Shortest and longest call of `ovm`."""
    migration_setup: float = 2.0
    migration_mib_per_second: float = 60.0
    """Memory that a live migration moves."""
    connect_timeout: float = 30.0
    """Until xend gives a silent migration target up."""
    agent: float = 20.0
    """From the vanishing of an HA machine until the pool's agent starts it again."""
    manager_view: float = 30.0
    """Age up to which the manager tells the state of a machine from memory."""


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """A whole pool."""

    nodes: tuple[NodeSpec, ...]
    vms: tuple[VmSpec, ...] = ()
    name: str = "pool1"
    manager_host: str = "ovmmanager"
    """Where the nodes reach the manager, on port 4443."""
    manager_user: str = "admin"
    manager_password: str = "s3cret-of-the-manager"
    latencies: Latencies = Latencies()
    errors: ErrorStyle = ErrorStyle.PYTHON24
    generation: int = 2
    """Of Oracle VM: 2, with the program `ovm`, or 3, whose manager answers over SSH."""
    services: Mapping[str, str] = field(default_factory=dict)
    """Name of each OpenSVC service: the text of its file on every node with an agent."""
    lively: bool = True
    """Whether CPU use varies; False: every guest is idle and uses exactly its load."""
    seed: int = 1
    """Of what is left to chance: latencies of the manager, boot ids."""
