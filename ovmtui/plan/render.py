"""A plan as text: the dry run, what is copied, and what the journal keeps."""

from __future__ import annotations

from ovmtui.model.text import visible
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.steps import CommandStep, HaReadStep, ProbeStep, Step, WaitStep, place_of
from ovmtui.plan.verdict import Finding, Standing

_MARKS = {
    Standing.HOLDS: "ok",
    Standing.FAILS: "NO",
    Standing.UNKNOWN: "??",
    Standing.OVERRIDDEN: "overridden",
    Standing.PENDING: "to be looked at",
}


def describe_step(step: Step) -> str:
    """Return what a step does, in one line, its command exact."""
    place = place_of(step)
    node = f"{place}: " if place else ""
    limit = ""
    if isinstance(step, WaitStep | ProbeStep):
        limit = f"  (up to {step.budget:.0f} s)"
    elif isinstance(step, CommandStep | HaReadStep):
        limit = f"  (at most {step.timeout:.0f} s)"
    return visible(f"{node}{step.text}") + limit


def describe_finding(finding: Finding) -> str:
    """Return what must hold and what was seen, in one line."""
    mark = _MARKS[finding.verdict.standing]
    return visible(f"[{mark}] {finding.subject}: {finding.verdict.text}")


def render(plan: Plan, findings: tuple[Finding, ...] | None = None) -> str:
    """Return the whole plan as text, secrets masked, without a final line end."""
    lines = [visible(plan.title)]
    judged = plan.findings if findings is None else findings
    if judged:
        lines.append("must hold:")
        lines += [f"  {describe_finding(finding)}{_way_out(finding)}" for finding in judged]
    if plan.lock is not None:
        lines.append(visible(f"lock while it runs: {plan.lock.text}"))
    lines.append("steps:")
    for number, step in enumerate(plan.steps, 1):
        lines.append(f"  {number}. {describe_step(step)}")
        if isinstance(step, CommandStep) and step.command.shown not in step.text:
            lines.append(f"     runs: {visible(step.command.shown)}")
        if isinstance(step, CommandStep) and step.meaning:
            lines.append(f"     {visible(step.meaning)}")
        if isinstance(step, CommandStep):
            lines.append(f"     {visible(step.cancel)}")
        if isinstance(step, WaitStep | ProbeStep):
            lines += [
                f"     if that is not enough: {choice.key} ({visible(choice.meaning)})"
                for choice in step.choices
            ]
    lines += [f"note: {visible(note)}" for note in plan.notes]
    if plan.confirmation is Confirmation.TYPE_NAME:
        lines.append("to run it, the machine's name must be typed")
    return "\n".join(lines)


def _way_out(finding: Finding) -> str:
    """Return how a guard is overridden that does not hold, and may be."""
    return f"; to go on in spite of it: {finding.option}" if finding.option else ""
