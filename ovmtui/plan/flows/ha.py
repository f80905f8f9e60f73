"""HA on, HA off: one call of the manager, read back."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.context import Context
from ovmtui.plan.flows import parts
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.readiness import IsRunning


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that switches HA.

    Raises:
        PlanRefused: no manager can be asked.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    on = intent.verb is Verb.HA_ON
    because = ""
    if intent.verb is Verb.MEND_HA:
        if vm.wanted_ha is None:
            raise PlanRefused((f"nothing says what HA of {vm.shown} is to be",))
        if not vm.drifts:
            raise PlanRefused(
                (f"HA of {vm.shown} is {vm.ha.state.value} ({vm.state.value}): nothing to mend",)
            )
        on = vm.wanted_ha.on
        because = f" The {vm.wanted_ha.source} wants it {'on' if on else 'off'}."
    if not context.manager_configured:
        raise PlanRefused(
            (f"no manager is configured for pool {vm.key.pool}, so HA cannot be switched",)
        )
    if context.manager is None:
        raise PlanRefused((f"the manager cannot be used: {context.manager_unknown}",))
    guards = parts.manager_guards(vm, context)
    if on:
        guards = (*guards, IsRunning(vm.key))
    return Plan(
        intent=intent,
        title=f"HA {'on' if on else 'off'} for {vm.shown}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=guards,
        checks=(),
        steps=parts.set_ha(vm, context.manager, context, on=on),
        notes=(f"HA is {vm.ha.state.value} now.{because}",),
    )
