"""Destroy: HA off first, then the power is cut, by domain id."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import DomainState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm, VmState
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.flows import bymanager, parts
from ovmtui.plan.guards import CarriesId, RunsOnlyOn
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.steps import CommandStep, WaitStep
from ovmtui.plan.tool_guards import DrivenWith
from ovmtui.plan.waits import DomainGone, Vanished


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that cuts a machine's power.

    Of several copies `intent.node` chooses one; the others are left alone.

    Raises:
        PlanRefused: it has no copy, or several and no node was chosen.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    copy = _chosen(vm, intent)
    domid = copy.domain.domid
    if domid is None:
        raise PlanRefused((f"{vm.shown} has no domain on {copy.node.name}: it is halted",))
    commands = parts.commands_of(copy.node, snapshot)
    limits = context.limits
    alone = len(vm.copies) == 1
    if alone:
        states = tuple(state for state in DomainState if state is not DomainState.HALTED)
        here: Condition = RunsOnlyOn(vm.key, copy.node, states, limits.freshness, domid)
        gone: Condition = Vanished(vm.key, copy.node, domid)
    else:
        here = CarriesId(vm.key, copy.node, domid, limits.freshness)
        gone = DomainGone(vm.key, copy.node, domid)
    ha_steps, notes = parts.switch_ha_off_first(vm, intent, context)
    what = "its power is cut: nothing is written back"
    if not alone:
        what += f"; the other {len(vm.copies) - 1} copies are left alone"
    plan = Plan(
        intent=intent,
        title=f"destroy {vm.shown} on {copy.node.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(here, *parts.manager_guards(vm, context)),
        checks=(),
        steps=(
            *ha_steps,
            CommandStep(
                label=parts.domain_label(vm),
                node=copy.node,
                command=commands.destroy(domid),
                timeout=limits.command,
                conditions=(here, DrivenWith(copy.node, commands.tool.program)),
                achieved=gone,
                meaning=what,
            ),
            WaitStep(
                label=parts.domain_label(vm),
                what="wait for container down status",
                condition=gone,
                budget=limits.down,
                interval=1.0,
                node=copy.node,
            ),
        ),
        notes=(
            *notes,
            "Destroying is a power cut: the guest does not shut down.",
            *(bymanager.notes(intent, context) if alone else ()),
        ),
        confirmation=Confirmation.TYPE_NAME,
    )
    access = bymanager.driver(intent, context)
    # Of several copies the manager knows one only, and not which.
    return bymanager.killing(plan, vm, access) if alone and access is not None else plan


def _chosen(vm: Vm, intent: Intent) -> Copy:
    if len(vm.copies) > 1 and vm.state is not VmState.SPLIT_BRAIN:
        raise PlanRefused((f"cannot destroy a copy of {vm.shown}: {vm.state.value} ({vm.reason})",))
    copies = [c for c in vm.copies if intent.node is None or c.node == intent.node]
    if not vm.copies:
        reason = f": {vm.reason}" if vm.reason else ""
        raise PlanRefused((f"cannot destroy {vm.shown}: it is {vm.state.value}{reason}",))
    if not copies:
        assert intent.node is not None
        raise PlanRefused((f"{vm.shown} is not on {intent.node.name}",))
    if len(copies) > 1:
        places = ", ".join(
            f"{c.domain.name} (id {c.domain.domid}) on {c.node.name}" for c in copies
        )
        raise PlanRefused((f"{vm.shown} has several copies: {places}; say which node",))
    return copies[0]
