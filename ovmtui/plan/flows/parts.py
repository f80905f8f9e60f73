"""Pieces that several flows share: labels, HA steps, the manager's part."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.errors import PlanRefused
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.intent import Intent
from ovmtui.plan.managing import GOES_ON, Access
from ovmtui.plan.placement import rank_targets
from ovmtui.plan.readiness import ManagerAnswers
from ovmtui.plan.steps import CommandStep, HaReadStep, Step
from ovmtui.plan.waits import HaIsOn
from ovmtui.toolstacks.domaintool import DomainTool

MANAGER_GUARD = "manager-answers"


def domain_label(vm: Vm) -> str:
    """Return the log label of a machine's domain, as OpenSVC prints it."""
    return f"{vm.label.upper()}.OVM"


def ha_label(vm: Vm) -> str:
    """Return the log label of a machine's HA, as OpenSVC prints it."""
    return f"{vm.label.upper()}.HB#1"


def machine(intent: Intent, snapshot: Snapshot) -> Vm:
    """Return the machine of `intent`."""
    return snapshot.vms[intent.vm]


def commands_of(node: NodeKey, snapshot: Snapshot) -> DomainTool:
    """Return what builds the commands for the domains of `node`, with its own program.

    Raises:
        PlanRefused: which program the node has is not known; none is assumed.
    """
    view = snapshot.nodes[node]
    if view.tool is None:
        why = view.list_problem or view.problem or "it has not answered yet"
        raise PlanRefused((f"whether {node.name} has xm or xl is not known: {why}",))
    return DomainTool(view.tool)


def only_copy(vm: Vm, verb: str) -> Copy:
    """Return the machine's one copy.

    Raises:
        PlanRefused: it has none, or more than one.
    """
    if not vm.copies:
        reason = f": {vm.reason}" if vm.reason else ""
        raise PlanRefused((f"cannot {verb} {vm.shown}: it is {vm.state.value}{reason}",))
    if len(vm.copies) > 1:
        places = ", ".join(f"{c.domain.name} on {c.node.name}" for c in vm.copies)
        raise PlanRefused(
            (f"cannot {verb} {vm.shown}: it is {vm.state.value} ({places}); look at it first",)
        )
    return vm.copies[0]


def best_node(
    vm: Vm, snapshot: Snapshot, context: Context, now: float, *, why: tuple[str, ...] = ()
) -> NodeKey:
    """Return the best node that can take the machine.

    Raises:
        PlanRefused: none can; the reasons begin with `why` and name each node's own.
    """
    targets = rank_targets(
        snapshot,
        vm.key,
        now=now,
        max_age=context.limits.freshness,
        reserved_mib=context.reserved_mib,
    )
    for target in targets:
        if target.eligible:
            return target.node
    reasons = (f"{t.node.name}: {', '.join(t.reasons)}" for t in targets)
    raise PlanRefused((*why, f"no node can take {vm.shown}", *reasons))


def manager_guards(vm: Vm, context: Context) -> tuple[Condition, ...]:
    """Return the guards for asking the manager; none where there is no manager."""
    if not context.manager_configured:
        return ()
    unavailable = ""
    if context.manager is None:
        unavailable = context.manager_unknown or "it was not asked yet"
    more = context.manager.guards(vm) if context.manager is not None else ()
    return (ManagerAnswers(vm.key.pool, unavailable), *more)


def set_ha(
    vm: Vm,
    manager: Access,
    context: Context,
    *,
    on: bool,
    conditions: tuple[Condition, ...] = (),
    undone: Condition | None = None,
) -> tuple[Step, ...]:
    """Return the steps that switch HA, if `conditions` hold then, and read it back.

    They are repeated when the plan goes on after a break, if `undone` holds then.
    """
    wanted = HaState.ON if on else HaState.OFF
    call = manager.switching(vm, on=on)
    switch = CommandStep(
        label=ha_label(vm),
        node=manager.node,
        command=call.command,
        timeout=context.limits.manager,
        expect=call.expect,
        conditions=conditions,
        undone=undone,
    )
    if call.site:
        switch = replace(switch, site=call.site, switches_ha_to=wanted, cancel=GOES_ON)
    return (switch, read_ha(vm, manager, context, wanted=wanted))


def read_ha(vm: Vm, manager: Access, context: Context, *, wanted: HaState) -> HaReadStep:
    """Return the step that verifies the HA flag."""
    call = manager.asking(vm)
    return HaReadStep(
        label=ha_label(vm),
        node=manager.node,
        command=call.command,
        timeout=context.limits.manager,
        wanted=wanted,
        site=call.site,
    )


def switch_ha_off_first(
    vm: Vm, intent: Intent, context: Context
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Return steps and notes that keep the manager from restarting a machine.

    HA that is off by an earlier answer is read again, since somebody may have switched
    it on meanwhile. An override of the manager guard drops the steps, with a warning.
    """
    if not context.manager_configured:
        return (), (
            "No manager is configured for this pool: HA is not touched. "
            "If something restarts machines here, it may start it again.",
        )
    if MANAGER_GUARD in intent.overrides:
        return (), (
            "The manager is left out by your override: HA stays as it is, "
            "and the pool may start the machine again.",
        )
    if context.manager is None:
        return (), (f"The manager cannot be used: {context.manager_unknown}",)
    if vm.ha.state is HaState.OFF:
        read = read_ha(vm, context.manager, context, wanted=HaState.OFF)
        return (read,), ("HA is off; that is verified first.",)
    before = "on" if vm.ha.state is HaState.ON else "unknown"
    return (
        set_ha(vm, context.manager, context, on=False, undone=HaIsOn(vm.key)),
        (f"HA is {before} and is switched off first, so that the machine stays down.",),
    )


def require_known(vm: VmKey, snapshot: Snapshot) -> None:
    """Refuse a machine that has no name a command could use.

    Raises:
        PlanRefused: the name is empty, looks like an option, or is the control domain's.
    """
    name = snapshot.vms[vm].name
    if name.strip().lower() == "domain-0":
        raise PlanRefused((f"{name!r} is the control domain: its node stands and falls with it",))
    if not name or name.startswith("-") or name.strip().lstrip("+").isdigit():
        # A name of digits is taken for a domain id by xl, and perhaps by others.
        raise PlanRefused((f"the name {name!r} cannot be given to a command safely",))
