"""Stop: HA off, verified; shutdown; wait until no node lists the machine."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.driving import driven_by
from ovmtui.plan.flows import bymanager, managed, parts, services
from ovmtui.plan.guards import RunsOnlyOn
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import Choice, CommandStep, Step, Then, WaitStep
from ovmtui.plan.tool_guards import DrivenWith
from ovmtui.plan.waits import Vanished
from ovmtui.toolstacks.domaintool import DomainTool

_ASKS_XM = "asks the guest; the tool says nothing and proves nothing"
_ASKS_XL = "asks the guest; that it was asked is all that the tool says, and proves nothing"
DESTROY = "destroy"
"""Key of the choice that cuts the power of a guest that ignores the shutdown."""


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that stops a machine.

    Raises:
        PlanRefused: it does not have exactly one copy.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    copy = parts.only_copy(vm, "stop")
    runs = RunsOnlyOn(vm.key, copy.node, (DomainState.RUNNING,), context.limits.freshness)
    commands = parts.commands_of(copy.node, snapshot)
    handle = driven_by(vm, copy.node, snapshot, context.driver)
    if handle is not None:
        wait = _patience(_wait_for_down(vm, copy, commands, context, ha_was_on=_is_on(vm)), intent)
        return managed.stop(intent, vm, copy, handle, context, wait)
    ha_steps, notes = parts.switch_ha_off_first(vm, intent, context)
    plan = Plan(
        intent=intent,
        title=f"stop {vm.shown}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(runs, *parts.manager_guards(vm, context)),
        checks=(),
        steps=(
            *ha_steps,
            *_shutdown(vm, copy, commands, context, runs, intent=intent, ha_steps=ha_steps),
        ),
        notes=(*notes, *bymanager.notes(intent, context)),
    )
    if (access := bymanager.driver(intent, context)) is not None:
        plan = bymanager.stopping(plan, vm, access)
    return services.beside_agents(plan, snapshot, context)


def _shutdown(
    vm: Vm,
    copy: Copy,
    commands: DomainTool,
    context: Context,
    runs: Condition,
    *,
    intent: Intent,
    ha_steps: tuple[Step, ...] = (),
) -> tuple[Step, ...]:
    """Return the shutdown and the wait for its effect, with the question on a time-out."""
    command = CommandStep(
        label=parts.domain_label(vm),
        node=copy.node,
        command=commands.shutdown(copy.domain.name),
        timeout=context.limits.command,
        conditions=(runs, DrivenWith(copy.node, commands.tool.program)),
        cancel="cancelling stops the waiting; the guest shuts down all the same",
        achieved=Vanished(vm.key, copy.node, copy.domain.domid),
        meaning=_ASKS_XL if commands.tool.is_libxl else _ASKS_XM,
    )
    wait = _wait_for_down(vm, copy, commands, context, ha_was_on=_is_on(vm) and bool(ha_steps))
    return (command, _patience(wait, intent))


def _patience(wait: WaitStep, intent: Intent) -> WaitStep:
    """Return `wait` as a stop without a person has it: destroyed after a time, if wished."""
    if intent.destroy_after is None:
        return wait
    return replace(wait, budget=intent.destroy_after, default=DESTROY)


def _is_on(vm: Vm) -> bool:
    return vm.ha.state is HaState.ON


def _wait_for_down(
    vm: Vm, copy: Copy, commands: DomainTool, context: Context, *, ha_was_on: bool
) -> WaitStep:
    """Return the wait for container down status, and what may be done when it is long."""
    gone = Vanished(vm.key, copy.node, copy.domain.domid)
    limits = context.limits
    power_cut: tuple[Step, ...] = ()
    if copy.domain.domid is not None:
        condition = RunsOnlyOn(
            vm.key,
            copy.node,
            tuple(state for state in DomainState if state is not DomainState.HALTED),
            limits.freshness,
            copy.domain.domid,
        )
        power_cut = (
            CommandStep(
                label=parts.domain_label(vm),
                node=copy.node,
                command=commands.destroy(copy.domain.domid),
                timeout=limits.command,
                conditions=(condition,),
                achieved=gone,
            ),
            WaitStep(
                label=parts.domain_label(vm),
                what="wait for container down status",
                condition=gone,
                budget=limits.down,
                interval=1.0,
                node=copy.node,
            ),
        )
    protect: tuple[Step, ...] = ()
    if ha_was_on and context.manager is not None:
        protect = parts.set_ha(vm, context.manager, context, on=True)
    choices = [
        Choice("keep waiting", "wait as long again", Then.RETRY),
        Choice(
            "abort",
            "leave it running" + (" and switch HA on again" if protect else ""),
            Then.END,
            protect,
        ),
    ]
    if power_cut:
        choices.insert(
            0,
            Choice(DESTROY, "cut its power now", Then.CONTINUE, power_cut, type_name=True),
        )
    return WaitStep(
        label=parts.domain_label(vm),
        what="wait for container down status",
        condition=gone,
        budget=limits.down,
        interval=1.0,
        choices=tuple(choices),
        node=copy.node,
    )
