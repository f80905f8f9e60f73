"""A job at its very beginning."""

from __future__ import annotations

import secrets
import time

from ovmtui.model.job import JobState
from ovmtui.plan.plan import Plan
from ovmtui.plan.render import describe_step


def begun(plan: Plan, started: float) -> JobState:
    """Return the state of a new job of `plan`, begun at `started` seconds since the epoch."""
    return JobState(
        job=time.strftime("%Y%m%d-%H%M%S-", time.gmtime(started)) + secrets.token_hex(4),
        title=plan.title,
        verb=plan.intent.verb.value,
        vm=plan.vm,
        vm_name=plan.vm_name,
        steps=tuple(describe_step(step) for step in plan.steps),
        started_at=started,
    )
