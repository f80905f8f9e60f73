"""The ground of the fault tests: a small pool behind OpenSSH, and consoles that work on it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from ovmtui.config import load
from ovmtui.config.schema import Manager
from ovmtui.config.secrets import manager_password
from ovmtui.model.job import EventKind, JobEvent
from ovmtui.runtime.clock import Clock, SystemClock
from ovmtui.runtime.interface import JobChanged, Update
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.memory import Memory
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.ownership import Ownership
from ovmtui.runtime.service import Service
from ovmtui.runtime.upkeep import Upkeep
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, Power, VmSpec
from ovmtui.transport.ssh import SshConnector

PASSWORD = "canary-7f3a-manager"
SPEED = 20.0
SERVICE = """\
[DEFAULT]
nodes = ovm1 ovm2 ovm3
mode = ovm
[hb#1]
type = ovm
"""
SPEC = PoolSpec(
    nodes=tuple(NodeSpec(f"ovm{number}", memory_mib=16_383, opensvc="1.8") for number in (1, 2, 3)),
    vms=(
        VmSpec("web01", node="ovm1", shutdown_seconds=4.0),
        VmSpec("oradb01", node="ovm2"),
        VmSpec("erp2", node="ovm2"),
        VmSpec("build7", power=Power.DOWN, ha=False),
        VmSpec("plain1", node="ovm3", ha=False),
        VmSpec("still1", node="ovm3", power=Power.PAUSED),
        VmSpec("crm", node="ovm1", shutdown_seconds=4.0),
        VmSpec("hrdb", power=Power.DOWN, ha=False),
    ),
    services={"crm": SERVICE, "hrdb": SERVICE},
    manager_password=PASSWORD,
    latencies=Latencies(manager=(1.0, 2.0), migration_mib_per_second=100.0),
)
_TIMES = """
[intervals]
refresh = 1.0
refresh_busy = 0.2
manager = 3600

[timeouts]
connect = 3
login = 3
probe = 3
freshness = 10
"""
_BUDGETS = """
[pools.pool1.budgets]
up = 5
ping = 5
operational = 5
down = 4
reboot = 4
create = 4
migrate = {migrate}
manager = 4
command = 4
verify = 4
watch = 1
lock_grace = 2
"""


@contextlib.asynccontextmanager
async def pool_at(
    directory: Path, spec: PoolSpec = SPEC, *, settings: str = "", migrate: float = 8
) -> AsyncIterator[SimulatedPool]:
    """Yield a pool whose configuration is in `directory`, with budgets of a few seconds.

    `settings` are further lines about the pool, `migrate` is the budget of a migration.
    """
    async with SimulatedPool(
        spec, front_end=FrontEnd.OPENSSH, speed=SPEED, directory=directory
    ) as pool:
        path = pool.write_settings(settings_path(directory))
        head, _, rest = path.read_text().partition("\n[pools.")
        name, _, about = rest.partition("\n")
        path.write_text(
            f"{head}\n{_TIMES}\n[pools.{name}\n{settings}\n{about}\n{_BUDGETS.format(migrate=migrate)}"
        )
        yield pool


def settings_path(directory: Path) -> Path:
    """Return where the pool's configuration is."""
    return directory / "ovmtui.toml"


Gate = Callable[[JobEvent], Awaitable[None]]


class GatedJournal(Journal):
    """A journal that hands each event on, once it is on disk, before anybody acts on it."""

    gate: Gate | None = None

    async def append(self, events: Sequence[JobEvent]) -> None:
        """Store, then hold the engine up until the gate lets it go on."""
        await super().append(events)
        if self.gate is not None:
            for event in events:
                await self.gate(event)

    async def fill_up(self) -> None:
        """Let the disk be full: SQLite may take no page more than the file has now."""
        await self._limit_pages(1)

    async def make_room(self) -> None:
        """Let there be room again."""
        await self._limit_pages(1_000_000)

    async def _limit_pages(self, most: int) -> None:
        await self._do(lambda file: file._database.execute(f"PRAGMA max_page_count={most}"))


class SkewedClock(SystemClock):
    """A clock that can be made to jump."""

    def __init__(self) -> None:
        self.wall_skew = 0.0
        self.monotonic_skew = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.monotonic_skew

    def wall(self) -> float:
        return super().wall() + self.wall_skew


@contextlib.asynccontextmanager
async def console_at(
    directory: Path,
    *,
    user: str = "ann",
    gate: Gate | None = None,
    clock: Clock | None = None,
    opened: Callable[[GatedJournal], None] | None = None,
) -> AsyncIterator[Service]:
    """Yield a console with a state directory of its user's own, once it has looked around."""
    settings = load.load(settings_path(directory))
    state = state_of(directory, user)
    state.mkdir(parents=True, exist_ok=True)
    journal = await journal_at(state / "journal.sqlite3")
    journal.gate = gate
    if opened is not None:
        opened(journal)
    service = Service(
        settings,
        connector=SshConnector(
            identities=settings.identities,
            ssh_config=settings.ssh_config,
            known_hosts=Path(settings.known_hosts or ""),
        ),
        journal=journal,
        memory=Memory(state / "ha.json"),
        upkeep=Upkeep.at(state),
        ownership=Ownership(state / "jobs"),
        password=_password,
        trust=lambda question: None,
        operator=Operator(user=user, host="desk", terminal="pts/1", pid=1),
        clock=clock,
    )
    service.subscribe(_answers_safely(service))
    service.start()
    try:
        await service.settled(timeout=10.0)
        yield service
    finally:
        await service.close()


async def journal_at(path: Path) -> GatedJournal:
    """Return the journal at `path`, in pages so small that hardly an event fits into one."""
    await asyncio.to_thread(_take_small_pages, path)
    journal = await GatedJournal.open(path)
    assert isinstance(journal, GatedJournal)
    return journal


def _take_small_pages(path: Path) -> None:
    if not path.exists():
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA page_size=512")
            database.execute("VACUUM")


def state_of(directory: Path, user: str) -> Path:
    """Return the state directory of one user's console."""
    return directory / "state" / user / "ovmtui"


async def begin(directory: Path, *words: str) -> asyncio.subprocess.Process:
    """Start the command line as a process of its own, with the state of user `ann`."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ovmtui",
        "--config",
        str(settings_path(directory)),
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"XDG_STATE_HOME": str(state_of(directory, "ann").parent)},
    )


async def _password(manager: Manager) -> str:
    return await manager_password(manager, {})


def _answers_safely(service: Service) -> Callable[[Update], None]:
    """Return a listener that gives the last, safest, answer to each question."""

    def hear(update: Update) -> None:
        if isinstance(update, JobChanged):
            for event in update.events:
                if event.kind is EventKind.QUESTION:
                    asyncio.get_running_loop().call_soon(
                        service.answer, event.job, event.choices[-1]
                    )

    return hear
