"""The checks of a whole pool, and all checks together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import PoolView, Snapshot
from ovmtui.model.storage import mount_of
from ovmtui.model.tool import Toolstack
from ovmtui.plan.checkup.diagnosis import Diagnosis, Evidence, Fix
from ovmtui.plan.checkup.manager import manager_diagnoses
from ovmtui.plan.checkup.nodes import node_diagnoses
from ovmtui.plan.checkup.ovm3 import ovm3_diagnoses
from ovmtui.plan.readiness import memory_needed_mib
from ovmtui.plan.verdict import Finding, Verdict, fails, holds, unknown


def diagnose(
    pool: PoolView, snapshot: Snapshot, evidence: Evidence, locks: Sequence[Finding]
) -> tuple[Diagnosis, ...]:
    """Return everything that was found in `pool`, node by node, then of the whole.

    Args:
        pool: the pool.
        snapshot: what is known.
        evidence: what was asked beside it.
        locks: whether the repositories know working locks.
    """
    found: list[Diagnosis] = []
    nodes = snapshot.nodes_of(pool.name)
    for node in nodes:
        found += node_diagnoses(node, snapshot, evidence)
        asked = pool.manager_configured and evidence.ovm3 is None
        if asked and node.key in evidence.answers:
            found += manager_diagnoses(node, evidence)
    if evidence.ovm3 is not None:
        found += ovm3_diagnoses(pool, evidence.ovm3)
    found += _of_pool(pool, nodes, snapshot)
    for finding in locks:
        fix = Fix("mount OCFS2 with its cluster stack, or NFS with a lock daemon, on every node")
        found.append(
            Diagnosis(
                pool.name,
                None,
                finding.name,
                finding.subject,
                finding.verdict,
                "it keeps two consoles from starting one machine at the same moment",
                None if finding.verdict.passes else fix,
            )
        )
    return tuple(found)


def _of_pool(pool: PoolView, nodes: Sequence[NodeView], snapshot: Snapshot) -> Iterator[Diagnosis]:
    known = [node for node in nodes if node.certain]
    if len(nodes) < 2:
        return
    yield Diagnosis(
        pool.name,
        None,
        "same-repositories",
        "the same repositories on all nodes",
        _same_repositories(nodes),
        "a machine cannot be moved or started where its repository is not mounted",
    )
    cpu = _same_cpu(nodes)
    yield Diagnosis(
        pool.name,
        None,
        "same-cpu",
        "the same CPU on all nodes",
        cpu,
        "a machine that is moved to another CPU crashes or misbehaves; nothing below checks it",
        None if cpu.passes else Fix("keep nodes with different CPUs in different pools"),
    )
    stacks = _same_toolstack(nodes)
    yield Diagnosis(
        pool.name,
        None,
        "same-toolstack",
        "the same toolstack on all nodes",
        stacks,
        "nothing can be migrated between xend and libxl",
        None if stacks.passes else Fix("keep nodes with xend and with libxl in different pools"),
    )
    yield Diagnosis(
        pool.name,
        None,
        "spare-memory",
        "memory for the machines of one node more",
        _spare(known, snapshot) if len(known) == len(nodes) else unknown("a node is silent"),
        "when a node fails, the others must have room for its machines",
    )


def _same_repositories(nodes: Sequence[NodeView]) -> Verdict:
    seen = {}
    for node in nodes:
        if node.mounts is None or node.configs is None:
            return unknown(f"{node.key.name} did not tell what it has mounted")
        mounts = (mount_of(file.path, node.mounts) for file in node.configs)
        seen[node.key.name] = {mount.path for mount in mounts if mount is not None}
    every = set().union(*seen.values())
    missing = [
        f"{name} lacks {', '.join(sorted(every - paths))}"
        for name, paths in seen.items()
        if every - paths
    ]
    return fails("; ".join(missing)) if missing else holds(f"{len(every)} on each node")


def _same_cpu(nodes: Sequence[NodeView]) -> Verdict:
    models = {node.key.name: node.facts.cpu_model for node in nodes}
    untold = [name for name, model in models.items() if model is None]
    groups: dict[str, list[str]] = {}
    for name, model in models.items():
        if model is not None:
            groups.setdefault(model, []).append(name)
    if len(groups) > 1:
        return fails("different: " + " / ".join(", ".join(names) for names in groups.values()))
    if untold:
        return unknown(f"not told by {', '.join(untold)}")
    return holds("the same capabilities")


def _same_toolstack(nodes: Sequence[NodeView]) -> Verdict:
    groups: dict[str, list[str]] = {}
    for node in nodes:
        stack = Toolstack.UNKNOWN if node.tool is None else node.tool.toolstack
        groups.setdefault(stack.value, []).append(node.key.name)
    untold = groups.pop(Toolstack.UNKNOWN.value, [])
    if len(groups) > 1:
        told = (f"{', '.join(names)} with {stack}" for stack, names in groups.items())
        return fails(" / ".join(told))
    if untold:
        return unknown(f"not told by {', '.join(untold)}")
    return holds(f"{next(iter(groups))} everywhere")


def _spare(nodes: Sequence[NodeView], snapshot: Snapshot) -> Verdict:
    free = {node.key: node.facts.free_memory_mib for node in nodes}
    needed = dict.fromkeys(free, 0)
    for vm in snapshot.vms.values():
        if vm.home is not None and vm.home.node in needed and vm.memory_mib:
            needed[vm.home.node] += memory_needed_mib(vm.memory_mib)
    short = []
    for node, mib in needed.items():
        others = [free[other] for other in free if other != node]
        if any(one is None for one in others):
            return unknown("free memory is not known on every node")
        room = sum(one for one in others if one is not None)
        if room < mib:
            short.append(f"the machines of {node.name} need {mib} MiB, the others have {room}")
    return fails("; ".join(short)) if short else holds("any one node's machines fit elsewhere")
