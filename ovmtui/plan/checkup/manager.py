"""The checks of the manager's command line, node by node."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.model.node import NodeView
from ovmtui.plan.checkup.diagnosis import Diagnosis, Evidence, Fix
from ovmtui.plan.verdict import fails, holds, unknown
from ovmtui.toolstacks.nodecheck import NodeAnswers


def manager_diagnoses(node: NodeView, evidence: Evidence) -> Iterator[Diagnosis]:
    """Yield whether `ovm` is there, reaches the manager, and is let in."""
    answers = evidence.answers.get(node.key, NodeAnswers())
    yield _installed(node, answers)
    yield _reached(node, evidence)
    if answers.ovmcli:
        yield _accepted(node, evidence)


def _installed(node: NodeView, answers: NodeAnswers) -> Diagnosis:
    if answers.ovmcli is None:
        verdict = unknown("not told")
    elif answers.ovmcli:
        verdict = holds(f"ovmcli {answers.ovmcli}")
    else:
        verdict = fails("ovmcli is not installed")
    return Diagnosis(
        node.key.pool,
        node.key,
        "ovmcli",
        "the manager's command line",
        verdict,
        "HA is read and switched with it; from any node that has it",
        _setup(node) if not verdict.passes else None,
    )


def _reached(node: NodeView, evidence: Evidence) -> Diagnosis:
    site = evidence.manager_site
    fix = None
    if not site:
        verdict = unknown("where the manager is, is not configured")
        fix = Fix("set host in the pool's [manager] table")
    else:
        reached = evidence.manager_open.get(node.key)
        if reached is None:
            verdict = unknown(f"{site}: not told")
        else:
            verdict = holds(f"{site} answers") if reached else fails(f"{site} does not answer")
            fix = Fix(
                f"nc -z -w 5 {site}   (on {node.key.name}: a firewall, or the manager is down)"
            )
    return Diagnosis(
        node.key.pool,
        node.key,
        "manager-port",
        "the manager's port",
        verdict,
        "without the manager HA cannot be switched off before a stop",
        None if verdict.passes else fix,
    )


def _accepted(node: NodeView, evidence: Evidence) -> Diagnosis:
    said = evidence.manager_login.get(node.key)
    if said is None:
        verdict = unknown("not tried")
    else:
        verdict = fails(said) if said else holds("configured, and the password is accepted")
    return Diagnosis(
        node.key.pool,
        node.key,
        "manager-login",
        "a call of the manager",
        verdict,
        "it shows that `ovm config` was run here and that the credentials are right",
        None if verdict.passes else _setup(node),
    )


def _setup(node: NodeView) -> Fix:
    return Fix(f"ovmtui setup {node.key.name}")
