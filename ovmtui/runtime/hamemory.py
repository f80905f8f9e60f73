"""Keeping on disk that HA was on before a plan switched it off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ovmtui.errors import OvmtuiError
from ovmtui.model.ha import HaState
from ovmtui.model.job import Outcome
from ovmtui.plan.intent import Verb
from ovmtui.plan.plan import Plan
from ovmtui.runtime.assembling import World
from ovmtui.runtime.memory import Memory

_SETTLED = frozenset({Verb.START, Verb.HA_ON, Verb.HA_OFF})
"""Verbs whose good end says what HA is to be."""


class HaMemory:
    """Remembers for the next start what a stop takes away."""

    def __init__(self, world: World, memory: Memory, tell: Callable[[str], None]) -> None:
        """Keep it in `memory`; `tell` takes what could not be found out."""
        self._world = world
        self._memory = memory
        self._tell = tell

    async def remember(self, plan: Plan) -> None:
        """Before HA goes off for a stop, keep on disk that it was on."""
        manager = self._world.managers.get(plan.vm.pool)
        if (
            plan.intent.verb not in {Verb.STOP, Verb.DESTROY}
            or manager is None
            or not plan.switches_ha
        ):
            return
        fact = self._world.store.ha(plan.vm)
        if fact is None or fact.state is HaState.UNKNOWN:
            try:
                fact = await manager.ask(plan.vm)
            except OvmtuiError as error:
                # The plan's own step meets the same manager, and ends the plan there.
                self._tell(f"whether HA of {plan.vm_name} was on cannot be told: {error}")
                return
        if fact.state is HaState.ON:
            await asyncio.to_thread(self._memory.remember_ha, plan.vm, plan.vm_name)

    async def settle(self, plan: Plan, outcome: Outcome) -> None:
        """Forget that HA was on before a stop, when that has been seen to."""
        fact = self._world.store.ha(plan.vm)
        restored = fact is not None and fact.state is HaState.ON
        if (outcome is Outcome.DONE and plan.intent.verb in _SETTLED) or restored:
            await asyncio.to_thread(self._memory.forget_ha, plan.vm)
