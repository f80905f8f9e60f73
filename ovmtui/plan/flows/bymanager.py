"""Start, stop, migrate and destroy through an Oracle VM 3 manager's own commands.

What the manager says of its success is not trusted alone: the plans' waits and
verifications look at the nodes, as when `xm` is called there.
"""

from __future__ import annotations

from dataclasses import replace

from ovmtui.model.identity import NodeKey
from ovmtui.model.vm import Vm
from ovmtui.plan.conditions import Condition
from ovmtui.plan.context import Context
from ovmtui.plan.driving import DriverChoice
from ovmtui.plan.flows import parts
from ovmtui.plan.intent import Intent
from ovmtui.plan.managing import GOES_ON, Call, Ovm3Access
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import Choice, CommandStep, ProbeStep, Step, WaitStep
from ovmtui.plan.waits import RunsSomewhere

_LATE = "when the manager does not answer in time, what the nodes list decides"
_BEHIND = (
    "The manager is left out, and xm is called on the nodes: what the manager believes of "
    "this machine may be wrong afterwards, and its HA may start it a second time."
)


def driver(intent: Intent, context: Context) -> Ovm3Access | None:
    """Return the manager that is to act; None: we ourselves.

    It is left out by an override of its guard. Where it is wanted and cannot be used, the
    guard of `guards` says so.
    """
    if not _wanted(context) or parts.MANAGER_GUARD in intent.overrides:
        return None
    return context.manager if isinstance(context.manager, Ovm3Access) else None


def guards(vm: Vm, context: Context) -> tuple[Condition, ...]:
    """Return the guards of a plan that the manager is to act in."""
    return parts.manager_guards(vm, context) if _wanted(context) else ()


def notes(intent: Intent, context: Context) -> tuple[str, ...]:
    """Return what a person should know of who acts."""
    if not _wanted(context):
        return ()
    access = driver(intent, context)
    return (f"Driver: the manager, {access.site}.",) if access is not None else (_BEHIND,)


def stopping(plan: Plan, vm: Vm, access: Ovm3Access) -> Plan:
    """Return the direct `plan` of a stop with the manager doing what `xm` would."""
    stop, kill = access.stopping(vm), access.killing(vm)
    steps: list[Step] = []
    for step in plan.steps:
        match step:
            case CommandStep() if not step.of_manager:
                late = replace(called(step, stop), answers_late=True, meaning=_LATE)
                steps.append(late)
            case WaitStep():
                steps.append(replace(step, choices=_choices(step.choices, kill)))
            case _:
                steps.append(step)
    return replace(plan, title=f"{plan.title} through the manager", steps=tuple(steps))


def starting(plan: Plan, vm: Vm, access: Ovm3Access) -> Plan:
    """Return the direct `plan` of a start with the manager doing what `xm` would."""
    start, stop = access.starting(vm), access.stopping(vm)
    steps: list[Step] = []
    for step in plan.steps:
        match step:
            case CommandStep() if not step.of_manager:
                meaning = "the manager chooses the server, and checks that it runs nowhere"
                steps.append(replace(called(step, start), meaning=meaning))
            case WaitStep() | ProbeStep():
                # It may have come up on another node than was foreseen.
                here = (RunsSomewhere(vm.key),)
                steps.append(replace(step, choices=_choices(step.choices, stop, here)))
            case _:
                steps.append(step)
    title = f"start {vm.shown} through the manager"
    return replace(plan, title=title, steps=tuple(steps))


def moving(plan: Plan, vm: Vm, target: NodeKey, access: Ovm3Access) -> Plan:
    """Return the direct `plan` of a migration with the manager doing what `xm` would."""
    move = access.moving(vm, target)
    return replace(
        plan,
        title=f"{plan.title} through the manager",
        # Which port its agents use for it is the manager's own affair.
        checks=tuple(check for check in plan.checks if check.name != "relocation"),
        steps=tuple(
            called(step, move) if isinstance(step, CommandStep) and step.achieved else step
            for step in plan.steps
        ),
    )


def killing(plan: Plan, vm: Vm, access: Ovm3Access) -> Plan:
    """Return the direct `plan` of a destroy with the manager doing what `xm` would."""
    kill = access.killing(vm)
    return replace(
        plan,
        title=f"{plan.title} through the manager",
        steps=tuple(
            called(step, kill) if isinstance(step, CommandStep) and not step.of_manager else step
            for step in plan.steps
        ),
    )


def called(step: CommandStep, call: Call) -> CommandStep:
    """Return `step` as a call of the manager; its conditions and its effect stay."""
    return replace(step, command=call.command, expect=call.expect, site=call.site, cancel=GOES_ON)


def _choices(
    choices: tuple[Choice, ...], call: Call, conditions: tuple[Condition, ...] | None = None
) -> tuple[Choice, ...]:
    def of_manager(step: Step) -> Step:
        if not isinstance(step, CommandStep) or step.of_manager:
            return step
        kept = step.conditions if conditions is None else conditions
        return replace(called(step, call), conditions=kept)

    return tuple(replace(choice, steps=tuple(map(of_manager, choice.steps))) for choice in choices)


def _wanted(context: Context) -> bool:
    if context.driver is DriverChoice.AUTO:
        return context.manager_acts
    return context.driver is DriverChoice.MANAGER
