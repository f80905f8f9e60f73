"""A simulated Oracle VM 3 pool: what its manager does to the machines, and to what it says."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ovmtui.config.load import load
from ovmtui.config.schema import ManagerKind
from ovmtui.simulator.generation3 import oracle3, server_id
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.programs.ovm3 import Ovm3CommandLine
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, VmSpec
from tests.simulator.stepped_time import SteppedTime

DB = oracle3(VmSpec("crm db", node="ovm1"))


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    spec = PoolSpec(
        nodes=(NodeSpec("ovm1"), NodeSpec("ovm2")),
        vms=(DB,),
        generation=3,
        latencies=Latencies(manager=(1.0, 1.0), agent=20.0),
    )
    async with SimulatedPool(spec, directory=tmp_path, timeline=SteppedTime()) as made:
        yield made


async def say(pool: SimulatedPool, line: str) -> list[str]:
    command_line = Ovm3CommandLine(pool.world, pool.invocation_log)
    answering = asyncio.create_task(command_line.answer(line))
    await later(pool, 120)
    return (await answering).split("\r\n")


async def later(pool: SimulatedPool, seconds: float) -> None:
    assert isinstance(pool.world.timeline, SteppedTime)
    await pool.world.timeline.advance(seconds)


def places(pool: SimulatedPool) -> tuple[str, ...]:
    return pool.truth().running.get(DB.identity, ())


async def test_a_machine_that_vanishes_is_started_again_unless_the_manager_stopped_it(
    pool: SimulatedPool,
) -> None:
    await pool.faults.vanish("crm db")
    assert places(pool) == ()
    await later(pool, 60)
    assert len(places(pool)) == 1
    assert (await say(pool, f"stop vm id={DB.name}"))[1] == "Status: Success"
    await later(pool, 60)
    assert places(pool) == ()


async def test_ha_is_one_flag_for_the_manager_and_vm_cfg(pool: SimulatedPool) -> None:
    assert (await say(pool, f"edit vm id={DB.name} highAvailability=No"))[1] == "Status: Success"
    assert "  High Availability = No" in await say(pool, f"show vm id={DB.name}")
    config = next(pool.directory.glob("OVS/Repositories/*/VirtualMachines/*/vm.cfg"))
    assert "OVM_high_availability = False" in config.read_text()
    assert f"name = u'{DB.name}'" in config.read_text()


async def test_machines_move_between_servers_that_are_told_by_id(pool: SimulatedPool) -> None:
    line = f"migrate vm id={DB.name} destServer={server_id('ovm2')}"
    assert (await say(pool, line))[1] == "Status: Success"
    assert places(pool) == ("ovm2",)
    said = await say(pool, f"migrate vm id={DB.name} destServer=ovm1")
    assert (said[1], said[3]) == ("Status: Failure", "Error Msg: No Server with id: ovm1")


async def test_a_locked_machine_and_an_unknown_one_are_failures(pool: SimulatedPool) -> None:
    await pool.faults.lock_machine("crm db")
    said = await say(pool, f"stop vm id={DB.name}")
    assert said[1] == "Status: Failure"
    assert said[3].endswith("the object crm db is locked by a job")
    assert "  Locked = true" in await say(pool, f"show vm id={DB.name}")
    assert (await say(pool, "show vm id=0004fb"))[1] == "Status: Failure"
    assert places(pool) == ("ovm1",)


async def test_both_generations_stand_in_one_configuration() -> None:
    process = await create_subprocess_exec(
        sys.executable,
        "-m",
        "ovmtui.simulator",
        "--speed",
        "50",
        "--scenario",
        "two-generations",
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    config = Path(json.loads(await process.stdout.readline())["config"])
    kinds = {name: pool.manager.kind for name, pool in load(config).pools.items() if pool.manager}
    assert kinds == {"pool1": ManagerKind.OVM2, "pool3": ManagerKind.OVM3}
    process.stdin.close()
    assert await process.wait() == 0
    assert config.parent.name not in os.listdir(config.parent.parent)
