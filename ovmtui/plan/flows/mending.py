"""Running the command that mends what a check has found on a node."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import node_subject
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.checkup.diagnosis import Diagnosis
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.judge import findings
from ovmtui.plan.locking import node_lock
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.steps import CommandStep


def build(
    diagnosis: Diagnosis,
    snapshot: Snapshot,
    *,
    now: float,
    timeout: float,
    grace: float,
) -> Plan:
    """Return the plan that runs what mends `diagnosis`; the node's name must be typed.

    Raises:
        PlanRefused: a person has to do it, or nothing has to be done.
    """
    fix = diagnosis.fix
    if fix is None:
        raise PlanRefused((f"{diagnosis.subject}: nothing is known that would mend it",))
    if fix.node is None or fix.command is None:
        raise PlanRefused((f"this is for you to do: {fix.text}",))
    subject = node_subject(fix.node)
    plan = Plan(
        intent=Intent(Verb.MEND, subject, fix.node),
        title=f"mend {fix.node.name}: {diagnosis.subject}",
        vm=subject,
        vm_name=fix.node.name,
        guards=(),
        checks=(),
        steps=(
            CommandStep(
                label=fix.node.name.upper(),
                node=fix.node,
                command=fix.command,
                timeout=max(timeout, 120.0),
            ),
        ),
        notes=(f"Found: {diagnosis.verdict.text}.", f"Why it matters: {diagnosis.why}."),
        lock=node_lock(fix.node, snapshot, grace=grace),
        confirmation=Confirmation.TYPE_NAME,
    )
    return replace(plan, findings=findings(plan, snapshot, now))
