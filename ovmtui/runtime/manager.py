"""The manager of an Oracle VM 2 pool, asked through the program `ovm` on a node.

It logs in anew for each call, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from ovmtui.config.schema import Intervals
from ovmtui.config.schema import Manager as ManagerSettings
from ovmtui.errors import ManagerFailed
from ovmtui.model.command import MASK, Command
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.plan.managing import ManagerAccess
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.hapoll import HaPoll
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import ovmcli


class ManagerPoll(HaPoll):
    """Asks one Oracle VM 2 pool's manager, one call at a time."""

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
        super().__init__(
            pool, settings, watchers=watchers, store=store, clock=clock, intervals=intervals
        )
        self._call_timeout = call_timeout
        self._password = password
        self._manager_pool = settings.pool

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

    async def secret(self) -> str:
        """Return the manager's password.

        Raises:
            SecretUnavailable: no configured source gives it.
        """
        return await self._password()

    async def try_from(self, node: NodeKey) -> None:
        """Ask the manager something harmless from `node`.

        Raises:
            TransportError: the node could not be asked.
            SecretUnavailable: no configured source gives the password.
            ManagerFailed: the manager does not answer as it should.
        """
        await self._servers(node)

    async def read_ha(self, vm: VmKey) -> HaFact:
        """Ask for one machine's flag; see `HaPoll.read_ha`."""
        if (access := self.access) is None:
            raise ManagerFailed(self.why_unknown)
        machine = self._store.snapshot.vms.get(vm)
        if machine is None:
            raise ManagerFailed("that machine is not known any more")
        try:
            command = access.asking(machine).command
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

    @property
    def _is_known(self) -> bool:
        return self._manager_pool is not None

    def _may_ask(self) -> bool:
        return self._node() is not None

    async def _servers(self, node: NodeKey | None = None) -> str:
        command = ovmcli.server_list_command(self._settings.command, self._settings.user)
        stdout, stderr, status = await self._call(command, node)
        error = ovmcli.error_in(stdout, stderr)
        if error or status != 0:
            raise ManagerFailed(error or f"{command.shown}: exit code {status}")
        return stdout

    async def _discover(self) -> None:
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
        return self._first_that_answers()
