"""Repair: one leftover of a migration is destroyed by its id, or given its name back."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm
from ovmtui.plan.checks import Check
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.flows import parts
from ovmtui.plan.guards import PoolAnswers
from ovmtui.plan.intent import Intent
from ovmtui.plan.leftover_guards import RunsOnce, StillLeftOver
from ovmtui.plan.leftovers import Leftover, Repair, leftovers
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.steps import CommandStep, Step, VerifyStep, WaitStep
from ovmtui.plan.tool_guards import DrivenWith
from ovmtui.plan.waits import DomainGone
from ovmtui.toolstacks import preconditions
from ovmtui.toolstacks.domaintool import DomainTool


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that mends one leftover; of several `intent.node` chooses one.

    Raises:
        PlanRefused: nothing is left over there, or nothing that is safe can be done.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    left = _chosen(vm, intent.node, leftovers(vm, snapshot))
    domid = left.copy.domain.domid
    assert domid is not None  # no repair without one
    commands = parts.commands_of(left.node, snapshot)
    limits = context.limits
    still = StillLeftOver(vm.key, left, limits.freshness)
    guards: tuple[Condition, ...] = (still,)
    if left.repair is Repair.RENAME:
        # A node that is silent could hold the machine under its right name.
        guards = (still, PoolAnswers(vm.key.pool, limits.freshness, overridable=False))
        steps = _rename(vm, left.copy, domid, commands, context=context, guards=guards)
    else:
        assert left.keeper is not None  # nothing is destroyed without a copy that runs
        steps = _destroy(
            vm, left.copy, domid, left.keeper, commands, context=context, guards=guards
        )
    notes = (
        f"{left.what}: {left.why}.",
        "Whether a migration is under way is asked of the nodes just before the first step.",
        "HA is not touched by a repair.",
    )
    destroys = left.repair is Repair.DESTROY
    return Plan(
        intent=intent,
        title=f"repair {vm.shown} on {left.node.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=guards,
        checks=_checks(vm, left),
        steps=steps,
        notes=notes,
        confirmation=Confirmation.TYPE_NAME if destroys else Confirmation.YES,
    )


def _chosen(vm: Vm, node: NodeKey | None, found: tuple[Leftover, ...]) -> Leftover:
    if not found:
        reason = f" ({vm.reason})" if vm.reason else ""
        places = " on " + ", ".join(key.name for key in vm.nodes) if vm.nodes else ""
        raise PlanRefused(
            (f"nothing is left over of {vm.shown}: it is {vm.state.value}{places}{reason}",)
        )
    here = [left for left in found if node is None or left.node == node]
    if not here:
        assert node is not None
        places = ", ".join(left.node.name for left in found)
        raise PlanRefused((f"nothing is left over of {vm.shown} on {node.name}, but on {places}",))
    mendable = [left for left in here if left.repair is not None]
    if not mendable:
        raise PlanRefused(tuple(f"{left.what}; {left.remedy}" for left in here))
    if len(mendable) > 1:
        named = ", ".join(f"{left.copy.domain.name} on {left.node.name}" for left in mendable)
        if len({left.node for left in mendable}) == len(mendable):
            raise PlanRefused((f"left over of {vm.shown}: {named}; say which node",))
    return mendable[0]


def _destroy(
    vm: Vm,
    copy: Copy,
    domid: int,
    keeper: Copy,
    commands: DomainTool,
    *,
    context: Context,
    guards: tuple[Condition, ...],
) -> tuple[Step, ...]:
    label, limits = parts.domain_label(vm), context.limits
    return (
        CommandStep(
            label=label,
            node=copy.node,
            command=commands.destroy(domid),
            timeout=limits.command,
            conditions=(*guards, DrivenWith(copy.node, commands.tool.program)),
            achieved=DomainGone(vm.key, copy.node, domid),
            meaning=f"removes {copy.domain.name} there; the machine goes on on {keeper.node.name}",
        ),
        WaitStep(
            label=label,
            what=f"wait until domain {domid} is gone from {copy.node.name}",
            condition=DomainGone(vm.key, copy.node, domid),
            budget=limits.down,
            interval=1.0,
            node=copy.node,
        ),
        VerifyStep(
            label=label,
            what=f"verify that it runs once, on {keeper.node.name}",
            condition=RunsOnce(vm.key, keeper.node, keeper.domain.domid),
            patience=limits.verify,
            node=keeper.node,
        ),
    )


def _rename(
    vm: Vm,
    copy: Copy,
    domid: int,
    commands: DomainTool,
    *,
    context: Context,
    guards: tuple[Condition, ...],
) -> tuple[Step, ...]:
    label = parts.domain_label(vm)
    renamed = RunsOnce(vm.key, copy.node, domid, called=vm.name)
    return (
        CommandStep(
            label=label,
            node=copy.node,
            command=commands.rename(domid, vm.name),
            timeout=context.limits.command,
            conditions=(*guards, DrivenWith(copy.node, commands.tool.program)),
            achieved=renamed,
            meaning="the guest does not notice; it runs on",
        ),
        VerifyStep(
            label=label,
            what=f"verify that it runs once, as {vm.name} on {copy.node.name}",
            condition=renamed,
            patience=context.limits.verify,
            node=copy.node,
        ),
    )


def _checks(vm: Vm, left: Leftover) -> tuple[Check, ...]:
    """Return a question to each node that it concerns: does a process work on it?"""
    copies = (left.copy, left.keeper) if left.keeper is not None else (left.copy,)
    names = tuple(dict.fromkeys((vm.name, *(c.domain.name for c in copies), vm.key.identity)))
    return tuple(
        Check(
            f"no-migration-{number}",
            f"no process on {copy.node.name} migrates or saves domain {copy.domain.domid}",
            copy.node,
            preconditions.no_migration(names, copy.domain.domid),
        )
        for number, copy in enumerate(copies, 1)
        if copy.domain.domid is not None
    )
