"""The real running side on pretended nodes, with its files in a directory of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.pretended import PretendedFleet
from ovmtui.config.schema import Intervals, Manager, Pool, Settings, Timeouts
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.interface import HostKeyQuestion, KeyChange
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.memory import Memory
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.ownership import Ownership
from ovmtui.runtime.service import Service
from ovmtui.runtime.upkeep import Upkeep


def settings(fleet: PretendedFleet, *, refresh: float = 5.0, probe: float = 20.0) -> Settings:
    """Return settings for the pools of `fleet`."""
    return Settings(
        pools={name: Pool(nodes=tuple(nodes)) for name, nodes in fleet.pools.items()},
        intervals=Intervals(refresh=refresh, refresh_busy=min(1.0, refresh)),
        timeouts=Timeouts(probe=probe),
    )


@contextlib.asynccontextmanager
async def running(
    fleet: PretendedFleet,
    directory: Path,
    *,
    chosen: Settings | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Service]:
    """Open the running side on `fleet`, started; close it at the end."""
    service = Service(
        chosen or settings(fleet),
        connector=fleet,
        journal=await Journal.open(directory / "journal.sqlite3"),
        memory=Memory(directory / "ha.json"),
        upkeep=Upkeep.at(directory),
        ownership=Ownership(directory / "jobs"),
        password=_no_password,
        trust=_no_trust,
        operator=Operator("operator", "host"),
        clock=clock,
    )
    service.start()
    try:
        yield service
    finally:
        await service.close()


async def _no_password(manager: Manager) -> str:
    return ""


def _no_trust(question: HostKeyQuestion | KeyChange) -> None:
    """Do nothing: no host key is asked about."""
