"""Batches: one job for each machine, a few at a time; they may be stopped in between."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ovmtui.errors import JournalError, PlanRefused
from ovmtui.model.batch import BatchItem, BatchState, Stage
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import JobState, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.companions import Moves, Order, Task
from ovmtui.runtime.maintenance import Maintenance
from ovmtui.runtime.origins import Origin, Origins
from ovmtui.runtime.store import Store
from ovmtui.runtime.supervision import in_a_word

_log = logging.getLogger(__name__)

NOT_TRIED = "not tried: stopped before"
"""What is said of a machine whose turn never came."""


class Runner(Protocol):
    """What runs one job."""

    @property
    def jobs(self) -> Sequence[JobState]:
        """Jobs of this console."""
        ...

    def plan(self, intent: Intent) -> Plan:
        """Make a plan; raises PlanRefused."""
        ...

    def run(self, plan: Plan) -> str:
        """Start it; raises PlanRefused."""
        ...

    async def finished(self, job: str) -> Outcome | None:
        """Return how it ended, once it has."""
        ...


@dataclass(slots=True)
class _Batch:
    order: Order
    state: BatchState
    task: asyncio.Task[None] | None = None


class Batches:
    """Implements `companions.Batcher`."""

    def __init__(
        self,
        runner: Runner,
        *,
        store: Store,
        origins: Origins,
        maintenance: Maintenance,
        moves: Moves,
        refuse: Callable[[str], None],
        clock: Clock,
        changed: Callable[[str], None],
    ) -> None:
        """Run jobs by `runner`; `changed` is told the id of a batch that got on.

        `refuse` raises PlanRefused where nothing may be changed in the pool of that name.
        """
        self._runner = runner
        self._store = store
        self._origins = origins
        self._maintenance = maintenance
        self._refuse_in = refuse
        self._clock = clock
        self._changed = changed
        self.moves = moves
        self._batches: dict[str, _Batch] = {}
        for node in maintenance.nodes():
            store.set_maintenance(node, on=True)

    @property
    def states(self) -> Sequence[BatchState]:
        """Batches of this console, oldest first."""
        return tuple(batch.state for batch in self._batches.values())

    def _refuse(self, order: Order) -> None:
        """Do nothing where `order` may be begun; raises what `Batcher.begin` says."""
        for pool in sorted({task.vm.pool for task in order.tasks if task.intent is not None}):
            self._refuse_in(pool)
        home = order.emptied or order.filled
        for other in self.states:
            if home is not None and other.home == home and other.running:
                raise PlanRefused((f"{other.title} is under way: stop that first",))

    async def begin(self, order: Order) -> str:
        """Begin `order` and return the batch's id; raises what `Batcher.begin` says."""
        self._refuse(order)
        if order.emptied is not None:
            await self.set_maintenance(order.emptied, on=True)
        if order.filled is not None:
            await self.set_maintenance(order.filled, on=False)
        # Another may have been begun while that was written down.
        self._refuse(order)
        identifier = secrets.token_hex(4)
        items = tuple(
            BatchItem(task.vm, task.name, task.title)
            if task.intent is not None
            else BatchItem(task.vm, task.name, task.title, Stage.LEFT_OUT, text=task.reason)
            for task in order.tasks
        )
        home = order.emptied or order.filled
        state = BatchState(
            identifier, order.title, items, max(1, order.parallel), self._clock.wall(), home
        )
        batch = _Batch(order, state)
        self._batches[identifier] = batch
        batch.task = asyncio.get_running_loop().create_task(self._work(batch), name=order.title)
        self._changed(identifier)
        return identifier

    def stop(self, batch: str) -> None:
        """Begin no further job of a batch; those under way go on."""
        known = self._batches[batch]
        known.state = replace(known.state, stopping=True)
        self._changed(batch)

    def failed(self, batch: str) -> Order:
        """Return what did not end well, as an order; raises what `Batcher.failed` says."""
        known = self._batches[batch]
        if known.state.running:
            raise PlanRefused((f"{known.state.title} has not ended yet",))
        left = {item.vm for item in known.state.failed}
        if not left:
            raise PlanRefused(("there is nothing that could be tried again",))
        return replace(known.order, tasks=tuple(t for t in known.order.tasks if t.vm in left))

    async def homecoming(self, home: NodeKey) -> Sequence[Move]:
        """Return the moves that bring back what still is where it was moved to."""
        listed = await asyncio.to_thread(self._origins.of, home)
        snapshot = self._store.snapshot
        wanted, others = [], []
        for origin in listed:
            vm = snapshot.vms.get(origin.vm)
            if vm is not None and vm.nodes == (origin.moved_to,):
                wanted.append((vm, home))
                continue
            if vm is not None and vm.nodes == (home,):
                # Somebody has brought it back.
                await asyncio.to_thread(self._origins.forget, origin.vm)
                continue
            others.append(_stays(origin, snapshot))
        return (*self.moves(wanted, opened=home), *others)

    async def set_maintenance(self, node: NodeKey, *, on: bool) -> None:
        """Keep machines off `node`, or let them on; raises what the protocol says."""
        self._refuse_in(node.pool)
        await asyncio.to_thread(self._maintenance.set, node, on=on, wall=self._clock.wall())
        self._store.set_maintenance(node, on=on)

    async def finished(self, batch: str) -> BatchState:
        """Return a batch's state, once it has ended."""
        task = self._batches[batch].task
        if task is not None:
            await asyncio.wait((task,))
        return self._batches[batch].state

    async def close(self) -> None:
        """Begin no further job of any batch."""
        tasks = [batch.task for batch in self._batches.values() if batch.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, batch: _Batch) -> None:
        slots = asyncio.Semaphore(batch.state.parallel)

        async def in_turn(number: int, task: Task) -> None:
            async with slots:
                if batch.state.stopping:
                    self._set(batch, number, stage=Stage.LEFT_OUT, text=NOT_TRIED)
                    return
                await self._one(batch, number, task)

        tasks = [(n, task) for n, task in enumerate(batch.order.tasks) if task.intent]
        ends = await asyncio.gather(*(in_turn(n, t) for n, t in tasks), return_exceptions=True)
        for (number, task), end in zip(tasks, ends, strict=True):
            if isinstance(end, Exception):
                # The others went on, and nobody is left to think that this one runs still.
                _log.error("%s broke off", task.title, exc_info=end)
                text = f"broke off: {in_a_word(end)}"
                self._set(batch, number, stage=Stage.ENDED, outcome=Outcome.UNKNOWN, text=text)

    async def _one(self, batch: _Batch, number: int, task: Task) -> None:
        """Run one machine's plan, made anew on what is known now."""
        assert task.intent is not None
        order = batch.order
        try:
            plan = self._runner.plan(task.intent)
            if order.emptied is not None and plan.destination is not None:
                await asyncio.to_thread(
                    self._origins.remember,
                    task.vm,
                    task.name,
                    home=order.emptied,
                    moved_to=plan.destination,
                )
            job = self._runner.run(plan)
        except (PlanRefused, JournalError) as error:
            reasons = error.reasons if isinstance(error, PlanRefused) else (str(error),)
            text = "; ".join(reasons)
            self._set(batch, number, stage=Stage.ENDED, outcome=Outcome.REFUSED, text=text)
            return
        began = self._clock.wall()
        self._set(batch, number, stage=Stage.RUNNING, job=job, title=plan.title, began=began)
        outcome = await self._runner.finished(job)
        said = next((state.summary for state in self._runner.jobs if state.job == job), "")
        if order.filled is not None and outcome is Outcome.DONE:
            try:
                await asyncio.to_thread(self._origins.forget, task.vm)
            except JournalError as error:
                said += f"; it stays on the list of {order.filled.name}: {error}"
        self._set(batch, number, stage=Stage.ENDED, outcome=outcome, text=said)

    def _set(self, batch: _Batch, number: int, **what: Any) -> None:
        items = list(batch.state.items)
        items[number] = replace(items[number], **what)
        batch.state = replace(batch.state, items=tuple(items))
        self._changed(batch.state.batch)


def _stays(origin: Origin, snapshot: Snapshot) -> Move:
    """Return why a machine is not brought back."""
    vm = snapshot.vms.get(origin.vm)
    places = vm.nodes if vm is not None else ()
    if len(places) > 1:
        both = " and ".join(node.name for node in places)
        return Move(origin.vm, origin.name, reasons=(f"it is on {both} at the moment",))
    now = f"it is on {', '.join(n.name for n in places)} now" if places else "it runs nowhere"
    return Move(origin.vm, origin.name, reasons=(f"{now}, no longer on {origin.moved_to.name}",))
