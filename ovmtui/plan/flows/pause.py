"""Pause and unpause: one command each, verified by the state that the node lists."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm
from ovmtui.plan.context import Context
from ovmtui.plan.flows import parts, services
from ovmtui.plan.guards import RunsOnlyOn, pool_answers
from ovmtui.plan.intent import Intent
from ovmtui.plan.leftovers import leftovers
from ovmtui.plan.pause_conditions import WHY_NO_LEFTOVER, IsPaused, NoLeftover
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep, VerifyStep
from ovmtui.plan.tool_guards import DrivenWith
from ovmtui.plan.waits import RunsOn


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that stops executing a machine and keeps it in memory.

    Raises:
        PlanRefused: it does not have exactly one copy, or that has no domain, or one that has
            had no CPU time.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    copy = parts.only_copy(vm, "pause")
    commands = parts.commands_of(copy.node, snapshot)
    domid = _domid(vm, copy)
    if copy.domain.cpu_seconds == 0.0:
        why = "paused now, it could not be told from the leftover of a migration; try again soon"
        raise PlanRefused((f"{vm.shown} has had no CPU time on {copy.node.name} yet: {why}",))
    limits = context.limits
    runs = RunsOnlyOn(vm.key, copy.node, (DomainState.RUNNING,), limits.freshness, domid)
    paused = IsPaused(vm.key, copy.node, domid)
    plan = Plan(
        intent=intent,
        title=f"pause {vm.shown} on {copy.node.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(runs,),
        checks=(),
        steps=(
            CommandStep(
                label=parts.domain_label(vm),
                node=copy.node,
                command=commands.pause(copy.domain.name),
                timeout=limits.command,
                conditions=(runs, DrivenWith(copy.node, commands.tool.program)),
                achieved=paused,
                meaning="the guest stands still from then on; the tool says nothing",
            ),
            VerifyStep(
                label=parts.domain_label(vm),
                what=f"verify that it is paused on {copy.node.name}",
                condition=paused,
                patience=limits.verify,
                node=copy.node,
            ),
        ),
        notes=_meaning(vm, context),
    )
    return services.beside_agents(plan, snapshot, context)


def build_unpause(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that lets a paused machine go on.

    Raises:
        PlanRefused: it does not have exactly one copy, that has no domain, or it is what
            a migration left.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    for left in leftovers(vm, snapshot):
        raise PlanRefused((f"cannot unpause {vm.shown}: {left.what}", WHY_NO_LEFTOVER, left.remedy))
    copy = parts.only_copy(vm, "unpause")
    commands = parts.commands_of(copy.node, snapshot)
    domid = _domid(vm, copy)
    limits = context.limits
    here = RunsOnlyOn(vm.key, copy.node, (DomainState.PAUSED,), limits.freshness, domid)
    alone = NoLeftover(vm.key, copy.node, domid)
    answers = pool_answers(vm.key.pool, snapshot, now, limits.freshness, overrides=intent.overrides)
    plan = Plan(
        intent=intent,
        title=f"unpause {vm.shown} on {copy.node.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(here, alone, *answers),
        checks=(),
        steps=(
            CommandStep(
                label=parts.domain_label(vm),
                node=copy.node,
                command=commands.unpause(copy.domain.name),
                timeout=limits.command,
                conditions=(
                    here,
                    alone,
                    *answers,
                    DrivenWith(copy.node, commands.tool.program),
                ),
                achieved=RunsOn(vm.key, copy.node),
                meaning="the guest goes on where it stood; the tool says nothing",
            ),
            VerifyStep(
                label=parts.domain_label(vm),
                what=f"verify that it runs on {copy.node.name}",
                condition=RunsOn(vm.key, copy.node),
                patience=limits.verify,
                node=copy.node,
            ),
        ),
        notes=("Its clock may be behind afterwards, and what waited for it may have given it up.",),
    )
    return services.beside_agents(plan, snapshot, context)


def _domid(vm: Vm, copy: Copy) -> int:
    if copy.domain.domid is None:
        raise PlanRefused((f"{vm.shown} has no domain on {copy.node.name}: it is halted",))
    return copy.domain.domid


def _meaning(vm: Vm, context: Context) -> tuple[str, ...]:
    notes = [
        "A paused machine answers nothing and does no work, but keeps its memory and its disks; "
        "its connections break after a while, and its cluster may take it for dead.",
        "It cannot be migrated or shut down before it is unpaused.",
    ]
    if vm.ha.state is not HaState.OFF and (vm.ha.state is HaState.ON or context.manager_configured):
        notes.append(
            f"HA is {vm.ha.state.value} and is not touched: whether the pool takes a paused "
            "machine for a failed one is not known."
        )
    return tuple(notes)
