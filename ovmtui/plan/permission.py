"""What the configuration lets be done in a pool: all, some verbs, or nothing.

Screens ask here to leave out what is not allowed, but what holds it is asked again at the
bottom: by the planner, by what runs plans, and by what opens a shell.
"""

from __future__ import annotations

from dataclasses import replace

from ovmtui.errors import PlanRefused
from ovmtui.model.snapshot import PoolView
from ovmtui.plan.flows.start import STOP_IT
from ovmtui.plan.flows.stop import DESTROY
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Position
from ovmtui.plan.steps import ProbeStep, Step, WaitStep

CONSOLE = "console"
"""The text console of a machine, among the verbs of a pool."""
SHELL = "shell"
"""A login on a node, among the verbs of a pool."""

_ANSWERS = {DESTROY: Verb.DESTROY, STOP_IT: Verb.STOP}
"""Answers to a plan's questions that are another verb's."""


def why_not(pool: PoolView, verb: str) -> str | None:
    """Return why `verb`, as the configuration spells it, is not allowed; None when it is."""
    if pool.read_only:
        return f"pool {pool.name} is read-only"
    if pool.verbs is not None and verb not in pool.verbs:
        return f"pool {pool.name} does not allow {verb}"
    return None


def spelled(verb: Verb) -> str:
    """Return `verb` as the configuration spells it."""
    return verb.value.replace(" ", "-")


def refuse_forbidden(intent: Intent, pool: PoolView) -> None:
    """Refuse an intent whose verb, or what is ordered with it, `pool` does not allow.

    Raises:
        PlanRefused: with a reason for each verb.
    """
    wanted = needed(intent)
    if reasons := tuple(why for verb in wanted if (why := _restricted(pool, verb))):
        raise PlanRefused(reasons)


def permitted(plan: Plan, pool: PoolView) -> Plan:
    """Return `plan` without the answers that `pool` does not allow.

    Raises:
        PlanRefused: its verb, or what was ordered with it, is not allowed there.
    """
    refuse_forbidden(plan.intent, pool)
    closed = {key for key, verb in _ANSWERS.items() if _restricted(pool, spelled(verb))}
    if not closed:
        return plan
    return replace(plan, steps=tuple(_without(step, closed) for step in plan.steps))


def may_go_on(plan: Plan, position: Position) -> None:
    """Refuse to go on with a command that is in no part of `plan` which is allowed.

    Raises:
        PlanRefused: it is in none.
    """
    if position.pending is not None and position.pending.step not in set(_every(plan.steps)):
        raise PlanRefused(("what it was doing when it stopped is not allowed in this pool now",))


def needed(intent: Intent) -> tuple[str, ...]:
    """Return the verbs that `intent` makes use of, as the configuration spells them."""
    verbs = [intent.verb]
    if intent.destroy_after is not None:
        verbs.append(Verb.DESTROY)
    if intent.freeze_first:
        verbs += [Verb.FREEZE, Verb.THAW]
    if intent.want_ha:
        verbs.append(Verb.HA_ON)
    return tuple(map(spelled, verbs))


def _restricted(pool: PoolView, verb: str) -> str | None:
    """Return why a plan of `verb` is refused; in a read-only pool it may still be looked at."""
    return why_not(replace(pool, read_only=False), verb)


def _without(step: Step, closed: set[str]) -> Step:
    if isinstance(step, WaitStep | ProbeStep) and step.choices:
        return replace(step, choices=tuple(c for c in step.choices if c.key not in closed))
    return step


def _every(steps: tuple[Step, ...]) -> list[Step]:
    """Return `steps` and those of their answers."""
    found: list[Step] = []
    for step in steps:
        found.append(step)
        if isinstance(step, WaitStep | ProbeStep):
            for choice in step.choices:
                found += _every(choice.steps)
    return found
