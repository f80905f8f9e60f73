"""Judging a plan's guards, overrides included."""

from __future__ import annotations

from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.checks import Check
from ovmtui.plan.conditions import Condition
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Finding, Standing, Verdict


def judge(
    condition: Condition, snapshot: Snapshot, now: float, *, overrides: frozenset[str]
) -> Finding:
    """Return what `condition` gives on `snapshot`, with the operator's override applied."""
    verdict = condition.evaluate(snapshot, now)
    return Finding(
        condition.name,
        condition.subject,
        overridden(verdict, condition.name, overridable=condition.overridable, by=overrides),
        condition.overridable,
    )


def overridden(verdict: Verdict, name: str, *, overridable: bool, by: frozenset[str]) -> Verdict:
    """Return `verdict`, or its overridden form when the operator overrides `name`."""
    if verdict.passes or not overridable or name not in by:
        return verdict
    return Verdict(Standing.OVERRIDDEN, verdict.text)


def pending(check: Check) -> Finding:
    """Return the finding of a check that was not run yet."""
    verdict = Verdict(Standing.PENDING, "not looked at yet")
    return Finding(check.name, check.subject, verdict, check.overridable)


def findings(plan: Plan, snapshot: Snapshot, now: float) -> tuple[Finding, ...]:
    """Return a finding for each guard, judged on `snapshot`, and each check, pending."""
    overrides = plan.intent.overrides
    return (
        *(judge(guard, snapshot, now, overrides=overrides) for guard in plan.guards),
        *(pending(check) for check in plan.checks),
    )
