"""Plans for nodes on which everything is run through sudo: each command says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ovmtui.model.identity import NodeKey
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import Choice, CommandStep, HaReadStep, ProbeStep, Step, WaitStep, WizardStep


def through_sudo(plan: Plan, entrances: Mapping[NodeKey, str]) -> Plan:
    """Return `plan` with each command shown as it is run.

    Args:
        plan: as it was made, for root.
        entrances: what commands are run through, for each node where root is not who logs in.
    """
    if not entrances:
        return plan
    return replace(plan, steps=tuple(_step(step, entrances) for step in plan.steps))


def _step(step: Step, entrances: Mapping[NodeKey, str]) -> Step:
    through = entrances.get(step.node, "") if step.node is not None else ""
    match step:
        case CommandStep():
            command = replace(step.command, through=through)
            phrase = step.phrase.replace(step.command.shown, command.shown)
            return replace(step, command=command, phrase=phrase)
        case HaReadStep() | WizardStep():
            return replace(step, command=replace(step.command, through=through))
        case ProbeStep():
            command = replace(step.command, through=through)
            choices = tuple(_choice(choice, entrances) for choice in step.choices)
            return replace(step, command=command, choices=choices)
        case WaitStep():
            choices = tuple(_choice(choice, entrances) for choice in step.choices)
            return replace(step, choices=choices)
        case _:
            return step


def _choice(choice: Choice, entrances: Mapping[NodeKey, str]) -> Choice:
    return replace(choice, steps=tuple(_step(step, entrances) for step in choice.steps))
