"""A pool of Oracle VM 3 behind sshd, with its manager behind an SSH server of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.runtime.service import Service
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.generation3 import oracle3
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, Power, VmSpec
from tests.e2e.conftest import SPEED, TIMES

PASSWORD = "canary-9c1e-manager"
DB = oracle3(VmSpec("erp db; (prod)", node="ovm1", memory_mib=2048, shutdown_seconds=4.0))
WEB = oracle3(VmSpec("web", node="ovm2"))
WEB2 = oracle3(VmSpec("web", node="ovm1", ha=False), other=1)
IDLE = oracle3(VmSpec("idle", power=Power.DOWN, ha=False))


def spec() -> PoolSpec:
    return PoolSpec(
        nodes=tuple(NodeSpec(f"ovm{number}", memory_mib=16_383) for number in range(1, 4)),
        vms=(DB, WEB, WEB2, IDLE),
        generation=3,
        manager_password=PASSWORD,
        latencies=Latencies(manager=(0.5, 1.0), migration_mib_per_second=400.0),
    )


@contextlib.asynccontextmanager
async def pool_in(directory: Path) -> AsyncIterator[SimulatedPool]:
    async with SimulatedPool(
        spec(), front_end=FrontEnd.OPENSSH, speed=SPEED, directory=directory
    ) as pool:
        yield pool


def write_settings(pool: SimulatedPool, path: Path, *, more: str = "") -> Path:
    """Write the configuration; `more` goes to the top of the pool's table."""
    head, _, tail = pool.settings_toml().partition("\n[pools.")
    name, _, rest = tail.partition("]")
    path.write_text(f"{head}\n{TIMES}\n[pools.{name}]\n{more}{rest}")
    return path


@contextlib.asynccontextmanager
async def opened(settings: Path) -> AsyncIterator[Service]:
    async with opening.service(load.load(settings)) as running:
        await running.settled(timeout=20.0)
        yield running
