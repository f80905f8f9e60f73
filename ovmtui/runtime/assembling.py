"""Putting together what runs one plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Position
from ovmtui.runtime.clearance import Clearance
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.commanding import Commanding
from ovmtui.runtime.dialogue import Dialogue
from ovmtui.runtime.engine import Engine
from ovmtui.runtime.hapoll import HaPoll
from ovmtui.runtime.inspection import Inspection
from ovmtui.runtime.locking import MachineLock
from ovmtui.runtime.minutes import Minutes
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.store import Store
from ovmtui.runtime.waiting import Waiting
from ovmtui.runtime.watcher import NodeWatcher


@dataclass(frozen=True, slots=True)
class World:
    """What all plans work on."""

    watchers: Mapping[NodeKey, NodeWatcher]
    managers: Mapping[str, HaPoll]
    store: Store
    inspection: Inspection
    operator: Operator
    clock: Clock

    def snapshot(self) -> Snapshot:
        """Return the newest snapshot."""
        return self.store.snapshot

    def ask_all(self) -> None:
        """Ask every node and manager for everything, without waiting for its turn."""
        for watcher in self.watchers.values():
            watcher.ask_all()
        for manager in self.managers.values():
            manager.ask_all()


def engine_for(
    plan: Plan,
    world: World,
    *,
    recorder: Recorder,
    dialogue: Dialogue,
    position: Position | None,
) -> Engine:
    """Return what runs `plan`, from `position` on when it goes on after a break."""
    assert plan.lock is not None, "every plan that was built has a place for its lock"
    manager = world.managers.get(plan.vm.pool)
    return Engine(
        plan,
        position=position,
        dialogue=dialogue,
        lock=MachineLock(
            plan.lock,
            recorder=recorder,
            watchers=world.watchers,
            operator=world.operator,
            clock=world.clock,
        ),
        clearance=Clearance(
            plan,
            recorder=recorder,
            inspection=world.inspection,
            snapshot=world.snapshot,
            clock=world.clock,
        ),
        commanding=Commanding(
            plan.vm,
            recorder=recorder,
            dialogue=dialogue,
            watchers=world.watchers,
            manager=manager,
            inspection=world.inspection,
            snapshot=world.snapshot,
            clock=world.clock,
            begun=1 if position is not None and position.begun else 0,
        ),
        waiting=Waiting(
            plan,
            recorder=recorder,
            dialogue=dialogue,
            inspection=world.inspection,
            watchers=world.watchers,
            manager=manager,
            snapshot=world.snapshot,
            clock=world.clock,
        ),
        minutes=Minutes(
            plan,
            recorder,
            operator=world.operator,
            watchers=world.watchers,
            snapshot=world.snapshot,
            clock=world.clock,
        ),
    )
