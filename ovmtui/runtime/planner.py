"""Making plans from the newest snapshot, and looking anew at what they demand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ovmtui.config.schema import Settings
from ovmtui.errors import OvmtuiError, PlanRefused
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.vm import Vm
from ovmtui.plan import flows
from ovmtui.plan.elevation import through_sudo
from ovmtui.plan.evacuation import Move, moves
from ovmtui.plan.intent import Intent
from ovmtui.plan.permission import permitted, refuse_forbidden
from ovmtui.plan.placement import Target, rank_targets
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Finding
from ovmtui.runtime.assembling import World
from ovmtui.runtime.confirming import confirmation
from ovmtui.runtime.lockholder import preview
from ovmtui.runtime.memory import Memory
from ovmtui.runtime.surroundings import context_of
from ovmtui.runtime.wiring import entrances


class Planner:
    """Plans; it never changes anything."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        memory: Memory,
        *,
        reserved_mib: Callable[[VmKey], Mapping[NodeKey, int]],
        under_way: Callable[[VmKey], str],
    ) -> None:
        """Plan for `world`.

        `reserved_mib` is what jobs for other machines will take, and `under_way` the title of
        a machine's own job, empty where there is none.
        """
        self._settings = settings
        self._entrances = entrances(settings)
        self._world = world
        self._memory = memory
        self._reserved_mib = reserved_mib
        self._under_way = under_way

    def plan(
        self,
        intent: Intent,
        aside: Mapping[NodeKey, int] | None = None,
        *,
        opened: NodeKey | None = None,
    ) -> Plan:
        """Return the plan for `intent`.

        Args:
            intent: what is wished.
            aside: memory in MiB to be left alone, by node.
            opened: a node that is taken as being in no maintenance.

        Raises:
            PlanRefused: no such plan can exist, with the reasons.
        """
        snapshot = self._world.snapshot()
        if opened is not None:
            snapshot = snapshot.out_of_maintenance(opened)
        if intent.vm not in snapshot.vms:
            raise PlanRefused(("that machine is not known any more",))
        pool = snapshot.pool(intent.vm.pool)
        refuse_forbidden(intent, pool)
        manager = self._world.managers.get(intent.vm.pool)
        if manager is not None and snapshot.vms[intent.vm].ha.state is HaState.UNKNOWN:
            manager.ask_soon(intent.vm)
        reserved = Counter(self._reserved_mib(intent.vm)) + Counter(aside or {})
        context = context_of(
            intent.vm,
            snapshot,
            self._settings.pools[intent.vm.pool],
            self._settings.timeouts,
            manager=manager,
            ha_remembered=self._memory.had_ha(intent.vm),
            reserved_mib=reserved,
        )
        plan = flows.build(intent, snapshot, context, now=self._world.clock.monotonic())
        plan = through_sudo(permitted(plan, pool), self._entrances)
        return replace(plan, confirmation=confirmation(plan, self._settings))

    def moves(
        self, wanted: Iterable[tuple[Vm, NodeKey | None]], *, opened: NodeKey | None = None
    ) -> Iterator[Move]:
        """Yield what `Batcher.moves` says."""

        def planned(intent: Intent, aside: Mapping[NodeKey, int]) -> Plan:
            if title := self._under_way(intent.vm):
                raise PlanRefused((f"{title} is under way",))
            return self.plan(intent, aside, opened=opened)

        return moves(wanted, planned)

    async def ask_ha(self, vm: VmKey) -> HaFact:
        """Ask the manager for one machine's HA flag now; UNKNOWN with a reason on failure."""
        manager = self._world.managers.get(vm.pool)
        if manager is None:
            return HaFact(HaState.UNKNOWN, reason="no manager is configured")
        try:
            return await manager.ask(vm)
        except OvmtuiError as error:
            return HaFact(HaState.UNKNOWN, reason=str(error))

    def targets(self, vm: VmKey) -> Sequence[Target]:
        """Return the nodes of the machine's pool, best first, excluded ones last."""
        snapshot = self._world.snapshot()
        if vm not in snapshot.vms:
            return ()
        return rank_targets(
            snapshot,
            vm,
            now=self._world.clock.monotonic(),
            max_age=self._settings.timeouts.freshness,
            reserved_mib=self._reserved_mib(vm),
        )

    async def preflight(self, plan: Plan) -> Sequence[Finding]:
        """Look anew and evaluate each guard and check of `plan`, and its lock."""
        if plan.lock is None:
            return await self._world.inspection.inspect(plan)
        findings, lock = await asyncio.gather(
            self._world.inspection.inspect(plan), preview(plan.lock, self._world.watchers)
        )
        return (*findings, lock)
