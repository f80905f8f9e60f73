"""Start: create; wait for up, ping and operational; HA on, verified."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm, VmState
from ovmtui.plan.checks import Check, Reading
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.driving import driven_by
from ovmtui.plan.flows import bymanager, guests, managed, parts, services
from ovmtui.plan.guards import NodeAnswers, RunsNowhere, RunsOnlyOn, pool_answers
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.plan.readiness import ConfigFoundOnce, ConfigUnderstood, MemoryFree
from ovmtui.plan.steps import Choice, CommandStep, Step, Then, WaitStep
from ovmtui.plan.tool_guards import DrivenWith
from ovmtui.plan.waits import RunsOn, RunsSomewhere
from ovmtui.toolstacks import guest, preconditions
from ovmtui.toolstacks.domaintool import DomainTool

STOP_IT = "stop it"
"""Key of the choice that shuts a guest down again that does not come up."""
_CHOSEN = (
    "an Oracle VM 3 manager chooses the server of a start itself, so it cannot be told "
    '{node}; leave the node out, or set `driver = "direct"` for this machine'
)


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that starts a machine.

    Raises:
        PlanRefused: it has a copy already, no vm.cfg names it, or no node can take it.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    if vm.copies:
        reason = f" ({vm.reason})" if vm.reason else ""
        places = ", ".join(node.name for node in vm.nodes)
        raise PlanRefused((f"cannot start {vm.shown}: it is {vm.state.value} on {places}{reason}",))
    if len(vm.configs) != 1:
        found = ", ".join(file.path for file in vm.configs) or "none"
        raise PlanRefused((f"one vm.cfg must name {vm.shown}; found: {found}",))
    node = intent.node or parts.best_node(vm, snapshot, context, now, why=_doubt(vm))
    limits = context.limits
    nowhere = RunsNowhere(vm.key)
    answers = pool_answers(vm.key.pool, snapshot, now, limits.freshness, overrides=intent.overrides)
    commands = parts.commands_of(node, snapshot)
    driven = DrivenWith(node, commands.tool.program)
    handle = driven_by(vm, node, snapshot, context.driver)
    access = bymanager.driver(intent, context) if handle is None else None
    if access is not None and intent.node is not None:
        raise PlanRefused((_CHOSEN.format(node=node.name),))
    up = RunsOn(vm.key, node) if access is None else RunsSomewhere(vm.key)
    ha_on, ha_guards, notes = _ha(vm, up, intent, context)
    if handle is None:
        ha_guards = tuple(dict.fromkeys((*ha_guards, *bymanager.guards(vm, context))))
        notes = (*notes, *bymanager.notes(intent, context))
    create = CommandStep(
        label=parts.domain_label(vm),
        node=node,
        command=commands.create(vm.configs[0].path),
        timeout=limits.create,
        conditions=(nowhere, *answers, NodeAnswers(node, limits.freshness), driven),
        cancel="cancelling stops the waiting; the machine may come up all the same",
        achieved=up,
        undone=nowhere,
    )
    waits = _waits(vm, node, up, commands, context)
    plan = Plan(
        intent=intent,
        title=f"start {vm.shown} on {node.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(
            nowhere,
            *answers,
            NodeAnswers(node, limits.freshness),
            *managed.placement_guards(vm, node),
            ConfigFoundOnce(vm.key, node),
            ConfigUnderstood(vm.key),
            MemoryFree(node, vm.memory_mib, context.reserved_mib.get(node, 0)),
            *ha_guards,
        ),
        checks=_checks(vm, node, context),
        steps=(create, *waits, *ha_on),
        destination=node,
        notes=notes,
    )
    if handle is not None:
        work = managed.Work(create, waits[0], ha_on)
        return managed.start(plan, vm, handle, context, work)
    if access is not None:
        plan = bymanager.starting(plan, vm, access)
    return services.beside_agents(plan, snapshot, context)


def _doubt(vm: Vm) -> tuple[str, ...]:
    """Return why the machine's own state is not known; nothing when it is."""
    return (f"{vm.shown} is {vm.state.value}: {vm.reason}",) if vm.state is VmState.UNKNOWN else ()


