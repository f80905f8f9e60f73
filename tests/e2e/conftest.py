"""Pools of four nodes behind OpenSSH's sshd, and the running side that works on them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.runtime.service import Service
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, Power, VmSpec

SPEED = 20.0
NODES = tuple(NodeSpec(f"ovm{number}", memory_mib=16_383) for number in range(1, 5))
MACHINES = (
    VmSpec("ovmguest1", node="ovm1", shutdown_seconds=4.0),
    VmSpec("web01", node="ovm1", directory="36_web01"),
    VmSpec("oradb01", node="ovm2", memory_mib=4096, vcpus=4),
    VmSpec("build7", power=Power.DOWN, ha=False),
    VmSpec("erp2", node="ovm3"),
    VmSpec("plain1", node="ovm4", ha=False),
    VmSpec("frozen1", node="ovm4", power=Power.PAUSED),
)
TIMES = """
[intervals]
refresh = 1.0
refresh_busy = 0.2
manager = 3600

[timeouts]
connect = 3
login = 3
probe = 5
"""

Open = Callable[[], AbstractAsyncContextManager[Service]]


def spec(*, password: str = "canary-7f3a-manager") -> PoolSpec:
    return PoolSpec(
        nodes=NODES,
        vms=MACHINES,
        manager_password=password,
        latencies=Latencies(manager=(1.0, 2.0), migration_mib_per_second=200.0),
    )


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    async with SimulatedPool(
        spec(), front_end=FrontEnd.OPENSSH, speed=SPEED, directory=tmp_path
    ) as simulated:
        yield simulated


@pytest.fixture
def settings_file(pool: SimulatedPool, tmp_path: Path) -> Path:
    path = pool.write_settings(tmp_path / "ovmtui.toml")
    text = path.read_text()
    head, _, tail = text.partition("\n[pools.")
    path.write_text(f"{head}\n{TIMES}\n[pools.{tail}")
    return path


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def open_service(settings_file: Path, state: Path) -> Open:
    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Service]:
        async with opening.service(load.load(settings_file)) as running:
            await running.settled(timeout=20.0)
            yield running

    return opened
