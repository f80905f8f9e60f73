"""From a verb to its plan. One module for each verb; `build` chooses."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.context import Context
from ovmtui.plan.flows import (
    destroy,
    ha,
    migrate,
    pause,
    reboot,
    repair,
    services,
    start,
    stop,
)
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.judge import findings
from ovmtui.plan.locking import lock_place
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep

_BUILDERS = {
    Verb.START: start.build,
    Verb.STOP: stop.build,
    Verb.MIGRATE: migrate.build,
    Verb.REBOOT: reboot.build,
    Verb.PAUSE: pause.build,
    Verb.UNPAUSE: pause.build_unpause,
    Verb.HA_ON: ha.build,
    Verb.HA_OFF: ha.build,
    Verb.DESTROY: destroy.build,
    Verb.REPAIR: repair.build,
    Verb.MEND_HA: ha.build,
    Verb.FREEZE: services.build_freezing,
    Verb.THAW: services.build_freezing,
    Verb.RESERVE: services.build_reserving,
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
    if intent.verb in {Verb.DESTROY, Verb.REPAIR}:
        plan = services.beside_agents(plan, snapshot, context)
    vm = snapshot.vms[plan.vm]
    unsearched = [
        node.key.name
        for node in snapshot.nodes_of(plan.vm.pool)
        if node.certain and node.configs is None and not node.scan_problem
    ]
    if not vm.configs and unsearched:
        # Other consoles may know its vm.cfg already, and hold its lock beside it.
        places = ", ".join(unsearched)
        raise PlanRefused((f"the repositories were not searched yet on {places}: try again soon",))
    lock = lock_place(vm, _workplace(plan), snapshot, context.limits)
    return replace(plan, lock=lock, findings=findings(plan, snapshot, now))


def _workplace(plan: Plan) -> NodeKey:
    """Return the node of the machine's own commands, else that of the manager's."""
    commands = [step for step in plan.steps if isinstance(step, CommandStep)]
    own = [step.node for step in commands if not step.of_manager]
    return (own or [step.node for step in commands])[0]
