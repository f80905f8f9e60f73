"""One server of the simulated pool: its hypervisor, its xend and its files."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from random import Random

from ovmtui.simulator.domain import Condition, Domain, Machine
from ovmtui.simulator.spec import NodeSpec, VmSpec

HYPERVISOR_MIB = 130
"""Memory that neither the control domain nor a guest can have."""
DOMAIN_ZERO_UUID = "00000000-0000-0000-0000-000000000000"
XEND_LOG = "/var/log/xen/xend.log"
LOAD_AVERAGE = "/proc/loadavg"
ABSENT_OVM = ".ovm-not-installed"
"""What `ovm` is called in the node's folder of programs while it is not installed."""
BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Xend(Enum):
    """How the toolstack's daemon is; the value is why a client cannot reach it."""

    UP = ""
    STOPPED = "No such file or directory"
    CRASHED = "Connection refused"
    DYING = "Connection reset by peer"
    HANGING = "hanging"
    """It accepts the client and never answers."""
    GARBLED = "garbled"
    """`xm list` prints bytes that make no sense, with exit code 0."""


class Plug(Enum):
    """How the node is connected to the rest of the world."""

    UP = "up"
    DEAD = "dead"
    """Without power: nothing runs on it, connections are refused."""
    SILENT = "silent"
    """It runs, but nothing goes in or out over the network."""


@dataclass(slots=True)
class Node:
    """The state of one server."""

    spec: NodeSpec
    directory: Path
    """Where this node's own files are."""
    random: Random
    domains: list[Domain] = field(default_factory=list)
    plug: Plug = Plug.UP
    xend: Xend = Xend.UP
    relocation_server: bool = True
    has_ovmcli: bool = False
    """Whether `ovm` is installed."""
    knows_manager: bool = False
    """Whether `ovm config` was run."""
    wizard_answers: tuple[str, ...] = ()
    """What `ovm config` was told the last time."""
    login_troubles: dict[str, str] = field(default_factory=dict)
    """What `ssh` from here to a node says when it fails, by the other node's name."""
    ballast_mib: int = 0
    """Memory that is used by nobody that is seen."""
    boots: int = 0
    boot_id: str = ""
    booted_at: float = 0.0
    next_domid: int = 1

    @property
    def name(self) -> str:
        """Its name in the pool."""
        return self.spec.name

    @property
    def mac(self) -> int:
        """The address of its first network card, as a number."""
        return 0x00163E000000 + sum(map(ord, self.name))

    def install_ovmcli(self) -> None:
        """Have the manager's command line, as `yum` leaves it: not configured."""
        self.has_ovmcli = True
        aside = self.directory / "bin" / ABSENT_OVM
        if aside.exists():
            aside.rename(aside.with_name("ovm"))

    @property
    def domain_zero(self) -> Domain:
        """The control domain."""
        return self.domains[0]

    @property
    def free_memory_mib(self) -> int:
        """Memory for a further domain."""
        used = sum(domain.memory_mib for domain in self.domains if domain.domid is not None)
        return self.spec.memory_mib - HYPERVISOR_MIB - self.ballast_mib - used

    def boot(self, now: float, *, up_since: float) -> None:
        """Come up with nothing but the control domain, as if since `up_since`."""
        self.boots += 1
        self.booted_at = up_since
        self.boot_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        self.next_domid = self.spec.first_domid
        load = 0.04 * self.spec.cpus
        guest = VmSpec("Domain-0", vcpus=self.spec.cpus, load=load)
        machine = Machine(
            "Domain-0", DOMAIN_ZERO_UUID, self.spec.dom0_memory_mib, self.spec.cpus, (), ()
        )
        before = self.spec.dom0_cpu_seconds if self.boots == 1 else 12.0
        self.domains = [
            Domain(
                machine=machine,
                guest=guest,
                name="Domain-0",
                domid=0,
                built_at=up_since,
                guest_started_at=up_since,
                lively=False,
                cpu_before=before,
                counted_from=now,
            )
        ]
        self.write(BOOT_ID, f"{self.boot_id}\n")
        log = self.path(XEND_LOG)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()

    def take_domid(self) -> int:
        """Return the next domain id; xend counts up and never uses one twice in a boot."""
        domid = self.next_domid
        self.next_domid += 1
        return domid

    def guests(self) -> Iterator[Domain]:
        """Yield every domain but the control domain."""
        yield from self.domains[1:]

    def executing(self, uuid: str) -> bool:
        """Whether a guest of this UUID runs here."""
        return any(domain.machine.uuid == uuid and domain.is_executing for domain in self.guests())

    def find(self, word: str) -> Domain | None:
        """Return the domain that xend takes `word` for: by name, then by id."""
        named = [domain for domain in self.domains if domain.name == word]
        if named:
            return min(named, key=lambda domain: -1 if domain.domid is None else domain.domid)
        for domain in self.domains:
            if domain.domid is not None and word.isdigit() and domain.domid == int(word):
                return domain
        return None

    def holds(self, domain: Domain) -> bool:
        """Whether exactly this domain is still here."""
        return any(other is domain for other in self.domains)

    def drop(self, domain: Domain) -> None:
        """Take the domain away; one that is gone already is no error."""
        self.domains = [other for other in self.domains if other is not domain]

    def managed(self, name: str) -> Domain | None:
        """Return the halted managed domain of this name."""
        for domain in self.guests():
            if domain.condition is Condition.HALTED and domain.name == name:
                return domain
        return None

    def path(self, name: str) -> Path:
        """Return where this node's own copy of the file `name` is."""
        return self.directory / name.lstrip("/")

    def write(self, name: str, text: str) -> None:
        """Write one of the node's own files, whole or not at all."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_text(text)
        new.replace(path)

    def log(self, stamp: str, level: str, source: str, text: str) -> None:
        """Append a line to the node's xend.log, as xend 3.4 writes it."""
        with self.path(XEND_LOG).open("a") as file:
            file.write(f"[{stamp} xend 3113] {level} ({source}) {text}\n")
