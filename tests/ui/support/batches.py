"""Batches that do only what a test tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ovmtui.errors import PlanRefused
from ovmtui.model.batch import BatchItem, BatchState, Stage
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.plan.evacuation import Move, moves
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.runtime.companions import Order


class ScriptedBatcher:
    """Implements `companions.Batcher` without running anything."""

    def __init__(self, plan: Callable[[Intent], Plan], changed: Callable[[str], None]) -> None:
        self._plan = plan
        self._changed = changed
        self.orders: list[Order] = []
        self.stopped: list[str] = []
        self.coming_home: Sequence[tuple[Vm, NodeKey]] = ()
        self.staying: Sequence[Move] = ()
        self.set_nodes: list[tuple[NodeKey, bool]] = []
        self.show: Callable[[Snapshot], None] | None = None
        self._states: dict[str, BatchState] = {}

    @property
    def states(self) -> Sequence[BatchState]:
        return tuple(self._states.values())

    async def begin(self, order: Order) -> str:
        for node, on in ((order.emptied, True), (order.filled, False)):
            if node is not None:
                await self.set_maintenance(node, on=on)
        self.orders.append(order)
        batch = f"batch-{len(self.orders)}"
        items = tuple(
            BatchItem(task.vm, task.name, task.title)
            if task.intent is not None
            else BatchItem(task.vm, task.name, task.title, Stage.LEFT_OUT, text=task.reason)
            for task in order.tasks
        )
        home = order.emptied or order.filled
        self._states[batch] = BatchState(
            batch, order.title, items, order.parallel, 1_790_000_000.0, home
        )
        self._changed(batch)
        return batch

    def happen(self, batch: str, number: int, **what: Any) -> None:
        """Let item `number` of a batch get on."""
        items = list(self._states[batch].items)
        items[number] = replace(items[number], **what)
        self._states[batch] = replace(self._states[batch], items=tuple(items))
        self._changed(batch)

    def stop(self, batch: str) -> None:
        self.stopped.append(batch)
        self._states[batch] = replace(self._states[batch], stopping=True)
        self._changed(batch)

    def failed(self, batch: str) -> Order:
        left = {item.vm for item in self._states[batch].failed}
        if not left:
            raise PlanRefused(("there is nothing that could be tried again",))
        order = self.orders[int(batch.removeprefix("batch-")) - 1]
        return replace(order, tasks=tuple(task for task in order.tasks if task.vm in left))

    def moves(
        self, wanted: Iterable[tuple[Vm, NodeKey | None]], *, opened: NodeKey | None = None
    ) -> Iterator[Move]:
        return moves(wanted, lambda intent, aside: self._plan(intent))

    async def homecoming(self, home: NodeKey) -> Sequence[Move]:
        return (*self.moves(self.coming_home), *self.staying)

    async def set_maintenance(self, node: NodeKey, *, on: bool) -> None:
        self.set_nodes.append((node, on))
