"""Small pools for the tests of guards, flows and merging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import HypervisorFacts, NodeView, Reach
from ovmtui.model.service import Agent, ServiceFile, ServiceStatus
from ovmtui.model.snapshot import PoolView, Snapshot
from ovmtui.model.tool import Program, Tool, Toolstack
from ovmtui.model.vmconfig import ConfigFile, Disk, Interface, VmConfig
from ovmtui.plan.context import Context
from ovmtui.plan.managing import ManagerAccess
from ovmtui.runtime.merge import merge
from ovmtui.toolstacks.svcmgr import era_of

NOW = 1000.0
POOL = "pool1"
UUID = "6b0e8a0e-6a5b-4b3c-a6f0-000000000101"
PATH = "/var/ovs/mount/6A17B0B225C6485D8E2D03275FD3B842/running_pool/ovmguest1/vm.cfg"
DISK = PATH.replace("vm.cfg", "System.img")
VM = VmKey(POOL, UUID)
CPU = "bfebfbff:28100800"
XM = Tool(Program.XM, Toolstack.XEND, "xm is the only program")
XL = Tool(Program.XL, Toolstack.LIBXL, "xl is the only program")

CONFIG = ConfigFile(
    PATH,
    VmConfig(
        name="ovmguest1",
        uuid=UUID,
        memory_mib=1024,
        vcpus=1,
        disks=(Disk("file", DISK, "xvda", "w"),),
        interfaces=(Interface(None, "xenbr0"),),
    ),
)


def key(name: str) -> NodeKey:
    return NodeKey(POOL, name)


def domain(
    name: str = "ovmguest1",
    domid: int | None = 2,
    state: DomainState = DomainState.RUNNING,
    *,
    uuid: str | None = UUID,
    cpu_seconds: float = 12.5,
    disks: tuple[Disk, ...] = (),
) -> Domain:
    return Domain(name, domid, state, 1024, 1, cpu_seconds, uuid=uuid, disks=disks)


def node(
    name: str,
    *domains: Domain,
    free: int | None = 8192,
    cpu: str | None = CPU,
    tool: Tool | None = XM,
) -> NodeView:
    return NodeView(
        key(name),
        Reach.UP,
        since=0.0,
        domains=(Domain("Domain-0", 0, DomainState.RUNNING, 553, 8, 1240.0), *domains),
        listed_at=NOW - 1,
        tool=tool,
        facts=HypervisorFacts(free_memory_mib=free, total_memory_mib=16384, cpu_model=cpu),
        configs=(CONFIG,),
    )


def with_agent(
    view: NodeView, file: ServiceFile, version: str = "1.3", *, frozen: bool = False
) -> NodeView:
    """Return `view` with an OpenSVC agent that has `file`."""
    return replace(
        view,
        agent=Agent("svcmgr", version, era_of(version)),
        services=(replace(file, on_node=True),),
        service_statuses={file.name: ServiceStatus(frozen=frozen)},
    )


def silent(view: NodeView, why: str = "connection refused") -> NodeView:
    return replace(view, reach=Reach.UNREACHABLE, problem=why)


def pool(
    *nodes: NodeView,
    ha: HaState | None = None,
    manager: bool = True,
    problem: str = "",
    services: tuple[ServiceFile, ...] = (),
    wanted: Mapping[str, bool] = MappingProxyType({}),
) -> Snapshot:
    facts = {} if ha is None else {VM: HaFact(ha, "manager", observed_at=NOW)}
    view = PoolView(
        POOL,
        POOL,
        tuple(n.key for n in nodes),
        manager_configured=manager,
        manager_problem=problem,
    )
    return Snapshot(
        version=1,
        taken_at=NOW,
        pools=(view,),
        nodes=MappingProxyType({n.key: n for n in nodes}),
        vms=MappingProxyType(
            merge(POOL, nodes, facts, previous={}, services=services, wanted=wanted)
        ),
    )


def context(*, manager: bool = True, address: str | None = "ovmguest1") -> Context:
    access = ManagerAccess(key("ovm1"), ("ovm",), "admin", POOL)
    return Context(manager=access if manager else None, manager_configured=manager, address=address)


def texts(steps: Iterable[object]) -> list[str]:
    return [step.text for step in steps]  # type: ignore[attr-defined]  # every step has one
