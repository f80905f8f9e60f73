"""Pieces of the flows of machines that belong to an OpenSVC service."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import DomainState
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.driving import Handle, agents_of
from ovmtui.plan.flows import parts
from ovmtui.plan.guards import RunsOnlyOn
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep, Expectation, ProbeStep, Question, Step
from ovmtui.toolstacks import reservations, svcmgr

_MAY_ACT = "may act, too. Freezing it first (z here, or --freeze-first) keeps them from it."
_LASTING = (
    "may take it for failed for as long as it is paused, and act. Freezing its service before "
    "(z on the main screen, or `ovmtui freeze`) keeps them from it until it is thawed."
)
_PATIENCE = 30.0
"""Seconds in which a frozen service must show as frozen."""


def label(vm: Vm) -> str:
    """Return the log label of a service itself, as OpenSVC prints it."""
    return vm.label.upper()


def build_freezing(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that freezes or thaws a machine's service on every node.

    Raises:
        PlanRefused: no agent knows such a service.
    """
    vm = snapshot.vms[intent.vm]
    handles = require_agents(vm, snapshot)
    frozen = intent.verb is Verb.FREEZE
    name = handles[0].service.name
    nodes = ", ".join(handle.node.name for handle in handles)
    meaning = "its agent refuses to act on it" if frozen else "its agent may act on it again"
    return Plan(
        intent=intent,
        title=f"{intent.verb.value} {name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(),
        checks=(),
        steps=freezing(vm, handles, context, frozen=frozen),
        notes=(f"On {nodes}: {meaning}. The machine itself is not touched.",),
    )


