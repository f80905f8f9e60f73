"""From a verb to its plan. One module for each verb; `build` chooses."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.errors import PlanRefused
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.context import Context
from ovmtui.plan.flows import destroy, ha, migrate, start, stop
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.judge import findings
from ovmtui.plan.plan import Plan

_BUILDERS = {
    Verb.START: start.build,
    Verb.STOP: stop.build,
    Verb.MIGRATE: migrate.build,
    Verb.HA_ON: ha.build,
    Verb.HA_OFF: ha.build,
    Verb.DESTROY: destroy.build,
}


def build(intent: Intent, snapshot: Snapshot, context: Context, *, now: float) -> Plan:
    """Return the plan for `intent`, its guards judged against `snapshot`.

    Raises:
        PlanRefused: no such plan can exist (unknown machine, no node, target is source).
    """
    if intent.vm not in snapshot.vms:
        raise PlanRefused((f"{intent.vm.identity} is not known in pool {intent.vm.pool}",))
    try:
        plan = _BUILDERS[intent.verb](intent, snapshot, context, now)
    except ValueError as error:
        # A name that no command takes as a plain word, such as an option or domain 0.
        raise PlanRefused((str(error),)) from None
    return replace(plan, findings=findings(plan, snapshot, now))
