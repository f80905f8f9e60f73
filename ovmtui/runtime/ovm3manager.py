"""The manager of an Oracle VM 3 pool, asked by this console over SSH."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from ovmtui.config.schema import Intervals, Timeouts
from ovmtui.config.schema import Manager as ManagerSettings
from ovmtui.errors import CommandTimeout, ManagerFailed, NodeLost, SlotsExhausted
from ovmtui.model.command import MASK, Command
from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.plan.managing import Ovm3Access
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.hapoll import HaPoll
from ovmtui.runtime.ovm3login import Doorkeeper
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import ovm3, ovm3answer
from ovmtui.toolstacks.ovm3answer import Answer, VmFacts
from ovmtui.transport.commandline import CommandLine, CommandLineConnector
from ovmtui.transport.interface import NodeAddress


class Ovm3Manager(HaPoll):
    """Asks one Oracle VM 3 pool's manager, one call at a time."""

    def __init__(
        self,
        pool: str,
        settings: ManagerSettings,
        *,
        connector: CommandLineConnector,
        names: Mapping[NodeKey, tuple[str, ...]],
        watchers: Mapping[NodeKey, NodeWatcher],
        store: Store,
        clock: Clock,
        intervals: Intervals,
        timeouts: Timeouts,
        call_timeout: float,
        password: Callable[[], Awaitable[str]],
    ) -> None:
        """Begin unasked; `run` does the work. `names` are what each node may be called."""
        super().__init__(
            pool, settings, watchers=watchers, store=store, clock=clock, intervals=intervals
        )
        self._names = names
        self._call_timeout = call_timeout
        self._password = password
        assert settings.host is not None, "the settings were checked"
        self._address = NodeAddress(
            settings.host,
            settings.listens_on,
            settings.user,
            connect_timeout=timeouts.connect,
            login_timeout=max(timeouts.login, call_timeout),
            keepalive_interval=timeouts.keepalive,
            legacy=settings.legacy,
        )
        self._doorkeeper = Doorkeeper(connector, self._address, self.site, clock)
        self._open: CommandLine | None = None
        self._servers: Mapping[NodeKey, str] | None = None
        self.listed: tuple[str, ...] = ()
        """Names of all servers that the manager lists."""
        self.pool_name: str | None = None
        """What it calls the pool of our nodes; None where it does not say, or of several."""

    @property
    def site(self) -> str:
        """Where it is and who logs in: `admin@manager:10000`."""
        host = self._address.host
        shown = f"[{host}]" if ":" in host else host
        return f"{self._address.user}@{shown}:{self._address.port}"

    @property
    def access(self) -> Ovm3Access | None:
        """How plans call the manager; None while no node answers."""
        node = self._first_that_answers()
        if node is None:
            return None
        return Ovm3Access(node, self.site, self.servers)

    @property
    def why_unknown(self) -> str:
        """Why `access` is None."""
        return "no node of the pool answers"

    @property
    def servers(self) -> Mapping[NodeKey, str]:
        """Its id of each of our nodes that it lists, once, by a name that we have for it."""
        return self._servers or MappingProxyType({})

    async def learn(self) -> None:
        """Ask which servers it has; raises what `HaPoll.ask` says."""
        try:
            await self._discover()
        finally:
            async with self._one_at_a_time:
                await self._rest()

    async def read_ha(self, vm: VmKey) -> HaFact:
        """Ask for one machine's flag; see `HaPoll.read_ha`."""
        facts, reason = await self.show(vm)
        fact = HaFact(facts.ha, "manager", reason, self._clock.monotonic())
        self._store.set_ha(vm, fact)
        return fact

    async def show(self, vm: VmKey) -> tuple[VmFacts, str]:
        """Return what the manager says of a machine, and why its HA is unknown, if it is.

        Raises:
            TransportError: it could not be asked.
            SecretUnavailable: no configured source gives the password.
        """
        identifier = ovm3.vm_id(vm)
        if identifier is None:
            return VmFacts(), "its UUID is not known, so the manager cannot be asked"
        answer = await self.call(ovm3.show_vm(identifier))
        if not answer.well:
            return VmFacts(), answer.error
        told = ovm3answer.parse_vm(answer)
        return told.value, "; ".join(told.notes) if told.value.ha is HaState.UNKNOWN else ""

    async def call(self, command: Command) -> Answer:
        """Ask something, after whatever is being asked; the connection is kept for the next.

        Raises:
            TransportError: it could not be asked.
            SecretUnavailable: no configured source gives the password.
        """
        async with self._one_at_a_time:
            secret = await self._secret()
            kept = self._open is not None and not self._open.is_closed
            try:
                text = await self._ask(command, secret)
            except (NodeLost, SlotsExhausted):
                if not kept:
                    raise
                # The manager may have closed a connection that was idle.
                text = await self._ask(command, secret)
        return _read(text, command, secret)

    async def _ask(self, command: Command, secret: str | None) -> str:
        if self._open is None or self._open.is_closed:
            self._open = await self._doorkeeper.enter(secret)
        try:
            return await self._open.run(command.shown, timeout=self._call_timeout)
        except (NodeLost, SlotsExhausted, CommandTimeout) as error:
            await self._rest()
            raise type(error)(f"manager {self.site}: {error}") from None

    async def carry_out(self, command: Command, *, timeout: float) -> Answer:
        """Let the manager change something, on a connection of its own.

        It may take hours, and keeps nobody from asking meanwhile.

        Raises:
            ConnectFailed: it was not begun.
            SlotsExhausted: it was not begun.
            SecretUnavailable: it was not begun: no configured source gives the password.
            NodeLost: the connection broke; what the command did is unknown.
            CommandTimeout: no answer in time; what the command did is unknown.
        """
        secret = await self._secret()
        opened = await self._doorkeeper.enter(secret)
        try:
            return _read(await opened.run(command.shown, timeout=timeout), command, secret)
        finally:
            await opened.close()

    async def _secret(self) -> str | None:
        return await self._password() if self._settings.has_password else None

    @property
    def _is_known(self) -> bool:
        return self._servers is not None

    def _may_ask(self) -> bool:
        return True

    async def _discover(self) -> None:
        answer = await self.call(ovm3.list_servers())
        if not answer.well:
            raise ManagerFailed(f"manager {self.site}: {answer.error}")
        listed = ovm3answer.parse_list(answer)
        by_name: dict[str, list[str]] = {}
        for entry in listed.value:
            by_name.setdefault(entry.name.strip().lower(), []).append(entry.identifier)
        found: dict[NodeKey, str] = {}
        for key, names in self._names.items():
            ids = {one for name in names for one in by_name.get(name.lower(), ())}
            if len(ids) == 1:
                found[key] = ids.pop()
        self.listed = tuple(entry.name for entry in listed.value)
        await self._learn_pool(found)
        self._servers = MappingProxyType(found)

    async def _learn_pool(self, servers: Mapping[NodeKey, str]) -> None:
        """Ask one of our servers for its pool; that is for checks and for nothing else."""
        if self.pool_name is not None or not servers:
            return
        answer = await self.call(ovm3.show_server(next(iter(servers.values()))))
        pool = ovm3answer.parse_pool_of_server(answer) if answer.well else None
        self.pool_name = pool[1] if pool is not None else None

    async def _rest(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            await opened.close()


def _read(text: str, command: Command, secret: str | None) -> Answer:
    # What the manager complains of may hold what it was told.
    return ovm3answer.parse_answer(text.replace(secret, MASK) if secret else text, command)