def _checks(vm: Vm, node: NodeKey, context: Context) -> tuple[Check, ...]:
    config = vm.configs[0].config
    checks = []
    if paths := tuple(disk.path for disk in config.disks if disk.path):
        checks.append(
            Check(
                "disks",
                f"{node.name} sees its {len(paths)} disk(s)",
                node,
                preconditions.paths_exist(paths),
            )
        )
    if bridges := tuple(dict.fromkeys(i.bridge for i in config.interfaces if i.bridge)):
        checks.append(
            Check(
                "bridges",
                f"{node.name} has the bridge {', '.join(bridges)}",
                node,
                preconditions.bridges_exist(bridges),
            )
        )
    if context.address and context.ping:
        checks.append(
            Check(
                "address-silent",
                f"nothing answers at {context.address} yet",
                node,
                guest.ping_command(context.address).script,
                Reading.SILENT,
                overridable=True,
            )
        )
    return tuple(checks)


def _waits(
    vm: Vm, node: NodeKey, up: Condition, commands: DomainTool, context: Context
) -> tuple[Step, ...]:
    choices = _choices(vm, node, commands, context)
    wait = WaitStep(
        label=parts.domain_label(vm),
        what="wait for container up status",
        condition=up,
        budget=context.limits.up,
        interval=2.0,
        choices=choices,
        node=node,
    )
    return (wait, *guests.answers(vm, node, context, choices))


def _choices(vm: Vm, node: NodeKey, commands: DomainTool, context: Context) -> tuple[Choice, ...]:
    stop: tuple[Step, ...] = (
        CommandStep(
            label=parts.domain_label(vm),
            node=node,
            command=commands.shutdown(vm.name),
            timeout=context.limits.command,
            conditions=(
                RunsOnlyOn(vm.key, node, (DomainState.RUNNING,), context.limits.freshness),
            ),
        ),
    )
    return (
        Choice("keep waiting", "wait as long again", Then.RETRY),
        Choice("go on", "take it as up and go on with the next step", Then.CONTINUE),
        Choice(STOP_IT, "ask the guest to shut down again", Then.END, stop),
        Choice("leave it", "end here; it stays as it is, HA is not switched on", Then.END),
    )


def _ha(
    vm: Vm, up: Condition, intent: Intent, context: Context
) -> tuple[tuple[Step, ...], tuple[Condition, ...], tuple[str, ...]]:
    notes: list[str] = []
    if not context.address:
        notes.append(guests.NO_ADDRESS)
    if vm.ha.state is HaState.ON and context.manager_configured:
        notes.append("HA is on: the pool may be starting it itself at this moment.")
    wanted, why = _wanted(vm, intent, context)
    if not wanted:
        if context.manager_configured:
            notes.append(f"HA is not switched on at the end: {why}.")
        return (), (), tuple(notes)
    if not context.manager_configured:
        notes.append(f"HA is wanted ({why}), but no manager is configured: it is not touched.")
        return (), (), tuple(notes)
    if parts.MANAGER_GUARD in intent.overrides or context.manager is None:
        reason = context.manager_unknown or "your override"
        notes.append(f"HA is wanted ({why}) but is left as it is: {reason}.")
        return (), parts.manager_guards(vm, context), tuple(notes)
    notes.append(f"HA is switched on once it is up: {why}.")
    steps = parts.set_ha(vm, context.manager, context, on=True, conditions=(up,))
    return steps, parts.manager_guards(vm, context), tuple(notes)


def _wanted(vm: Vm, intent: Intent, context: Context) -> tuple[bool, str]:
    if intent.want_ha is not None:
        return intent.want_ha, "as you chose"
    if vm.wanted_ha is not None:
        return vm.wanted_ha.on, f"as the {vm.wanted_ha.source} wants it"
    if context.ha_remembered is not None:
        return context.ha_remembered, "as it was before the last stop"
    if vm.ha.state is HaState.UNKNOWN:
        return False, "nothing says that it is wanted"
    return vm.ha.state is HaState.ON, f"the manager has it {vm.ha.state.value}"
