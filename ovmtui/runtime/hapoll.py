"""Asking a pool's manager for HA, one machine after the other, of whatever generation.

A manager takes seconds a call, so calls go one after the other, slowly, the machines that
run first, and never in the way of the nodes' probes.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Mapping

from ovmtui.config.schema import Intervals
from ovmtui.config.schema import Manager as ManagerSettings
from ovmtui.errors import ManagerFailed, SecretUnavailable, TransportError
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.vm import Vm
from ovmtui.plan.managing import Access
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.managerqueue import DOUBT, next_to_ask, still_connecting
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher

_RETRY = 30.0
"""Seconds before the manager is asked again after it failed."""
_SOON = 0.5
"""Seconds before another look while the first nodes are being connected."""
_SWITCHING = 60.0
"""Seconds for which a flag that is being switched is left to its plan."""
_IDLE = 5.0
"""Seconds before the ages of the HA flags are looked at again."""


class HaPoll(ABC):
    """Asks one pool's manager, one call at a time."""

    def __init__(
        self,
        pool: str,
        settings: ManagerSettings,
        *,
        watchers: Mapping[NodeKey, NodeWatcher],
        store: Store,
        clock: Clock,
        intervals: Intervals,
    ) -> None:
        """Begin unasked; `run` does the work."""
        self._pool = pool
        self._settings = settings
        self._watchers = watchers
        self._store = store
        self._clock = clock
        self._intervals = intervals
        self._one_at_a_time = asyncio.Lock()
        self._wake = asyncio.Event()
        self._urgent: list[VmKey] = []
        self._switched: dict[VmKey, float] = {}
        """When a plan has begun to switch a machine's flag."""
        self._wanted_since = float("-inf")
        """When every flag was wanted anew."""

    @property
    @abstractmethod
    def access(self) -> Access | None:
        """How plans call the manager; None while it is not known."""

    @property
    @abstractmethod
    def why_unknown(self) -> str:
        """Why `access` is None."""

    @property
    def lock(self) -> asyncio.Lock:
        """Held during each call, by plans, too."""
        return self._one_at_a_time

    def ask_soon(self, vm: VmKey) -> None:
        """Ask for this machine's HA flag before any other's."""
        if vm not in self._urgent:
            self._urgent.append(vm)
        self._wake.set()

    def ask_all(self) -> None:
        """Ask for each machine's flag again, however young its answer is."""
        self._wanted_since = self._clock.monotonic()
        self._wake.set()

    async def run(self) -> None:
        """Ask for ever."""
        try:
            while True:
                pause = await self._one_turn()
                if pause:
                    async with self._one_at_a_time:
                        await self._rest()
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
        finally:
            await self._rest()

    async def _one_turn(self) -> float:
        """Ask once, and return after how many seconds to ask again."""
        try:
            return await self._turn()
        except (TransportError, ManagerFailed, SecretUnavailable) as error:
            self._store.set_manager_problem(self._pool, str(error))
            self._mark_unasked(str(error))
            return _RETRY

    def doubt(self, vm: VmKey) -> None:
        """Know nothing of a machine's flag any more: it is being switched."""
        self._store.set_ha(vm, HaFact(source="manager", reason=DOUBT))
        self._switched[vm] = self._clock.monotonic()

    async def ask(self, vm: VmKey) -> HaFact:
        """Ask for one machine's flag now, for a plan that is about to be made.

        Raises:
            TransportError: it could not be asked.
            SecretUnavailable: no configured source gives the password.
            ManagerFailed: the manager does not answer as it should.
        """
        if not self._is_known:
            await self._discover()
        fact = await self.read_ha(vm)
        self._store.set_manager_problem(self._pool, "")
        return fact

    @abstractmethod
    async def read_ha(self, vm: VmKey) -> HaFact:
        """Ask for one machine's flag, put it into the store, and return it.

        Raises:
            TransportError: it could not be asked.
            SecretUnavailable: no configured source gives the password.
            ManagerFailed: it cannot be asked, with the reason.
        """

    @property
    @abstractmethod
    def _is_known(self) -> bool:
        """Whether it is known what the manager calls this pool."""

    @abstractmethod
    async def _discover(self) -> None:
        """Ask what the manager calls this pool.

        Raises:
            ManagerFailed: it does not answer, or not in a way that could be used.
        """

    @abstractmethod
    def _may_ask(self) -> bool:
        """Whether the manager can be asked at all now."""

    async def _rest(self) -> None:  # noqa: B027  # most keep nothing
        """Give back what is kept for calls that follow each other."""

    async def _turn(self) -> float:
        if not self._may_ask():
            if still_connecting(self._store.node(key) for key in self._watchers):
                # Nobody has answered yet: that is no problem of the manager's.
                return _SOON
            self._store.set_manager_problem(self._pool, self.why_unknown)
            return _IDLE
        if not self._is_known:
            await self._discover()
        vm = self._next()
        if vm is None:
            return _IDLE
        fact = await self.read_ha(vm.key)
        if fact.state is HaState.UNKNOWN:
            # Is it this machine that the manager does not know, or does it not answer at all?
            await self._discover()
        self._store.set_manager_problem(self._pool, "")
        return 0.0

    def _first_that_answers(self) -> NodeKey | None:
        return next((key for key in self._watchers if self._store.node(key).certain), None)

    def _next(self) -> Vm | None:
        """The machine whose flag is oldest and over age; running ones first."""
        snapshot = self._store.snapshot
        while self._urgent:
            vm = snapshot.vms.get(self._urgent.pop(0))
            if vm is not None:
                return vm
        now = self._clock.monotonic()
        # Its plan reads it back itself, and would have to wait for our call.
        self._switched = {vm: at for vm, at in self._switched.items() if now - at < _SWITCHING}
        before = max(now - self._intervals.manager, self._wanted_since)
        return next_to_ask(
            snapshot, self._pool, self._store.ha, before, beside=self._switched.keys()
        )

    def _mark_unasked(self, reason: str) -> None:
        """Say why, where nothing is known; what was known keeps its age."""
        for vm in self._store.snapshot.vms.values():
            known = self._store.ha(vm.key)
            if vm.key.pool == self._pool and (known is None or not known.source):
                self._store.set_ha(vm.key, HaFact(reason=reason))
