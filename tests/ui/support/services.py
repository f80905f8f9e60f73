"""The healthy pool with OpenSVC services, and what a check finds in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ovmtui.errors import PlanRefused
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.service import Agent, Availability, ServiceStatus
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.storage import Mount
from ovmtui.plan.checkup.diagnosis import Diagnosis, Evidence
from ovmtui.plan.checkup.pools import diagnose
from ovmtui.plan.flows import mending
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Finding, Standing, Verdict
from ovmtui.runtime.merge import merge
from ovmtui.toolstacks.nodecheck import NodeAnswers
from ovmtui.toolstacks.servicefile import parse
from ovmtui.toolstacks.svcmgr import era_of
from tests.ui.support import pools
from tests.ui.support.console import NOW

_TEXT = """\
[DEFAULT]
nodes = ovm1 ovm2
env = {env}
mode = ovm
[ip#1]
ipname = {name}
ipdev = xenbr0
[hb#1]
type = ovm
"""


def with_services(*, frozen: bool = False) -> Snapshot:
    """Return the healthy pool: ovmguest1 is in order, oradb01 drifts, web01 is misread."""
    plain = pools.healthy()
    texts = {
        "ovmguest1": _TEXT.format(name="ovmguest1", env="DEV"),
        "oradb01": _TEXT.format(name="oradb01", env="PRD"),
        "web01": _TEXT.format(name="web01", env="PROD"),
    }
    files = tuple(parse(text, f"/etc/opensvc/{n}.conf", on_node=True) for n, text in texts.items())
    status = ServiceStatus(
        Availability.UP, Availability.UP, Availability.UP, frozen=frozen, messages=()
    )
    mounts = (
        Mount("/", "/dev/sda2", "ext3", True),
        Mount(
            "/var/ovs/mount/6A17B0B225C6485D8E2D03275FD3B842",
            "/dev/mapper/ovs",
            "ocfs2",
            True,
            1_048_576_000,
            524_288_000,
        ),
    )
    nodes = []
    for view in plain.nodes.values():
        view = replace(view, mounts=mounts)
        if view.key.name in {"ovm1", "ovm2"}:
            view = replace(
                view,
                agent=Agent("svcmgr", "1.8", era_of("1.8")),
                services=files,
                service_statuses=MappingProxyType({file.name: status for file in files}),
            )
        nodes.append(view)
    facts = {vm.key: vm.ha for vm in plain.vms.values()}
    facts[pools.vm_key(4)] = HaFact(HaState.OFF, "manager", observed_at=NOW - 40)
    vms = merge(pools.POOL, nodes, facts, previous={})
    return replace(
        plain,
        nodes=MappingProxyType({view.key: view for view in nodes}),
        vms=MappingProxyType(vms),
    )


@dataclass
class ScriptedChecker:
    """Finds what the evidence says, and nothing else."""

    snapshot: Snapshot
    asked: list[str] = field(default_factory=list)

    async def pool(self, name: str, *, locks: bool) -> Sequence[Diagnosis]:
        self.asked.append(name)
        nodes = self.snapshot.pool(name).nodes
        well = NodeAnswers(0, "2.2-9.el5", "", ())
        evidence = Evidence(
            answers={
                key: replace(well, ovmcli="", auto_start=("ovmguest1",))
                if key.name == "ovm2"
                else well
                for key in nodes
            },
            reaches={key: frozenset(nodes) for key in nodes},
            relocation={key: f"{key.name} port 8002" for key in nodes},
            manager_open=dict.fromkeys(nodes, True),
            manager_site="ovmmanager 4443",
            manager_login=dict.fromkeys(nodes, ""),
            login_users={key: f"root@{key.name}" for key in nodes},
        )
        lock = Finding("lock", "flock in /var/ovs", Verdict(Standing.HOLDS, "seen by ovm2"))
        return diagnose(self.snapshot.pool(name), self.snapshot, evidence, (lock,))

    async def setup(self, node: NodeKey, *, anew: bool = False) -> Plan:
        raise PlanRefused((f"{node.name} cannot be set up in this scene",))

    def mend(self, diagnosis: Diagnosis) -> Plan:
        return mending.build(diagnosis, self.snapshot, now=NOW, timeout=60.0, grace=120.0)
