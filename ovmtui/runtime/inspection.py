"""Looking anew, and judging a plan's guards and checks on what is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from ovmtui.errors import TransportError
from ovmtui.model.identity import NodeKey
from ovmtui.plan.checks import Check, Reading
from ovmtui.plan.judge import judge, overridden
from ovmtui.plan.plan import Plan
from ovmtui.plan.uptime import judge_uptime
from ovmtui.plan.verdict import Finding, Standing, Verdict
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import xm

_BRIEF = 0.5
"""Seconds that a look waits for nodes that could not be believed before."""


class Inspection:
    """Reads, and never changes anything."""

    def __init__(
        self,
        watchers: Mapping[NodeKey, NodeWatcher],
        store: Store,
        clock: Clock,
        *,
        patience: float,
    ) -> None:
        """Use `watchers` to look and `store` to see; a look may take `patience` seconds."""
        self._patience = patience
        self._watchers = watchers
        self._store = store
        self._clock = clock

    async def settled(self, *, timeout: float) -> None:
        """Return when every node was asked and searched once, or after `timeout` seconds."""
        waits = [
            asyncio.create_task(wait())
            for watcher in self._watchers.values()
            for wait in (watcher.attempted, watcher.searched)
        ]
        _, pending = await asyncio.wait(waits, timeout=timeout)
        for wait in pending:
            wait.cancel()

    async def look(self, pool: str, *, deep: bool = True) -> None:
        """Look at every node of `pool`, and return when each has answered or failed to.

        A node that was certain and gives no listing in its time is so no longer: what it
        listed before the look proves nothing now. One that was in doubt before is hardly
        waited for.
        """
        began = self._clock.monotonic()
        looks = {
            asyncio.create_task(watcher.look(deep=deep)): key
            for key, watcher in self._watchers.items()
            if key.pool == pool
        }
        certain = [look for look, key in looks.items() if self._store.node(key).certain]
        try:
            if certain:
                await asyncio.wait(certain, timeout=self._patience)
            await asyncio.wait(looks, timeout=_BRIEF)
        finally:
            for look in looks:
                look.cancel()
        for look in certain:
            view = self._store.node(looks[look])
            if view.certain and (view.listed_at is None or view.listed_at < began):
                problem = f"no listing in {self._patience:.0f} s"
                self._store.set_node(replace(view, list_problem=problem))

    async def inspect(self, plan: Plan) -> tuple[Finding, ...]:
        """Look anew, then judge each guard and run each check of `plan`."""
        await self.look(plan.vm.pool)
        now = self._clock.monotonic()
        overrides = plan.intent.overrides
        guards = tuple(
            judge(guard, self._store.snapshot, now, overrides=overrides) for guard in plan.guards
        )
        checks = await asyncio.gather(*(self._check(check) for check in plan.checks))
        return (
            *guards,
            *(
                Finding(
                    check.name,
                    check.subject,
                    overridden(verdict, check.name, overridable=check.overridable, by=overrides),
                    check.overridable,
                )
                for check, verdict in zip(plan.checks, checks, strict=True)
            ),
        )

    async def _check(self, check: Check) -> Verdict:
        try:
            # A node that may be slow with its listing may be so with this, too.
            result = await self._watchers[check.node].session.run(
                check.script, timeout=max(check.timeout, self._patience), limit=65_536
            )
        except TransportError as error:
            return Verdict(Standing.UNKNOWN, str(error))
        said = xm.error_text(result.stdout, result.stderr)
        if result.exit_status is None:
            return Verdict(Standing.UNKNOWN, said or "ended by a signal")
        if check.reading is Reading.UP_LONG_ENOUGH:
            failed = said or f"exit code {result.exit_status}"
            problem = failed if result.exit_status != 0 else ""
            return judge_uptime(result.stdout, problem, check.domid)
        if check.reading is Reading.SILENT:
            if result.exit_status == 0:
                return Verdict(Standing.FAILS, "something answers there")
            if result.exit_status == 1:
                return Verdict(Standing.HOLDS, "no answer")
            # The question itself failed: no program, no such name, or ended by a signal.
            why = said or f"exit code {result.exit_status}"
            return Verdict(Standing.UNKNOWN, f"cannot be told: {why}")
        if result.exit_status == 0:
            return Verdict(Standing.HOLDS, "yes")
        return Verdict(Standing.FAILS, said or f"exit code {result.exit_status}")
