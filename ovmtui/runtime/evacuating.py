"""Emptying a node, and filling it again: one job for each machine, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ovmtui.errors import JournalError, PlanRefused
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import Outcome
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Intent, Verb
from ovmtui.runtime.origins import Origins
from ovmtui.runtime.service import Service


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one machine."""

    vm: VmKey
    name: str
    outcome: Outcome | None
    """None: it was not tried, or its job broke off."""
    text: str
    """Where it stands, or why it was not tried."""
    job: str = ""


class Evacuating:
    """Runs moves one after the other, or a few at a time; it may be stopped in between."""

    def __init__(self, service: Service, origins: Origins, tell: Callable[[str], None]) -> None:
        """Run them as jobs of `service`; `tell` takes a sentence for each that begins."""
        self._service = service
        self._origins = origins
        self._tell = tell
        self._stopped = False

    def stop(self) -> None:
        """Begin no further move; those under way go on."""
        self._stopped = True

    async def away(self, moves: Sequence[Move], *, home: NodeKey, parallel: int) -> list[Moved]:
        """Move machines away from `home`; where they were is kept on disk before each."""

        async def one(move: Move) -> Moved:
            return await self._move(move, target=None, home=home)

        return await self._all(moves, one, parallel)

    async def back(self, moves: Sequence[Move], *, home: NodeKey, parallel: int) -> list[Moved]:
        """Move machines back to `home`, and strike each off the list when it is there."""

        async def one(move: Move) -> Moved:
            moved = await self._move(move, target=home, home=None)
            if moved.outcome is Outcome.DONE:
                await asyncio.to_thread(self._origins.forget, move.vm)
            return moved

        return await self._all(moves, one, parallel)

    async def _all(
        self, moves: Sequence[Move], one: Callable[[Move], Awaitable[Moved]], parallel: int
    ) -> list[Moved]:
        slots = asyncio.Semaphore(max(1, parallel))

        async def in_turn(move: Move) -> Moved:
            async with slots:
                return await one(move)

        return list(await asyncio.gather(*map(in_turn, moves)))

    async def _move(self, move: Move, *, target: NodeKey | None, home: NodeKey | None) -> Moved:
        """Run one machine's migration, planned anew on what is known now."""
        if move.plan is None:
            return Moved(move.vm, move.name, Outcome.REFUSED, "; ".join(move.reasons))
        if self._stopped:
            return Moved(move.vm, move.name, None, "not tried: stopped before")
        try:
            plan = self._service.plan(Intent(Verb.MIGRATE, move.vm, target))
            if home is not None and plan.destination is not None:
                await asyncio.to_thread(
                    self._origins.remember,
                    move.vm,
                    move.name,
                    home=home,
                    moved_to=plan.destination,
                )
            job = self._service.run(plan)
        except PlanRefused as error:
            return Moved(move.vm, move.name, Outcome.REFUSED, "; ".join(error.reasons))
        except JournalError as error:
            return Moved(move.vm, move.name, Outcome.REFUSED, str(error))
        self._tell(plan.title)
        outcome = await self._service.finished(job)
        text = next((state.summary for state in self._service.jobs if state.job == job), "")
        return Moved(move.vm, move.name, outcome, text, job)
