"""Jobs that an earlier console left without an end."""

from __future__ import annotations

from ovmtui.model.job import JobState
from ovmtui.plan.intent import Intent, Verb
from ovmtui.runtime.interface import OpenJob
from tests.ui.support import pools
from tests.ui.support.console import WALL, ScriptedConsole


def stopped(console: ScriptedConsole, verb: Verb, machine: int, step: int | None) -> OpenJob:
    plan = console.plan(Intent(verb, pools.vm_key(machine), None))
    state = JobState(
        job=f"20260921-1413-{machine}",
        title=plan.title,
        verb=verb.value,
        vm=plan.vm,
        vm_name=plan.vm_name,
        steps=tuple(step.text for step in plan.steps),
        started_at=WALL - 3600,
        current=step,
    )
    return OpenJob(state, "ann", "desk", owned=False)


def two_stopped(console: ScriptedConsole) -> None:
    console.stopped = [
        stopped(console, Verb.STOP, 1, 2),
        stopped(console, Verb.HA_OFF, 2, None),
    ]
