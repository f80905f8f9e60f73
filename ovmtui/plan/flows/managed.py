"""Start, stop and migrate through the agent of a machine's OpenSVC service.

The agent's exit code is not trusted: what the nodes list and what the manager says decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.vm import Copy, Vm
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.driving import Handle
from ovmtui.plan.flows import parts, services
from ovmtui.plan.guards import RunsOnlyOn
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.plan.service_guards import NodeInService, NotFrozen
from ovmtui.plan.steps import CommandStep, Expectation, Step, VerifyStep, WaitStep
from ovmtui.plan.waits import Vanished
from ovmtui.toolstacks import svcmgr


@dataclass(frozen=True, slots=True)
class Work:
    """The steps of a direct start that an agent takes over, or that stay ours."""

    create: CommandStep
    up: Step
    ha_on: tuple[Step, ...]


def stop(
    intent: Intent, vm: Vm, copy: Copy, handle: Handle, context: Context, wait: WaitStep
) -> Plan:
    """Return the plan that lets the agent stop the machine; `wait` is for its effect."""
    runs = RunsOnlyOn(vm.key, copy.node, (DomainState.RUNNING,), context.limits.freshness)
    frozen = NotFrozen(vm.key, handle.node)
    limits = context.limits
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    notes = _notes(handle)
    if not _switches_ha(handle):
        before, more = parts.switch_ha_off_first(vm, intent, context)
        notes += more
    elif context.manager is not None:
        after = (parts.read_ha(vm, context.manager, context, wanted=HaState.OFF),)
        notes += ("The agent switches HA off first; that is verified.",)
    command = CommandStep(
        label=services.label(vm),
        node=handle.node,
        command=svcmgr.stop_command(handle.agent, handle.service.name),
        # The agent waits for the guest, cuts its power, and waits again.
        timeout=2 * limits.down + limits.manager + limits.command,
        expect=Expectation.AGENT_DONE,
        conditions=(runs, frozen),
        achieved=Vanished(vm.key, copy.node, copy.domain.domid),
        agent_switches_ha=_switches_ha(handle),
        cancel="cancelling stops the waiting; the agent goes on",
        meaning="a guest that is not down in 120 s has its power cut by the agent",
    )
    return Plan(
        intent=intent,
        title=f"stop {vm.shown} through service {handle.service.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(runs, frozen, *parts.manager_guards(vm, context)),
        checks=(),
        steps=(*before, command, wait, *after),
        notes=notes,
    )


def start(plan: Plan, vm: Vm, handle: Handle, context: Context, work: Work) -> Plan:
    """Return the direct `plan` with the agent doing its `work`; its guards stay."""
    create, node, limits = work.create, handle.node, context.limits
    frozen = NotFrozen(vm.key, node)
    command = CommandStep(
        label=services.label(vm),
        node=node,
        command=svcmgr.start_command(handle.agent, handle.service.name),
        timeout=limits.create + limits.up + limits.ping + limits.operational + limits.manager,
        expect=Expectation.AGENT_DONE,
        conditions=(*create.conditions, frozen),
        achieved=create.achieved,
        undone=create.undone,
        agent_switches_ha=_switches_ha(handle),
        cancel="cancelling stops the waiting; the agent goes on",
        meaning="the agent waits for the guest up to three times 180 s",
    )
    ha_steps, notes = work.ha_on, _notes(handle)
    if _switches_ha(handle):
        if ha_steps and context.manager is not None:
            ha_steps = (parts.read_ha(vm, context.manager, context, wanted=HaState.ON),)
        elif plan.intent.want_ha is False and context.manager is not None:
            ha_steps = parts.set_ha(vm, context.manager, context, on=False)
            notes += ("The agent switches HA on; it is switched off again, as you chose.",)
        else:
            notes += ("The agent switches HA on by itself; that is not verified.",)
    return replace(
        plan,
        title=f"start {vm.shown} on {node.name} through service {handle.service.name}",
        guards=(*plan.guards, frozen),
        # The agent itself refuses an address that answers, and says so.
        steps=(command, work.up, *ha_steps),
        notes=(*plan.notes, *notes),
    )


def migrate(plan: Plan, vm: Vm, target: NodeKey, handle: Handle, move: CommandStep) -> Plan:
    """Return the direct `plan` with the agent doing what `move` does; its guards stay."""
    names = {name.lower(): name for name in handle.service.nodes}
    frozen = NotFrozen(vm.key, handle.node)
    command = replace(
        move,
        label=services.label(vm),
        command=svcmgr.migrate_command(
            handle.agent, handle.service.name, names.get(target.name.lower(), target.name)
        ),
        expect=Expectation.AGENT_DONE,
        conditions=(*move.conditions, frozen),
        phrase="",
        cancel="cancelling stops the waiting only: the agent and the migration go on",
    )
    verify = tuple(step for step in plan.steps if isinstance(step, VerifyStep))
    return replace(
        plan,
        title=f"migrate {vm.shown} → {target.name} through service {handle.service.name}",
        guards=(*plan.guards, frozen),
        steps=(command, *verify),
        notes=(*plan.notes, *_notes(handle)),
    )


def placement_guards(vm: Vm, node: NodeKey) -> tuple[Condition, ...]:
    """Return the guard that a service may be on `node`; none for a machine without one."""
    return (NodeInService(vm.key, node),) if vm.service is not None else ()


def _switches_ha(handle: Handle) -> bool:
    return handle.agent.era.switches_ha and handle.service.heartbeat is not None


def _notes(handle: Handle) -> tuple[str, ...]:
    version = handle.agent.version or "unknown"
    return (
        f"Driver: the OpenSVC agent of {handle.node.name} (version {version}), "
        f"service {handle.service.name}.",
    )
