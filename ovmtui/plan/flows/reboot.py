"""Reboot: ask the guest; wait until its domain has gone, and until it is back as another one."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm
from ovmtui.plan.checks import Check, Reading
from ovmtui.plan.context import Context
from ovmtui.plan.flows import guests, parts, services
from ovmtui.plan.guards import RunsOnlyOn
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.plan.reboot_conditions import CameBack, RestartsOnReboot
from ovmtui.plan.steps import Choice, CommandStep, Step, Then, WaitStep
from ovmtui.plan.tool_guards import DrivenWith
from ovmtui.plan.uptime import SHORTEST
from ovmtui.plan.waits import DomainGone

_KEEP_WAITING = Choice("keep waiting", "wait as long again", Then.RETRY)


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that reboots a machine. Nothing in it cuts its power.

    Raises:
        PlanRefused: it does not have exactly one copy, or that has no domain.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    copy = parts.only_copy(vm, "reboot")
    commands = parts.commands_of(copy.node, snapshot)
    domid = copy.domain.domid
    if domid is None:
        raise PlanRefused((f"{vm.shown} has no domain on {copy.node.name}: it is halted",))
    runs = RunsOnlyOn(vm.key, copy.node, (DomainState.RUNNING,), context.limits.freshness, domid)
    age = Check(
        "up-long-enough",
        f"it has been up for {SHORTEST} s",
        copy.node,
        commands.uptime().script,
        Reading.UP_LONG_ENOUGH,
        domid=domid,
    )
    ask = CommandStep(
        label=parts.domain_label(vm),
        node=copy.node,
        command=commands.reboot(copy.domain.name),
        timeout=context.limits.command,
        conditions=(runs, DrivenWith(copy.node, commands.tool.program)),
        cancel="cancelling stops the waiting; the guest reboots all the same",
        achieved=DomainGone(vm.key, copy.node, domid),
        meaning="asks the guest; the tool says nothing and proves nothing",
    )
    plan = Plan(
        intent=intent,
        title=f"reboot {vm.shown} on {copy.node.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(runs, RestartsOnReboot(vm.key)),
        # libxl restarts a guest of any age.
        checks=() if commands.tool.is_libxl else (age,),
        steps=(ask, *_waits(vm, copy, domid, context)),
        # Between its two domains another machine could take its memory.
        destination=copy.node,
        notes=_notes(vm, context),
    )
    return services.beside_agents(plan, snapshot, context)


def _waits(vm: Vm, copy: Copy, domid: int, context: Context) -> tuple[Step, ...]:
    label = parts.domain_label(vm)
    gone = WaitStep(
        label=label,
        what=f"wait for container down status of domain {domid}",
        condition=DomainGone(vm.key, copy.node, domid),
        budget=context.limits.reboot,
        interval=1.0,
        choices=(
            _KEEP_WAITING,
            Choice("leave it", "end here; the guest may still reboot at any moment", Then.END),
        ),
        node=copy.node,
    )
    back = WaitStep(
        label=label,
        what="wait for container up status as a new domain",
        condition=CameBack(vm.key, copy.node, domid),
        budget=context.limits.up,
        interval=1.0,
        node=copy.node,
    )
    choices = (
        _KEEP_WAITING,
        Choice("go on", "take it as up and go on with the next step", Then.CONTINUE),
        Choice("leave it", "end here; it stays as it is", Then.END),
    )
    return (gone, back, *guests.answers(vm, copy.node, context, choices))


def _notes(vm: Vm, context: Context) -> tuple[str, ...]:
    notes = ["It comes back as another domain: with a new id and its CPU time at 0."]
    if vm.ha.state is HaState.ON:
        notes.append(
            "HA is on and is not touched: if it vanishes instead of coming back, the pool may "
            "start it again by itself, perhaps on another node."
        )
    elif vm.ha.state is HaState.UNKNOWN and context.manager_configured:
        notes.append(
            "HA is unknown and is not touched: where it is on, and the machine vanishes instead "
            "of coming back, the pool may start it again by itself, perhaps on another node."
        )
    if vm.service is not None:
        notes.append("An OpenSVC agent has no command for a reboot: this is done directly.")
    if not context.address:
        notes.append(guests.NO_ADDRESS)
    return tuple(notes)
