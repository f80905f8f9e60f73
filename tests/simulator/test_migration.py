"""Live migration in the simulated world, as xend 3.4 does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ovmtui.simulator.breakage import MigrationFault
from ovmtui.simulator.node import Plug, Xend
from ovmtui.simulator.spec import NodeSpec, PoolSpec, VmSpec
from tests.simulator.bench import Bench, vm
from tests.toolstacks.recorded import recorded

Build = Callable[[PoolSpec], Bench]

POOL = PoolSpec(
    nodes=(NodeSpec("ovm1", memory_mib=16_383), NodeSpec("ovm2", memory_mib=8_191, first_domid=5)),
    lively=False,
    vms=(
        vm("ovmguest1", domid=2, cpu_seconds=77.0, load=0.5),
        vm("oradb01", domid=3, memory_mib=4096),
        vm("big7g", domid=4, memory_mib=7168),
        vm("resident", node="ovm2"),
    ),
)
# Setup, and 1024 MiB at 60 MiB/s.
SECONDS = 2 + 1024 / 60
MASKED = "Error: (107, 'Transport endpoint is not connected')\n"
USAGE = recorded("xm-3.4/migrate", "xm migrate -l Domain-0 ovm2").stdout


async def test_both_nodes_show_it_while_it_goes_on(bench: Build) -> None:
    built = bench(POOL)
    ran = built.begin("ovm1", "xm migrate -l ovmguest1 ovm2")
    await built.time.advance(SECONDS / 2)
    source, target = await built.table("ovm1"), await built.table("ovm2")
    assert "ovmguest1" not in source
    assert source["migrating-ovmguest1"][:4] == ["2", "1024", "1", "-b----"]
    assert target["ovmguest1"] == ["6", "1024", "1", "--p---", "0.0"]
    assert "Saving memory pages: iter 1  45%" in built.xend_log("ovm1")
    gone = await built.run("ovm1", "xm shutdown ovmguest1")
    assert (gone.code, gone.stderr) == (3, "Error: Domain 'ovmguest1' does not exist.\n")
    await built.time.advance(SECONDS / 2 + 0.1)
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "")
    assert built.world.truth().running[built.uuid("ovmguest1")] == ("ovm2",)
    assert built.world.truth().double_runs == {}


async def test_afterwards_it_has_a_new_id_and_its_time_begins_again(bench: Build) -> None:
    built = bench(POOL)
    ran = built.begin("ovm1", "xm migrate -l ovmguest1 ovm2")
    await built.time.advance(SECONDS)
    assert ran.code == 0
    await built.time.advance(2)
    assert (await built.table("ovm2"))["ovmguest1"] == ["6", "1024", "1", "-b----", "1.0"]
    assert "ovmguest1" not in await built.table("ovm1")


async def test_a_copy_that_runs_on_the_target_is_not_noticed(bench: Build) -> None:
    built = bench(POOL)
    await built.run("ovm2", f"xm create {built.config('ovmguest1')}")
    ran = await built.run("ovm1", "xm migrate -l ovmguest1 ovm2")
    assert ran.code == 0
    listed = await built.run("ovm2", "xm list")
    assert sum(line.startswith("ovmguest1 ") for line in listed.stdout.splitlines()) == 2
    await built.run("ovm2", "xm destroy ovmguest1")
    assert (await built.table("ovm2"))["ovmguest1"][0] == "7"


async def refused(built: Bench, name: str, reason: str) -> None:
    ran = await built.run("ovm1", f"xm migrate -l {name} ovm2", seconds=300)
    assert (ran.code, ran.stdout, ran.stderr) == (1, USAGE, reason)
    source = await built.table("ovm1")
    assert source[name][3] == "-b----"
    assert built.world.truth().running[built.uuid(name)] == ("ovm1",)


async def test_a_lack_of_memory_is_told_in_the_targets_log_alone(bench: Build) -> None:
    built = bench(POOL)
    await refused(built, "big7g", MASKED)
    real = recorded(
        "xm-3.4/migrate",
        "sleep 1; xm list; grep -E 'VmError|XendError' /var/log/xen/xend.log | tail -2",
    )
    assert real.stdout.splitlines()[-1] in built.xend_log("ovm2").splitlines()
    assert "big7g" not in await built.table("ovm2")


async def test_a_name_that_is_taken_on_the_target(bench: Build) -> None:
    other = VmSpec("oradb01", node="ovm2", uuid="6b0e8a0e-6a5b-4b3c-a6f0-0000000000ff", domid=6)
    built = bench(replace(POOL, vms=(*POOL.vms, replace(other, directory="other"))))
    await refused(built, "oradb01", MASKED)
    assert "VmError: VM name 'oradb01' already exists as domain 6\n" in built.xend_log("ovm2")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (MigrationFault.TRANSPORT, MASKED),
        (MigrationFault.SAVE, "Error: /usr/lib64/xen/bin/xc_save 16 2 0 0 1 failed\n"),
        (MigrationFault.SUSPEND, "Error: Timeout waiting for domain 2 to suspend\n"),
    ],
)
async def test_a_failure_half_way_leaves_it_running_on_the_source(
    bench: Build, fault: MigrationFault, reason: str
) -> None:
    built = bench(POOL)
    built.world.migration_faults["ovmguest1"] = fault
    await refused(built, "ovmguest1", reason)
    assert (await built.table("ovm1"))["ovmguest1"][0] == "2"
    assert "ovmguest1" not in await built.table("ovm2")
    assert (await built.run("ovm1", "xm migrate -l ovmguest1 ovm2")).code == 0


async def test_a_leftover_stays_paused_on_the_target(bench: Build) -> None:
    built = bench(POOL)
    built.world.migration_faults["ovmguest1"] = MigrationFault.LEFTOVER
    await refused(built, "ovmguest1", MASKED)
    assert (await built.table("ovm2"))["ovmguest1"][3] == "--p---"
    await built.run("ovm2", "xm unpause ovmguest1")
    assert built.world.truth().double_runs == {built.uuid("ovmguest1"): 1}


async def test_a_machine_can_be_lost_although_xm_says_it_went_well(bench: Build) -> None:
    built = bench(replace(POOL, vms=(vm("ovmguest1", ha=False),)))
    built.world.migration_faults["ovmguest1"] = MigrationFault.LOST
    assert (await built.run("ovm1", "xm migrate -l ovmguest1 ovm2")).code == 0
    assert built.world.truth().running == {}


async def test_a_stuck_one_goes_on_when_the_fault_is_taken_away(bench: Build) -> None:
    built = bench(POOL)
    built.world.migration_faults["ovmguest1"] = MigrationFault.STUCK
    ran = built.begin("ovm1", "xm migrate -l ovmguest1 ovm2")
    await built.time.advance(1000)
    assert ran.code is None
    assert "migrating-ovmguest1" in await built.table("ovm1")
    built.world.migration_faults.clear()
    await built.time.advance(SECONDS)
    assert ran.code == 0


async def test_the_source_may_be_destroyed_meanwhile(bench: Build) -> None:
    built = bench(POOL)
    built.world.migration_faults["ovmguest1"] = MigrationFault.STUCK
    built.begin("ovm1", "xm migrate -l ovmguest1 ovm2")
    await built.time.advance(SECONDS)
    await built.run("ovm1", "xm destroy migrating-ovmguest1")
    await built.time.advance(SECONDS)
    assert (await built.table("ovm2"))["ovmguest1"][3] == "-b----"


@pytest.mark.parametrize(
    ("plug", "xend", "relocation", "reason"),
    [
        (Plug.DEAD, Xend.UP, True, "(113, 'No route to host')"),
        (Plug.SILENT, Xend.UP, True, "timed out"),
        (Plug.UP, Xend.CRASHED, True, "(111, 'Connection refused')"),
        (Plug.UP, Xend.UP, False, "(111, 'Connection refused')"),
    ],
)
async def test_a_target_that_cannot_be_reached(
    bench: Build, plug: Plug, xend: Xend, relocation: bool, reason: str
) -> None:
    built = bench(POOL)
    target = built.world.nodes["ovm2"]
    target.plug, target.xend, target.relocation_server = plug, xend, relocation
    await refused(built, "oradb01", f"Error: can't connect: {reason}\n")


async def test_a_target_that_dies_meanwhile(bench: Build) -> None:
    built = bench(POOL)
    ran = built.begin("ovm1", "xm migrate -l ovmguest1 ovm2")
    await built.time.advance(SECONDS / 2)
    built.world.power_off(built.world.nodes["ovm2"])
    await built.time.advance(SECONDS)
    assert ran.code == 1
    assert built.world.truth().running[built.uuid("ovmguest1")] == ("ovm1",)


async def test_a_source_that_dies_meanwhile_takes_the_machine_with_it(bench: Build) -> None:
    built = bench(replace(POOL, vms=(vm("ovmguest1", ha=False),)))
    built.begin("ovm1", "xm migrate -l ovmguest1 ovm2")
    await built.time.advance(SECONDS / 2)
    built.world.power_off(built.world.nodes["ovm1"])
    built.world.power_on(built.world.nodes["ovm1"])
    await built.time.advance(SECONDS)
    assert built.world.truth().running == {}
    assert "ovmguest1" not in await built.table("ovm2")
