"""Whether a plan may begin, and whether its next command may run: looked at anew, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ovmtui.model.job import EventKind, Level
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.judge import judge
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Position, rewound
from ovmtui.plan.statement import doubt_at_the_end
from ovmtui.plan.steps import CommandStep
from ovmtui.plan.verdict import Finding, Standing
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.inspection import Inspection
from ovmtui.runtime.locking import MachineLock
from ovmtui.runtime.recorder import Recorder

_LOOKS = 3
_PAUSE = 1.0
"""What cannot be told is looked at so often, with so many seconds in between: a domain that
is just leaving a node's list makes the whole list doubtful for a moment."""


class Clearance:
    """Judges the guards, checks and conditions of one plan."""

    def __init__(
        self,
        plan: Plan,
        *,
        recorder: Recorder,
        inspection: Inspection,
        snapshot: Callable[[], Snapshot],
        clock: Clock,
    ) -> None:
        """Judge for `plan`."""
        self._plan = plan
        self._recorder = recorder
        self._inspection = inspection
        self._snapshot = snapshot
        self._clock = clock

    async def before_plan(self) -> str:
        """Judge every guard and check; return why the plan may not begin, or nothing."""
        findings = await self._inspection.inspect(self._plan)
        for _ in range(_LOOKS - 1):
            bad = [finding.verdict.standing for finding in findings if not finding.verdict.passes]
            if not bad or set(bad) != {Standing.UNKNOWN}:
                break
            await self._clock.sleep(_PAUSE)
            findings = await self._inspection.inspect(self._plan)
        for finding in findings:
            await self._tell(finding)
        return "; ".join(_reason(finding) for finding in findings if not finding.verdict.passes)

    async def doubt_at_the_end(self) -> str:
        """Return what cannot be told though all was done, or nothing."""
        doubt = doubt_at_the_end(self._plan, self._snapshot())
        for _ in range(_LOOKS - 1):
            if not doubt:
                break
            await self._clock.sleep(_PAUSE)
            await self.look()
            doubt = doubt_at_the_end(self._plan, self._snapshot())
        return doubt

    async def look(self) -> None:
        """Look at every node of the plan's pool."""
        await self._inspection.look(self._plan.vm.pool)

    def rewound(self, position: Position) -> Position:
        """Return `position`, or that of a command before it whose effect was undone."""
        return rewound(self._plan, position, self._snapshot(), self._clock.monotonic())

    async def achieved(self, step: CommandStep) -> bool:
        """Look anew, and tell whether the effect of a command is there already."""
        if step.achieved is None:
            return False
        await self.look()
        verdict = step.achieved.evaluate(self._snapshot(), self._clock.monotonic())
        if verdict.passes:
            await self._recorder.emit(
                EventKind.NOTE,
                f"not run: {step.text} (its effect is there: {verdict.text})",
                label=step.label,
            )
        return verdict.passes

    async def before_step(self, step: CommandStep, lock: MachineLock) -> str:
        """Judge a command's conditions on a fresh look; return why it may not run, or nothing.

        Whether the machine's lock is held still is asked at the same time.
        """
        if not step.conditions:
            return await lock.confirm()
        lost, _ = await asyncio.gather(lock.confirm(), self.look())
        if lost:
            return lost
        bad = self._failing(step)
        for _ in range(_LOOKS - 1):
            if bad is None or bad.verdict.standing is not Standing.UNKNOWN:
                break
            await self._clock.sleep(_PAUSE)
            await self.look()
            bad = self._failing(step)
        if bad is None:
            return ""
        await self._tell(bad)
        return _reason(bad)

    def _failing(self, step: CommandStep) -> Finding | None:
        """Return the first condition of `step` that does not hold now."""
        now, overrides = self._clock.monotonic(), self._plan.intent.overrides
        found = (judge(c, self._snapshot(), now, overrides=overrides) for c in step.conditions)
        return next((finding for finding in found if not finding.verdict.passes), None)

    async def _tell(self, finding: Finding) -> None:
        standing = finding.verdict.standing
        level = Level.INFO
        if standing is Standing.OVERRIDDEN:
            level = Level.WARNING
        elif not finding.verdict.passes:
            level = Level.ERROR
        await self._recorder.emit(
            EventKind.GUARD,
            f"{finding.subject}: {standing.value} ({finding.verdict.text})",
            level=level,
            label=self._plan.vm_name.upper(),
        )


def _reason(finding: Finding) -> str:
    return f"{finding.subject}: {finding.verdict.text}"
