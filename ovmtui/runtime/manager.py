"""The pool's manager: its name for the pool, and the HA flag of each machine.

`ovm` takes seconds a call and logs in anew each time, so calls go one after the other,
slowly, the machines that run first, and never in the way of the nodes' probes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from ovmtui.config.schema import Intervals
from ovmtui.config.schema import Manager as ManagerSettings
from ovmtui.errors import ManagerFailed, SecretUnavailable, TransportError
from ovmtui.model.command import MASK, Command
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.vm import Vm
from ovmtui.plan.context import ManagerAccess
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.managerqueue import DOUBT, next_to_ask, still_connecting
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import ovmcli

_RETRY = 30.0
"""Seconds before the manager is asked again after it failed."""
_SOON = 0.5
"""Seconds before another look while the first nodes are being connected."""
_IDLE = 5.0
"""Seconds before the ages of the HA flags are looked at again."""


class ManagerPoll:
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
        call_timeout: float,
        password: Callable[[], Awaitable[str]],
    ) -> None:
        """Begin unasked; `run` does the work."""
        self._pool = pool
        self._settings = settings
        self._watchers = watchers
        self._store = store
        self._clock = clock
        self._intervals = intervals
        self._call_timeout = call_timeout
        self._password = password
        self._manager_pool = settings.pool
        self._one_at_a_time = asyncio.Lock()
        self._wake = asyncio.Event()
        self._urgent: list[VmKey] = []

    @property
    def access(self) -> ManagerAccess | None:
        """How plans call the manager; None while it is not known."""
        node = self._node()
        if node is None or self._manager_pool is None:
            return None
        return ManagerAccess(node, self._settings.command, self._settings.user, self._manager_pool)

    @property
    def why_unknown(self) -> str:
        """Why `access` is None."""
        if self._node() is None:
            return "no node from which the manager can be asked answers"
        problem = self._store.snapshot.pool(self._pool).manager_problem
        return problem or "it has not said yet what it calls this pool"

    @property
    def lock(self) -> asyncio.Lock:
        """Held during each call, by plans, too."""
        return self._one_at_a_time

    async def secret(self) -> str:
        """Return the manager's password.

        Raises:
            SecretUnavailable: no configured source gives it.
        """
        return await self._password()

    def ask_soon(self, vm: VmKey) -> None:
        """Ask for this machine's HA flag before any other's."""
        if vm not in self._urgent:
            self._urgent.append(vm)
        self._wake.set()

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            try:
                pause = await self._turn()
            except (TransportError, ManagerFailed, SecretUnavailable) as error:
                self._store.set_manager_problem(self._pool, str(error))
                self._mark_unasked(str(error))
                pause = _RETRY
            self._wake.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def doubt(self, vm: VmKey) -> None:
        """Know nothing of a machine's flag any more: it is being switched."""
        self._store.set_ha(vm, HaFact(source="manager", reason=DOUBT))

    async def ask(self, vm: VmKey, name: str) -> HaFact:
        """Ask for one machine's flag now, for a plan that is about to be made.

        Raises:
            TransportError: the node could not be asked.
            SecretUnavailable: no configured source gives the password.
            ManagerFailed: the manager does not answer as it should.
        """
        if self._manager_pool is None:
            await self._discover()
        fact = await self.read_ha(vm, name)
        self._store.set_manager_problem(self._pool, "")
        return fact

    async def try_from(self, node: NodeKey) -> None:
        """Ask the manager something harmless from `node`.

        Raises:
            TransportError: the node could not be asked.
            SecretUnavailable: no configured source gives the password.
            ManagerFailed: the manager does not answer as it should.
        """
        await self._servers(node)

    async def _servers(self, node: NodeKey | None = None) -> str:
        command = ovmcli.server_list_command(self._settings.command, self._settings.user)
        stdout, stderr, status = await self._call(command, node)
        error = ovmcli.error_in(stdout, stderr)
        if error or status != 0:
            raise ManagerFailed(error or f"{command.shown}: exit code {status}")
        return stdout

    async def read_ha(self, vm: VmKey, name: str) -> HaFact:
        """Ask for one machine's flag, put it into the store, and return it.

        Raises:
            TransportError: the node could not be asked.
            SecretUnavailable: no configured source gives the password.
        """
        if (access := self.access) is None:
            raise ManagerFailed(self.why_unknown)
        try:
            command = ovmcli.vm_info_command(access.program, access.user, access.pool, name)
        except ValueError as wrong:
            return self._keep(vm, HaState.UNKNOWN, str(wrong))  # no name, but an option
        stdout, stderr, status = await self._call(command)
        error = ovmcli.error_in(stdout, stderr)
        if error or status != 0:
            return self._keep(vm, HaState.UNKNOWN, error or f"{command.shown}: exit code {status}")
        info = ovmcli.parse_vm_info(stdout)
        state = info.value.ha
        return self._keep(vm, state, "; ".join(info.notes) if state is HaState.UNKNOWN else "")

    def _keep(self, vm: VmKey, state: HaState, reason: str) -> HaFact:
        fact = HaFact(state, "manager", reason, self._clock.monotonic())
        self._store.set_ha(vm, fact)
        return fact

    async def _turn(self) -> float:
        if self._node() is None:
            if still_connecting(self._store.node(key) for key in self._watchers):
                # Nobody has answered yet: that is no problem of the manager's.
                return _SOON
            self._store.set_manager_problem(self._pool, self.why_unknown)
            return _IDLE
        if self._manager_pool is None:
            await self._discover()
        vm = self._next()
        if vm is None:
            return _IDLE
        fact = await self.read_ha(vm.key, vm.name)
        if fact.state is HaState.UNKNOWN:
            # Is it this machine that the manager does not know, or does it not answer at all?
            await self._discover()
        self._store.set_manager_problem(self._pool, "")
        return 0.0

    async def _discover(self) -> None:
        """Ask what the manager calls this pool.

        Raises:
            ManagerFailed: it does not answer, or lists the nodes in no single pool.
        """
        stdout = await self._servers()
        if self._settings.pool is not None:
            return
        pools = ovmcli.pools_with(stdout, {key.name for key in self._watchers})
        if len(pools) != 1:
            raise ManagerFailed(
                f"the manager has the nodes of {self._pool} in: {', '.join(sorted(pools))}; "
                "set manager.pool in the configuration"
            )
        self._manager_pool = pools.pop()

    async def _call(
        self, command: Command, node: NodeKey | None = None
    ) -> tuple[str, str, int | None]:
        if (node := node or self._node()) is None:
            raise ManagerFailed(self.why_unknown)
        secret = await self._password()
        async with self._one_at_a_time:
            result = await self._watchers[node].session.run(
                command.script, timeout=self._call_timeout, secret=secret
            )
        # What the manager complains of may hold what it was told.
        stdout, stderr = (text.replace(secret, MASK) for text in (result.stdout, result.stderr))
        return stdout, stderr, result.exit_status

    def _node(self) -> NodeKey | None:
        """The node to ask from: the configured one, else the first that answers."""
        wanted = self._settings.node
        if wanted is not None:
            return NodeKey(self._pool, wanted)
        for key in self._watchers:
            if self._store.node(key).certain:
                return key
        return None

    def _next(self) -> Vm | None:
        """The machine whose flag is oldest and over age; running ones first."""
        snapshot = self._store.snapshot
        while self._urgent:
            vm = snapshot.vms.get(self._urgent.pop(0))
            if vm is not None:
                return vm
        before = self._clock.monotonic() - self._intervals.manager
        return next_to_ask(snapshot, self._pool, self._store.ha, before)

    def _mark_unasked(self, reason: str) -> None:
        """Say why, where nothing is known; what was known keeps its age."""
        for vm in self._store.snapshot.vms.values():
            if vm.key.pool == self._pool and vm.ha.observed_at is None and not vm.ha.source:
                self._store.set_ha(vm.key, HaFact(reason=reason))
