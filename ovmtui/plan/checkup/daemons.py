"""The checks of what runs beside the toolstack: the pool's agent, autostart, OpenSVC."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.model.command import Command
from ovmtui.model.ha import HaState
from ovmtui.model.node import NodeView
from ovmtui.model.service import AgentEra
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.plan.checkup.diagnosis import Diagnosis, Evidence, Fix, about, answers_of
from ovmtui.plan.verdict import fails, holds, unknown


def ovs_agent(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    """Whether the pool's agent runs."""
    said = answers_of(node, evidence).ovs_agent
    restart = Command(("service", "ovs-agent", "restart"))
    verdict = unknown("not told") if said is None else fails(said) if said else holds("it runs")
    return about(
        node,
        "ovs-agent",
        "the pool's agent (ovs-agent)",
        verdict,
        why="the manager reaches the node through it, and it restarts machines with HA",
        fix=Fix(restart.shown, node.key, restart),
    )


def auto_start(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    """Whether xend starts machines by itself that the pool would start elsewhere."""
    links = answers_of(node, evidence).auto_start
    fix = None
    if links is None:
        verdict = unknown("/etc/xen/auto was not told")
    elif not links:
        verdict = holds("/etc/xen/auto is empty")
    else:
        guarded = [name for name in links if _has_ha(name, node, snapshot)]
        verdict = holds(f"{', '.join(links)}: none of them has HA")
        if guarded:
            verdict = fails(f"{', '.join(guarded)}: HA is on, and xend starts it here at boot, too")
            argv = ("rm", *(f"/etc/xen/auto/{name}" for name in guarded))
            fix = Fix(Command(argv).shown, node.key, Command(argv))
    return about(
        node,
        "auto-start",
        "machines that start at boot",
        verdict,
        why="the pool has started them elsewhere by then: they would run twice",
        fix=fix,
    )


def _has_ha(name: str, node: NodeView, snapshot: Snapshot) -> bool:
    for vm in snapshot.vms.values():
        if vm.key.pool == node.key.pool and name in {vm.name, vm.key.identity}:
            wanted = vm.wanted_ha is not None and vm.wanted_ha.on
            return wanted or vm.ha.state is HaState.ON
    return False


def opensvc(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    """Whether the OpenSVC agent can be driven and its services are understood."""
    fix = None
    agent = node.agent
    broken = [note for file in node.services or () for note in file.notes]
    if node.survey_problem:
        verdict = unknown(node.survey_problem)
    elif agent is None:
        verdict = holds("none; nothing here needs it")
        if any(vm.service and vm.service.allows(node.key) for vm in _machines(node, snapshot)):
            verdict = holds("none: machines of services are driven with xm here")
    elif agent.era is AgentEra.UNKNOWN:
        verdict = fails(f"version {agent.version or 'unknown'}: its commands are not known")
        fix = Fix('set driver = "direct" for the pool in the configuration')
    elif broken:
        verdict = fails(f"version {agent.version}; {'; '.join(broken[:3])}")
        fix = Fix(f"mend {broken[0].partition(': ')[0]}")
    else:
        verdict = holds(f"version {agent.version}, {len(node.services or ())} service(s)")
    return about(
        node,
        "opensvc",
        "OpenSVC agent and its services",
        verdict,
        why="a service file that is misread makes its agent do something else than is wanted",
        fix=fix,
    )


def _machines(node: NodeView, snapshot: Snapshot) -> Iterator[Vm]:
    return (vm for vm in snapshot.vms.values() if vm.key.pool == node.key.pool)
