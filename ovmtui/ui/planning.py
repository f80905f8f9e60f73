"""One of several plans: for a machine that is free, and that could be run as things are."""

from __future__ import annotations

from ovmtui.errors import PlanRefused
from ovmtui.plan.evacuation import Move, move_of
from ovmtui.plan.intent import Intent
from ovmtui.runtime.interface import Console


def planned(console: Console, intent: Intent) -> Move:
    """Return the plan for `intent`, or why there is none."""
    vm = console.shown.vms.get(intent.vm)
    name = vm.shown if vm is not None else intent.vm.identity
    for job in console.jobs:
        if job.running and job.vm == intent.vm:
            return Move(intent.vm, name, reasons=(f"{job.title} is under way",))
    try:
        return move_of(intent.vm, name, console.plan(intent))
    except PlanRefused as refused:
        return Move(intent.vm, name, reasons=refused.reasons)