def build_reserving(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that takes the reservations of a machine's disks where it runs.

    Raises:
        PlanRefused: it does not run on exactly one node, or takes no reservations.
    """
    vm = snapshot.vms[intent.vm]
    copy = parts.only_copy(vm, "take the reservations of")
    handle = next((h for h in require_agents(vm, snapshot) if h.node == copy.node), None)
    if handle is None or not handle.service.reservations:
        raise PlanRefused((f"no service on {copy.node.name} takes reservations for {vm.shown}",))
    runs = RunsOnlyOn(vm.key, copy.node, (DomainState.RUNNING,), context.limits.freshness)
    return Plan(
        intent=intent,
        title=f"take the reservations of {vm.shown} on {copy.node.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(runs,),
        checks=(),
        steps=(reserve(vm, handle, context, (runs,)),),
        notes=(f"{copy.node.name}, where it runs, takes them from whoever holds them.",),
    )


def require_agents(vm: Vm, snapshot: Snapshot) -> tuple[Handle, ...]:
    """Return the agents that know the machine's service.

    Raises:
        PlanRefused: there is no service, or no agent knows it.
    """
    if vm.service is None:
        raise PlanRefused((f"no OpenSVC service names {vm.shown}",))
    handles = agents_of(vm, snapshot)
    if not handles:
        raise PlanRefused((f"no node has an agent that knows service {vm.service.name}",))
    return handles


def freezing(
    vm: Vm, handles: tuple[Handle, ...], context: Context, *, frozen: bool
) -> tuple[Step, ...]:
    """Return the steps that freeze or thaw the service on each of `handles`, verified."""
    steps: list[Step] = []
    for handle in handles:
        build = svcmgr.freeze_command if frozen else svcmgr.thaw_command
        word = "frozen" if frozen else "thawed"
        steps += [
            CommandStep(
                label=label(vm),
                node=handle.node,
                command=build(handle.agent, handle.service.name),
                timeout=context.limits.command,
                expect=Expectation.AGENT_DONE,
            ),
            ProbeStep(
                label=label(vm),
                what=f"verify that it is {word} on {handle.node.name}",
                node=handle.node,
                command=svcmgr.frozen_command(handle.agent, handle.service.name, frozen=frozen),
                budget=_PATIENCE,
                interval=2.0,
            ),
        ]
    return tuple(steps)


def beside_agents(plan: Plan, snapshot: Snapshot, context: Context) -> Plan:
    """Return `plan`, which acts itself, with what its service's agents mean for it."""
    vm = snapshot.vms[plan.vm]
    handles = agents_of(vm, snapshot)
    if vm.service is None or plan.intent.verb in _OF_SERVICES:
        return plan
    untold = [n.key.name for n in snapshot.nodes_of(vm.key.pool) if n.survey_problem]
    if untold:
        told = f"Whether an agent on {', '.join(untold)} may act, too, could not be told."
        plan = replace(plan, notes=(*plan.notes, told))
    if not handles:
        return plan
    nodes = ", ".join(handle.node.name for handle in handles)
    if plan.intent.verb is Verb.PAUSE:
        # Frozen for as long as the plan works would be thawed while the machine stands still.
        told = f"Service {vm.service.name} has this machine: its agents on {nodes} {_LASTING}"
        return replace(plan, notes=(*plan.notes, told))
    if plan.intent.freeze_first:
        return replace(
            plan,
            steps=(
                *freezing(vm, handles, context, frozen=True),
                *plan.steps,
                *freezing(vm, handles, context, frozen=False),
            ),
            notes=(
                *plan.notes,
                f"Service {vm.service.name} is frozen on {nodes} first and thawed at the end; "
                "when the plan does not come to its end, it stays frozen.",
            ),
        )
    note = f"Service {vm.service.name} has this machine: its agents on {nodes} {_MAY_ACT}"
    return replace(plan, notes=(*plan.notes, note))


def may_freeze(plan: Plan) -> bool:
    """Return whether agents could be frozen before `plan`: it warns of them."""
    return any(note.endswith(_MAY_ACT) for note in plan.notes)


def mount(vm: Vm, handle: Handle, context: Context) -> CommandStep:
    """Return the step that makes the service's storage ready on a migration's target."""
    command = svcmgr.mount_command(handle.agent, handle.service.name)
    return CommandStep(
        label=label(vm),
        node=handle.node,
        command=command,
        timeout=max(context.limits.command, 120.0),
        expect=Expectation.AGENT_DONE,
        phrase=_on_node(command.shown, handle.node),
        meaning="waited for: only when it has succeeded is the machine moved",
    )


def reserve(
    vm: Vm, handle: Handle, context: Context, conditions: tuple[Condition, ...] = ()
) -> CommandStep:
    """Return the step that takes the service's reservations for a node."""
    command = svcmgr.reserve_command(handle.agent, handle.service.name)
    return CommandStep(
        label=label(vm),
        node=handle.node,
        command=command,
        timeout=max(context.limits.command, 120.0),
        expect=Expectation.AGENT_DONE,
        conditions=conditions,
        phrase=_on_node(command.shown, handle.node),
    )


def who_holds(vm: Vm, nodes: tuple[NodeKey, ...]) -> tuple[Question, ...]:
    """Return what is asked of `nodes` when a migration fails: who holds the reservations."""
    service = vm.service.file.general if vm.service else None
    disks = tuple(
        dict.fromkeys(
            disk.path
            for file in vm.configs
            for disk in file.config.disks
            if disk.path and disk.exclusive and disk.kind == "phy"
        )
    )
    if service is None or not service.reservations or not disks:
        return ()
    remedy = (
        "the node on which it runs must hold them: once you know where that is, "
        f"`ovmtui reserve {vm.name}` takes them for it (prstart)"
    )
    return tuple(
        Question(
            node,
            reservations.holder_script(disks),
            f"who holds the reservations, by {node.name}",
            remedy if node == nodes[-1] else "",
        )
        for node in nodes
    )


def _on_node(command: str, node: NodeKey) -> str:
    return f"exec '{command}' on node {node.name}"


_OF_SERVICES = frozenset({Verb.FREEZE, Verb.THAW, Verb.RESERVE})
