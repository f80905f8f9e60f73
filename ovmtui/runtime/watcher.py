"""One supervised task per node: connect for ever, probe, scan, answer looks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

from ovmtui.config.schema import Intervals, Timeouts
from ovmtui.errors import ConnectFailed, NodeLost, TransportError
from ovmtui.model.identity import NodeKey
from ovmtui.model.node import NodeView, Reach
from ovmtui.runtime.backoff import delays
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.interface import Pace
from ovmtui.runtime.pacing import pace_of
from ovmtui.runtime.prober import Prober
from ovmtui.runtime.refusals import Notice, Refusals
from ovmtui.runtime.store import Store
from ovmtui.runtime.surveyor import Surveyor
from ovmtui.transport.interface import Connector, NodeAddress, Session

_KEPT_DAYS = 7
"""Age at which what ended commands left behind on the node is removed."""


class NodeWatcher:
    """Keeps one node's view in the store as true as the network allows."""

    def __init__(
        self,
        key: NodeKey,
        address: NodeAddress,
        *,
        connector: Connector,
        store: Store,
        clock: Clock,
        intervals: Intervals,
        timeouts: Timeouts,
        repositories: tuple[str, ...],
        tidies: bool,
        notify: Callable[[Notice], None],
    ) -> None:
        """Begin unconnected; `run` does the work."""
        self.key = key
        self.busy = False
        """Whether a job runs in the node's pool: probes come faster then."""
        self._tidies = tidies
        self.relaxed = False
        """Whether nobody looks: probes come slower then."""
        self._address = address
        self._connector = connector
        self._store = store
        self._clock = clock
        self._intervals = intervals
        self._prober = Prober(
            key,
            store=store,
            clock=clock,
            timeouts=timeouts,
            repositories=repositories,
            notify=notify,
        )
        self._surveyor = Surveyor(key, store=store, timeouts=timeouts)
        self._session: Session | None = None
        self._connected = asyncio.Event()
        self._attempted = asyncio.Event()
        self._wake = asyncio.Event()
        self._scan_wake = asyncio.Event()
        self._scanned = asyncio.Event()
        self._refusals = Refusals(key, address.host, notify)
        self._waiters: list[tuple[bool, asyncio.Future[None]]] = []

    @property
    def view(self) -> NodeView:
        """The node as the store has it."""
        return self._store.node(self.key)

    @property
    def session(self) -> Session:
        """The open connection.

        Raises:
            NodeLost: there is none at the moment.
        """
        if self._session is None or self._session.is_closed:
            raise NodeLost(f"{self.key.name}: {self.view.problem or 'not connected'}")
        return self._session

    @property
    def mend(self) -> str:
        """What would let us in, where that can be told; empty while we are."""
        return self._refusals.mend

    @property
    def login(self) -> str:
        """Who is logged in on the node, as `user@node`; empty without a connection."""
        if self._session is None:
            return ""
        through = " through sudo" if self._address.elevation is not None else ""
        return f"{self._session.user}@{self.key.name}{through}"

    async def reconnected(self) -> Session:
        """Return the connection, waiting for one as long as it takes."""
        while True:
            await self._connected.wait()
            if (session := self._session) is not None and not session.is_closed:
                return session
            # The connection has just closed, which is about to be seen.
            self._connected.clear()

    async def attempted(self) -> None:
        """Return when the node has answered once, or the first attempt has failed."""
        await self._attempted.wait()

    async def searched(self) -> None:
        """Return when the first scan of the repositories has ended, however."""
        await self._scanned.wait()

    def wake(self) -> None:
        """Probe, or try to connect, without waiting for the next turn."""
        self._wake.set()

    def rescan(self) -> None:
        """Search the repositories without waiting for the next turn."""
        self._scan_wake.set()

    def ask_all(self) -> None:
        """Probe and search without waiting for the next turn."""
        self.wake()
        self.rescan()

    async def look(self, *, deep: bool = True) -> None:
        """Return when a probe that began after this call has ended, or cannot be made.

        A deep look also asks for identities, memory and CPU.
        """
        await self._attempted.wait()
        if self._session is None:
            self._wake.set()
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((deep, waiter))
        self._wake.set()
        await waiter

    async def run(self) -> None:
        """Connect and serve, again and again, until cancelled."""
        while True:
            for delay in delays():
                served = await self._connect_and_serve()
                self._attempted.set()
                self._scanned.set()
                waiters, self._waiters = self._waiters, []
                _answer(waiters)
                await self._pause(delay)
                if served:
                    break

    async def _connect_and_serve(self) -> bool:
        try:
            session = await self._connector.connect(self._address)
        except ConnectFailed as error:
            self._set(reach=self._refusals.take(error), problem=str(error))
            return False
        self._refusals.end()
        self._session = session
        self._prober.forget_identities()
        self._connected.set()
        # What was listed before the connection was lost proves nothing now.
        before = self.view.domains is not None
        doubt = "not listed since the connection was made" if before else ""
        self._set(reach=Reach.UP, problem="", list_problem=doubt)
        try:
            await self._serve(session)
        finally:
            self._session = None
            self._set(reach=Reach.UNREACHABLE, problem="connection lost")
            self._connected.clear()
            with contextlib.suppress(TransportError):
                await session.close()
        return True

    async def _serve(self, session: Session) -> None:
        async with asyncio.TaskGroup() as group:
            work = (self._probe_for_ever, self._scan_for_ever)
            tasks = [group.create_task(one(session)) for one in work]
            await session.wait_closed()
            for task in tasks:
                task.cancel()

    def _set(self, **changes: object) -> None:
        if changes.get("reach", self.view.reach) is not self.view.reach:
            changes["since"] = self._clock.monotonic()
        self._store.set_node(replace(self.view, **changes))  # type: ignore[arg-type]  # field names

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until somebody calls `wake`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    async def _probe_for_ever(self, session: Session) -> None:
        while not session.is_closed:
            waiters, self._waiters = self._waiters, []
            self._wake.clear()
            age = self._clock.monotonic() - self._prober.facts_at
            deep = age >= self._intervals.facts or any(wanted for wanted, _ in waiters)
            try:
                await self._prober.refresh(session, deep=deep)
            except NodeLost:
                await session.close()
                return
            finally:
                _answer(waiters)
            self._attempted.set()
            if not self._waiters:
                # Who looks again and again sets the pace: asking in between would only cost.
                await self._pause(self.pace.seconds * (2.0 if waiters else 1.0))

    @property
    def pace(self) -> Pace:
        """How often the node is asked at present, and why."""
        return pace_of(
            self._intervals, busy=self.busy, relaxed=self.relaxed, latency_ms=self.view.latency_ms
        )

    async def _scan_for_ever(self, session: Session) -> None:
        if self._tidies:
            with contextlib.suppress(TransportError):
                await session.sweep_detached(older_than_days=_KEPT_DAYS)
        while not session.is_closed:
            await self._prober.scan(session)
            await self._surveyor.survey(session)
            self._scanned.set()
            await self._surveyor.ask_agent(session)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._intervals.repositories):
                    await self._scan_wake.wait()
            self._scan_wake.clear()


def _answer(waiters: list[tuple[bool, asyncio.Future[None]]]) -> None:
    """Tell those who wait for a look that it has ended."""
    for _, waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
