"""Pools as the screens' tests need them: always the same, at the scripted console's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import HypervisorFacts, NodeView, Reach
from ovmtui.model.snapshot import PoolView, Snapshot
from ovmtui.model.tool import Program, Tool, Toolstack
from ovmtui.model.vmconfig import ConfigFile, Disk, Interface, VmConfig
from ovmtui.plan.context import Context
from ovmtui.plan.managing import ManagerAccess
from ovmtui.runtime.merge import merge
from tests.ui.support.console import NOW

POOL = "pool1"
REPOSITORY = "/var/ovs/mount/6A17B0B225C6485D8E2D03275FD3B842/running_pool"
CPU = "bfebfbff:28100800"


def uuid(number: int) -> str:
    return f"6b0e8a0e-6a5b-4b3c-a6f0-{number:012d}"


def vm_key(number: int) -> VmKey:
    return VmKey(POOL, uuid(number))


def node_key(name: str) -> NodeKey:
    return NodeKey(POOL, name)


def config(name: str, number: int, *, memory_mib: int = 2048, vcpus: int = 2) -> ConfigFile:
    folder = f"{REPOSITORY}/{name}"
    disk = Disk("file", f"{folder}/System.img", "xvda", "w")
    nic = Interface(f"00:16:3e:00:00:{number:02x}", "xenbr0")
    read = VmConfig(
        name=name,
        uuid=uuid(number),
        memory_mib=memory_mib,
        vcpus=vcpus,
        disks=(disk,),
        interfaces=(nic,),
        settings=(("bootloader", "/usr/bin/pygrub"), ("on_reboot", "restart")),
    )
    return ConfigFile(f"{folder}/vm.cfg", read)


def domain(
    name: str,
    number: int,
    state: DomainState = DomainState.RUNNING,
    *,
    memory_mib: int = 2048,
    vcpus: int = 2,
    domid: int | None = None,
    cpu_seconds: float = 8123.4,
) -> Domain:
    return Domain(
        name,
        number if domid is None else domid,
        state,
        memory_mib,
        vcpus,
        cpu_seconds,
        uuid=uuid(number),
    )


def node(
    name: str,
    *domains: Domain,
    configs: Sequence[ConfigFile] = (),
    free_mib: int = 24576,
    latency_ms: float = 9.0,
    cpu: Mapping[int, float] | None = None,
) -> NodeView:
    return NodeView(
        node_key(name),
        Reach.UP,
        since=NOW - 3600,
        latency_ms=latency_ms,
        domains=(Domain("Domain-0", 0, DomainState.RUNNING, 553, 8, 1240.0), *domains),
        listed_at=NOW - 1,
        tool=Tool(Program.XM, Toolstack.XEND, "xm is the only program"),
        facts=HypervisorFacts(
            host=name,
            total_memory_mib=65536,
            free_memory_mib=free_mib,
            cpus=16,
            cpu_model=CPU,
            xen_version="3.4.0",
        ),
        load=0.42,
        clock_skew_s=0.1,
        configs=tuple(configs),
        cpu_percent=MappingProxyType(dict(cpu or {})),
    )


def unreachable(view: NodeView, why: str = "connection refused") -> NodeView:
    return replace(view, reach=Reach.UNREACHABLE, problem=why, since=NOW - 900, latency_ms=None)


def pool(
    *nodes: NodeView,
    ha: Mapping[int, HaState] | None = None,
    manager_problem: str = "",
    production: bool = False,
) -> Snapshot:
    facts = {
        vm_key(number): HaFact(state, "manager", observed_at=NOW - 40)
        for number, state in (ha or {}).items()
    }
    view = PoolView(
        POOL,
        POOL,
        tuple(n.key for n in nodes),
        production=production,
        manager_configured=True,
        manager_problem=manager_problem,
    )
    return Snapshot(
        version=1,
        taken_at=NOW,
        pools=(view,),
        nodes=MappingProxyType({n.key: n for n in nodes}),
        vms=MappingProxyType(merge(POOL, nodes, facts, previous={})),
    )


def context() -> Context:
    access = ManagerAccess(node_key("ovm1"), ("ovm",), "admin", POOL)
    return Context(manager=access, manager_configured=True, address="ovmguest1")


NAMES = ("ovmguest1", "web01", "web02", "oradb01", "mail1", "build7", "erp2", "ldap1")
CONFIGS = tuple(config(name, number) for number, name in enumerate(NAMES, 1))


def _nodes() -> tuple[NodeView, NodeView, NodeView]:
    return (
        node(
            "ovm1",
            domain("ovmguest1", 1),
            domain("web01", 2, memory_mib=4096, vcpus=1),
            domain("erp2", 7, memory_mib=8192, vcpus=4),
            configs=CONFIGS,
            cpu={1: 12.1, 2: 3.4, 7: 55.0},
        ),
        node(
            "ovm2",
            domain("web02", 3, memory_mib=4096, vcpus=1),
            domain("oradb01", 4, memory_mib=16384, vcpus=8),
            configs=CONFIGS,
            free_mib=41000,
            cpu={3: 2.0, 4: 140.3},
        ),
        node("ovm3", domain("ldap1", 8), configs=CONFIGS, free_mib=60000, cpu={8: 0.3}),
    )


_HA = {
    1: HaState.ON,
    2: HaState.ON,
    3: HaState.OFF,
    4: HaState.ON,
    6: HaState.OFF,
    7: HaState.ON,
    8: HaState.OFF,
}


def healthy(*, production: bool = False) -> Snapshot:
    """Three nodes, eight machines, two of them down (mail1 and build7)."""
    return pool(*_nodes(), ha=_HA, production=production)


def one_node_dead() -> Snapshot:
    """ovm3 does not answer: what it ran last, and what is down, is unknown."""
    first, second, third = _nodes()
    return pool(first, second, unreachable(third), ha=_HA)


def connecting() -> Snapshot:
    """No node has answered yet."""
    return pool(*(NodeView(node_key(name)) for name in ("ovm1", "ovm2", "ovm3")))


def empty() -> Snapshot:
    """Every node answers; there is no machine at all."""
    return pool(node("ovm1"), node("ovm2"), node("ovm3"))


def split_brain(*, dead: bool = False) -> Snapshot:
    """ovmguest1 runs on ovm1 and on ovm2; ovm3 may be dead."""
    first, second, third = _nodes()
    third = unreachable(third) if dead else third
    assert second.domains is not None
    twice = replace(second, domains=(*second.domains, domain("ovmguest1", 1, domid=9)))
    return pool(first, twice, third, ha=_HA)


def one_paused() -> Snapshot:
    """The healthy pool with ovmguest1 paused on ovm1."""
    first, second, third = _nodes()
    assert first.domains is not None
    domains = tuple(
        replace(d, state=DomainState.PAUSED) if d.name == "ovmguest1" else d for d in first.domains
    )
    return pool(replace(first, domains=domains), second, third, ha=_HA)


def paused_leftover() -> Snapshot:
    """oradb01 is on ovm2 paused only, and never executed there."""
    first, second, third = _nodes()
    left = domain("oradb01", 4, DomainState.PAUSED, memory_mib=16384, vcpus=8, cpu_seconds=0.0)
    web = domain("web02", 3, memory_mib=4096, vcpus=1)
    domain_zero = (second.domains or ())[:1]
    return pool(first, replace(second, domains=(*domain_zero, web, left)), third, ha=_HA)


def hostile() -> Snapshot:
    """Names that would be markup, terminal controls or an overflow."""
    names = (
        "[/red]boom[",
        "\x1b[2J\x1b]0;owned\x07x",
        "re\u202everse",
        "名前の長い仮想計算機",
        "n" * 200,
    )
    domains = [domain(name, number) for number, name in enumerate(names, 1)]
    return pool(node("ovm1", *domains), node("ovm2"), node("ovm3"))


def read_only() -> Snapshot:
    """The healthy pool, in which nothing may be changed."""
    snapshot = healthy()
    return replace(snapshot, pools=tuple(replace(p, read_only=True) for p in snapshot.pools))


def uneven() -> Snapshot:
    """The healthy pool with hardly any memory left on ovm1."""
    first, second, third = _nodes()
    full = replace(first, facts=replace(first.facts, free_memory_mib=2048))
    return pool(full, second, third, ha=_HA)


def in_maintenance() -> Snapshot:
    """The healthy pool with ovm2 kept free."""
    first, second, third = _nodes()
    return pool(first, replace(second, maintenance=True), third, ha=_HA)
