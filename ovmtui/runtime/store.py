"""The newest truth: one reducer, one publisher that coalesces.

Node watchers and the manager's poll put facts in; the snapshot is rebuilt at most
`rate` times a second, only for pools that changed, and listeners are told once. Beyond
64 nodes it is less often, in proportion: nobody reads ten screens a second, and what each
costs grows with the fleet. A listing that says what the last one said makes nothing but
its time new: the machines stay as they are, and listeners are told every fourth second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import MappingProxyType

from ovmtui.model.ha import HaFact
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.service import ServiceFile
from ovmtui.model.snapshot import PoolView, Snapshot
from ovmtui.model.vm import Vm, VmState
from ovmtui.model.vmconfig import ConfigFile
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.merge import merge
from ovmtui.runtime.mergecache import MergeCache

_FULL_RATE = 64
"""Nodes up to which snapshots are published at the full rate."""
_TURN = 0.001
"""Seconds between the merging of two pools, in which keys are heard."""
_MEASURED = 4.0
"""Seconds between two snapshots that differ in nothing but what was measured."""


class Store:
    """Keeps node views and HA facts, and derives snapshots from them."""

    def __init__(self, pools: Iterable[PoolView], clock: Clock, *, rate: float = 10.0) -> None:
        """Begin with every node unasked."""
        self._clock = clock
        self._pools = {pool.name: pool for pool in pools}
        self._nodes = {
            key: NodeView(key, since=clock.monotonic())
            for pool in self._pools.values()
            for key in pool.nodes
        }
        self._ha: dict[VmKey, HaFact] = {}
        self._ha_since: dict[VmKey, float] = {}
        self._vms: dict[str, dict[VmKey, Vm]] = {name: {} for name in self._pools}
        self._merged = {name: MergeCache() for name in self._pools}
        self._dirty: set[str] = set(self._pools)
        """Pools whose machines may be other ones now."""
        self._merging: list[str] = []
        """Pools that are merged one at a time before the next snapshot is published."""
        self._regrouped = True
        """Whether a pool was merged since the last snapshot."""
        self._measured = False
        """Whether a node was measured since the last snapshot."""
        self._interval = max(1.0, len(self._nodes) / _FULL_RATE) / rate
        self._published_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._listeners: list[Callable[[Snapshot, Snapshot], None]] = []
        self._snapshot = Snapshot()
        for name in tuple(self._dirty):
            self._merge(name)
        self._rebuild()
        self.published = self._snapshot
        """The snapshot that listeners were told of last."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot; facts that came after it are folded in first."""
        if self._dirty:
            self._publish()
        elif self._measured or self._regrouped:
            # Listeners hear of it in their turn.
            self._rebuild()
        return self._snapshot

    def node(self, key: NodeKey) -> NodeView:
        """Return the present view of a node."""
        return self._nodes[key]

    def set_node(self, view: NodeView) -> None:
        """Take a node's new view."""
        known = self._nodes[view.key]
        if known == view:
            return
        if view.is_but_measured_anew(known):
            # The same objects, by which what is made of them is known to be the same.
            view = replace(view, domains=known.domains, cpu_percent=known.cpu_percent)
            self._measured = True
            self._publish_within(_MEASURED)
        else:
            self._changed(view.key.pool)
        self._nodes[view.key] = view

    def shared_configs(self, key: NodeKey, found: tuple[ConfigFile, ...]) -> tuple[ConfigFile, ...]:
        """Return `found` as another node of the pool has it, where that is the same.

        A repository is shared: every node of the pool finds all of its files.
        """
        for other in self._pools[key.pool].nodes:
            known = self._nodes[other].configs
            if known is not None and known == found:
                return known
        return found

    def set_maintenance(self, key: NodeKey, *, on: bool) -> None:
        """Take whether machines are to be kept off a node; an unknown node is passed over."""
        if key in self._nodes:
            self.set_node(replace(self._nodes[key], maintenance=on))

    def ha(self, vm: VmKey) -> HaFact | None:
        """Return what the manager said of a machine, or None."""
        return self._ha.get(vm)

    def set_ha(self, vm: VmKey, fact: HaFact) -> None:
        """Take the manager's answer for a machine."""
        known = self._ha.get(vm)
        if known is not None and known.source and known.state is not fact.state:
            self._ha_since[vm] = self._clock.monotonic()
        self._ha[vm] = fact
        self._changed(vm.pool)

    def set_manager_problem(self, pool: str, problem: str) -> None:
        """Take whether the manager of `pool` can be asked."""
        if self._pools[pool].manager_problem != problem:
            self._pools[pool] = replace(self._pools[pool], manager_problem=problem)
            self._changed(pool)

    def set_services(self, pool: str, files: tuple[ServiceFile, ...], problem: str) -> None:
        """Take the service files of the local directory of `pool`."""
        old = self._pools[pool]
        new = replace(old, services=files, services_problem=problem)
        if new != old:
            self._pools[pool] = new
            self._changed(pool)

    def listen(self, listener: Callable[[Snapshot, Snapshot], None]) -> None:
        """Call `listener(old, new)` for each new snapshot."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Publish no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._listeners.clear()

    def _changed(self, pool: str) -> None:
        self._dirty.add(pool)
        self._publish_within(self._interval)

    def _publish_within(self, interval: float) -> None:
        """Publish when `interval` is over since the last time, or sooner where that is due."""
        loop = asyncio.get_running_loop()
        wait = max(0.0, self._published_at + interval - self._clock.monotonic())
        if self._timer is not None:
            if self._timer.when() <= loop.time() + wait:
                return
            self._timer.cancel()
        self._merging.clear()
        self._timer = loop.call_later(wait, self._prepare)

    def _prepare(self) -> None:
        """Merge one pool after the other, each in a turn of its own, then publish.

        What changes meanwhile comes with the next snapshot.
        """
        if not self._merging:
            self._merging = sorted(self._dirty)
        while self._merging:
            name = self._merging.pop()
            if name in self._dirty:
                self._merge(name)
                break
        if self._merging:
            self._timer = asyncio.get_running_loop().call_later(_TURN, self._prepare)
        else:
            self._tell()

    def _publish(self) -> None:
        for name in tuple(self._dirty):
            self._merge(name)
        self._tell()

    def _tell(self) -> None:
        """Make a snapshot of what is merged, and tell of it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        old = self.published
        self._rebuild()
        self.published = self._snapshot
        self._published_at = self._clock.monotonic()
        for listener in tuple(self._listeners):
            listener(old, self._snapshot)
        if self._dirty:
            self._publish_within(self._interval)

    def _merge(self, name: str) -> None:
        pool = self._pools[name]
        self._vms[name] = merge(
            name,
            (self._nodes[key] for key in pool.nodes),
            self._ha,
            previous=self._vms[name],
            services=pool.services,
            wanted=pool.wanted_ha,
            cache=self._merged[name],
            ha_since=self._ha_since,
            manager_problem=pool.manager_problem,
        )
        self._dirty.discard(name)
        self._regrouped = True

    def _rebuild(self) -> None:
        machines = self._snapshot.vms
        if self._regrouped:
            vms: dict[VmKey, Vm] = {}
            for found in self._vms.values():
                vms.update(found)
            machines = MappingProxyType(vms)
        self._regrouped = self._measured = False
        self._snapshot = Snapshot(
            version=self._snapshot.version + 1,
            taken_at=self._clock.monotonic(),
            pools=tuple(self._pools.values()),
            nodes=MappingProxyType(dict(self._nodes)),
            vms=machines,
        )


def split_brains(snapshot: Snapshot) -> frozenset[VmKey]:
    """Return the machines of which more than one copy may execute."""
    return frozenset(k for k, vm in snapshot.vms.items() if vm.state is VmState.SPLIT_BRAIN)
