"""The demo's pool: its settings, its process, its scenarios."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from ovmtui.config.load import load
from ovmtui.simulator.control import request
from ovmtui.simulator.demo import demo_spec, fleet_spec
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.scenarios import SCENARIOS, play
from ovmtui.simulator.spec import Power
from ovmtui.simulator.timeline import ScaledTime


def test_the_demo_has_what_an_operator_would_have() -> None:
    spec = demo_spec()
    assert (len(spec.nodes), len(spec.vms)) == (4, 31)
    names = [vm.name for vm in spec.vms]
    assert len(set(names)) == 31
    assert max(map(len, names)) > 40
    assert {vm.power for vm in spec.vms} == {Power.RUNNING, Power.DOWN, Power.PAUSED}
    assert any(vm.folder != vm.name for vm in spec.vms)


async def test_no_node_of_the_demo_is_overfull(tmp_path: Path) -> None:
    async with SimulatedPool(demo_spec(), directory=tmp_path) as pool:
        assert all(node.free_memory_mib > 2048 for node in pool.world.nodes.values())
        assert pool.truth().double_runs == {}


def test_a_fleet_is_as_large_as_asked_for() -> None:
    spec = fleet_spec(64, 40)
    assert (len(spec.nodes), len(spec.vms)) == (64, 2560)
    assert len({vm.identity for vm in spec.vms}) == 2560


async def test_the_settings_are_valid_and_complete(tmp_path: Path) -> None:
    async with SimulatedPool(directory=tmp_path) as pool:
        settings = load(pool.write_settings(tmp_path / "ovmtui.toml"))
        configured = settings.pools["pool1"]
        assert [node.name for node in configured.members] == ["ovm1", "ovm2", "ovm3", "ovm4"]
        assert configured.manager is not None
        assert configured.manager.password_file == str(pool.password_file)
        assert pool.password_file.stat().st_mode & 0o777 == 0o600
        assert settings.ssh_config == ()
        assert configured.guest_address == "{name}"


@pytest.mark.parametrize("ending", ["end of input", "signal"])
async def test_the_process_says_when_it_is_ready_and_leaves_nothing(ending: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ovmtui.simulator",
        "--speed",
        "50",
        "--scenario",
        "manager-down",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    paths = json.loads(await process.stdout.readline())
    assert list(load(Path(paths["config"])).pools) == ["pool1"]
    truth = await request(Path(paths["control"]), "truth")
    assert isinstance(truth, dict)
    assert len(truth["running"]) == 25
    if ending == "signal":
        process.terminate()
    else:
        process.stdin.close()
    assert await process.wait() == 0
    for made in (Path(path).parent for path in paths.values()):
        assert made.name not in os.listdir(made.parent)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_every_scenario_can_be_played(tmp_path: Path, name: str) -> None:
    spec, time = demo_spec(), ScaledTime(2000.0)
    async with SimulatedPool(spec, directory=tmp_path, timeline=time) as pool:
        await play(SCENARIOS[name], spec, pool.faults, time)
        assert bool(pool.truth().double_runs) == (name == "split-brain")
