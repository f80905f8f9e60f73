"""The checks of one node."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ovmtui.model.command import Command
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.storage import mount_of
from ovmtui.plan.checkup.daemons import auto_start, opensvc, ovs_agent
from ovmtui.plan.checkup.diagnosis import Diagnosis, Evidence, Fix, about, answers_of
from ovmtui.plan.checkup.relocation import migration_login, relocation_port
from ovmtui.plan.verdict import Verdict, fails, holds, unknown

_SKEW = 30.0
"""Seconds by which a node's clock may differ."""

_Check = Callable[[NodeView, Snapshot, Evidence], Diagnosis | None]


def node_diagnoses(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Iterator[Diagnosis]:
    """Yield what is found on `node`; only the login when nobody can be asked there."""
    yield _login(node, snapshot, evidence)
    if node.reach is not Reach.UP:
        return
    for check in _CHECKS:
        found = check(node, snapshot, evidence)
        if found is not None:
            yield found


def _login(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    if node.reach is Reach.UP:
        user = evidence.login_users.get(node.key, "")
        verdict = holds(f"logged in as {user}" if user else "logged in")
    else:
        verdict = fails(node.problem or "no answer yet")
    return about(
        node,
        "login",
        "SSH login",
        verdict,
        why="without it nothing is known of the node, and no machine of the pool is started",
        fix=Fix(evidence.mends.get(node.key) or f"ssh {node.key.name}   (and see what it says)"),
    )


def _privileges(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    answers = answers_of(node, evidence)
    user = answers.user_id
    root = f'set user = "root" for {node.key.name} in the configuration'
    if user is None:
        verdict = unknown("who is logged in was not told")
    else:
        seen = f"user id {user}, not root" + (f"; {answers.sudo}" if answers.sudo else "")
        verdict = holds("root") if user == 0 else fails(seen)
    return about(
        node,
        "privileges",
        "rights on the node",
        verdict,
        why="xm, xl and yum need root",
        fix=Fix(f"set {answers.sudo_mend}; or {root}" if answers.sudo_mend else root),
    )


def _toolstack(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    tool = node.tool
    why = "a machine that no list shows is unknown, and is never taken for stopped"
    if tool is None:
        verdict = unknown(node.list_problem or "which program it has was not told yet")
        return about(node, "toolstack", "xm list or xl list", verdict, why=why)
    if node.certain:
        domains = f"{len(node.domains or ())} domains, {tool.toolstack.value}"
        verdict = holds(f"{domains}; {tool.reason}" if tool.reason else domains)
    else:
        verdict = fails(node.list_problem or "not listed yet")
    fix = Fix("service xend restart", node.key, Command(("service", "xend", "restart")))
    if tool.is_libxl:
        fix = Fix("systemctl status xenstored xenconsoled   (xl hangs or fails without them)")
    return about(node, "toolstack", f"{tool.name} list", verdict, why=why, fix=fix)


def _repositories(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    why = "a machine can only be started or moved where its vm.cfg and disks are seen"
    fix = Fix("/opt/ovs-agent-latest/utils/repos.py -l   (lists the repositories)")
    if node.scan_problem:
        verdict = fails(node.scan_problem)
    elif node.configs is None:
        verdict = unknown("not searched yet")
    elif not node.configs:
        verdict = fails("no vm.cfg found: is the repository mounted?")
    else:
        verdict = _mounted(node)
    return about(node, "repositories", "repositories", verdict, why=why, fix=fix)


def _mounted(node: NodeView) -> Verdict:
    count = f"{len(node.configs or ())} vm.cfg"
    if node.mounts is None:
        return unknown(f"{count}; what is mounted was not told")
    found = []
    for file in node.configs or ():
        mount = mount_of(file.path, node.mounts)
        if mount is not None and mount not in found:
            found.append(mount)
    if not found:
        return unknown(f"{count}; the file systems are not among the mounts")
    bad = [
        f"{mount.path} is {mount.kind}, which nodes cannot share"
        for mount in found
        if not mount.is_shared
    ] + [f"{mount.path} is mounted read-only" for mount in found if not mount.writable]
    if bad:
        return fails(f"{count}; {'; '.join(bad)}")
    kinds = ", ".join(f"{mount.kind} at {mount.path}" for mount in found)
    return holds(f"{count} on {kinds}")


def _memory(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    free, total = node.facts.free_memory_mib, node.facts.total_memory_mib
    if free is None or total is None:
        program = node.tool.name if node.tool is not None else "xm or xl"
        verdict = unknown(f"{program} info does not tell it")
    else:
        verdict = holds(f"{free} of {total} MiB free")
    return about(node, "memory", "memory", verdict, why="without it no machine can be placed here")


def _clock(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis:
    skew = node.clock_skew_s
    if skew is None:
        verdict = unknown("not told")
    else:
        seen = f"{skew:+.0f} s against this machine's"
        verdict = fails(seen) if abs(skew) > _SKEW else holds(seen)
    return about(
        node,
        "clock",
        "its clock",
        verdict,
        why="guests take their time from it after a migration, and logs cannot be compared",
        fix=Fix("service ntpd restart", node.key, Command(("service", "ntpd", "restart"))),
    )


_CHECKS: tuple[_Check, ...] = (
    _privileges,
    _toolstack,
    relocation_port,
    migration_login,
    _repositories,
    _memory,
    _clock,
    ovs_agent,
    auto_start,
    opensvc,
)
