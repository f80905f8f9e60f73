"""Starting, stopping and losing machines in the simulated world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.simulator.spec import ConfigStyle, NodeSpec, PoolSpec, Power
from tests.simulator.bench import Bench, vm
from tests.toolstacks.recorded import recorded

Build = Callable[[PoolSpec], Bench]

POOL = PoolSpec(
    nodes=(NodeSpec("ovm1", memory_mib=16_383), NodeSpec("ovm2", memory_mib=8_191, first_domid=5)),
    lively=False,
    vms=(
        vm("ovmguest1", power=Power.DOWN, ha=False, directory="36_ovmguest1"),
        vm("web01", ha=True, style=ConfigStyle.QUOTED),
        vm("old01", ha=False, style=ConfigStyle.ORACLE3),
        vm("deaf01", ha=False, ignores_shutdown=True),
        vm("kept01", ha=False, power=Power.PRESERVED),
        vm("huge1", ha=False, power=Power.DOWN, memory_mib=32_768),
    ),
)


async def test_a_start_takes_its_time_and_says_what_xm_says(bench: Build) -> None:
    built = bench(POOL)
    ran = built.begin("ovm1", f"xm create {built.config('ovmguest1')}")
    await built.time.advance(2.9)
    config = built.config("ovmguest1")
    assert (ran.code, ran.stdout) == (None, f'Using config file "{config}".\n')
    await built.time.advance(0.2)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == f'Using config file "{config}".\nStarted domain ovmguest1 (id=5)\n'


async def test_a_start_on_a_second_node_succeeds_in_silence(bench: Build) -> None:
    built = bench(POOL)
    await built.run("ovm1", f"xm create {built.config('ovmguest1')}")
    assert built.world.truth().double_runs == {}
    ran = await built.run("ovm2", f"xm create {built.config('ovmguest1')}")
    assert (ran.code, ran.stderr) == (0, "")
    truth = built.world.truth()
    assert truth.running[built.uuid("ovmguest1")] == ("ovm1", "ovm2")
    assert truth.double_runs == {built.uuid("ovmguest1"): 1}


async def test_a_start_on_the_same_node_is_refused(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovm1", f"xm create {built.config('web01')}")
    assert (ran.code, ran.stderr) == (1, "Error: Domain 'web01' already exists with ID '1'\n")


async def test_a_lack_of_memory_is_counted_as_xend_counts_it(bench: Build) -> None:
    nodes = (NodeSpec("ovm1", memory_mib=16_383),)
    two = (vm("a", memory_mib=2048), vm("huge1", power=Power.DOWN, memory_mib=32_768))
    built = bench(PoolSpec(nodes=nodes, vms=two))
    ran = await built.run("ovm1", f"xm create {built.config('huge1')}")
    command = "xm create /var/ovs/mount/6A17B0B225C6485D8E2D03275FD3B842/running_pool/huge1/vm.cfg"
    assert ran.stderr == recorded("xm-3.4/create", command).stderr


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "name = 'badcfg\n",
            "Errors were found at line 1 while processing {}:\n\tname = 'badcfg\n",
        ),
        ("name = 'a'\nmemory = lots\n", "name 'lots' is not defined"),
        ("name = 'two words'\n", "Invalid VM Name"),
        ("name = 'a'\ndisk = ['file:/no/such.img,xvda,w']\n", "Disk isn't accessible"),
        (
            "name = 'a'\nbuilder = 'hvm'\ndisk = ['file:/no/such.img,hda,w']\n",
            "Disk image does not exist: /no/such.img",
        ),
        (
            "name = 'a'\nvif = ['bridge=xenbr7']\n",
            "Device 0 (vif) could not be connected. /etc/xen/scripts/vif-bridge failed; "
            "error detected.",
        ),
    ],
)
async def test_a_bad_vm_cfg(bench: Build, tmp_path: Path, text: str, error: str) -> None:
    path = tmp_path / "vm.cfg"
    path.write_text(text)
    ran = await bench(POOL).run("ovm1", f"xm create {path}")
    assert ran.stdout == f'Using config file "{path}".\n'
    assert (ran.code, ran.stderr) == (1, f"Error: {error.format(path)}\n")


async def test_a_file_that_is_absent(bench: Build) -> None:
    ran = await bench(POOL).run("ovm1", "xm create /no/vm.cfg")
    command = "xm create /var/ovs/mount/6A17B0B225C6485D8E2D03275FD3B842/running_pool/absent/vm.cfg"
    assert ran.stdout == recorded("xm-3.4/create", command).stdout
    assert (ran.code, ran.stderr) == (1, "Error: Unable to open config file: /no/vm.cfg\n")


async def test_a_guest_vanishes_some_time_after_a_shutdown(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovm1", "xm shutdown old01", seconds=0)
    assert (ran.stdout, ran.stderr, ran.code) == ("", "", 0)
    assert (await built.table("ovm1"))["old01"][3] == "-b----"
    await built.time.advance(8.1)
    assert "old01" not in await built.table("ovm1")


async def test_a_guest_may_ignore_a_shutdown_for_ever(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovm1", "xm shutdown deaf01")
    await built.time.advance(3600)
    assert ran.code == 0
    assert "deaf01" in await built.table("ovm1")


async def test_a_kept_domain_can_only_be_destroyed(bench: Build) -> None:
    built = bench(POOL)
    assert (await built.table("ovm1"))["kept01"][3] == "---s--"
    ran = await built.run("ovm1", "xm shutdown kept01")
    assert ran.stderr == "Error: Domain cannot be shutdown\n"
    await built.run("ovm1", "xm destroy kept01")
    assert "kept01" not in await built.table("ovm1")


async def test_pause_stops_the_cpu_time(bench: Build) -> None:
    spec = replace(POOL, vms=(vm("busy", load=1.0, cpu_seconds=10.0),))
    built = bench(spec)
    await built.time.advance(5)
    await built.run("ovm1", "xm pause busy")
    await built.time.advance(100)
    assert (await built.table("ovm1"))["busy"][3:] == ["--p---", "15.0"]
    await built.run("ovm1", "xm unpause busy")
    await built.time.advance(1)
    assert (await built.table("ovm1"))["busy"][3:] == ["-b----", "16.0"]


async def test_a_machine_that_vanished_with_ha_on_comes_back_elsewhere(bench: Build) -> None:
    roomy = NodeSpec("ovm2", memory_mib=65_535, first_domid=5)
    built = bench(replace(POOL, nodes=(POOL.nodes[0], roomy)))
    await built.run("ovm1", "xm shutdown web01")
    await built.time.advance(60)
    assert built.world.truth().running[built.uuid("web01")] == ("ovm2",)
    assert built.world.truth().double_runs == {}


async def test_with_ha_off_it_stays_down(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovm1", f"{LOGIN} vm conf -n web01 -s pool1 -d")
    assert ran.stdout == "High availability has been disabled.\n\n"
    await built.run("ovm1", "xm shutdown web01")
    await built.time.advance(600)
    assert built.uuid("web01") not in built.world.truth().running


async def test_ha_switched_on_for_a_machine_that_is_down_starts_it(bench: Build) -> None:
    built = bench(POOL)
    await built.run("ovm1", f"{LOGIN} vm conf -n ovmguest1 -s pool1 -e")
    await built.time.advance(60)
    assert built.uuid("ovmguest1") in built.world.truth().running


async def test_oracle_vm_3_keeps_the_flag_in_vm_cfg(bench: Build) -> None:
    built = bench(replace(POOL, vms=(vm("new01", ha=True, style=ConfigStyle.ORACLE3),)))
    assert "OVM_high_availability = True\n" in built.config_text("new01")
    await built.run("ovm1", f"{LOGIN} vm conf -n new01 -s pool1 -d")
    assert "OVM_high_availability = False\n" in built.config_text("new01")


async def test_a_reboot_gives_a_new_id_and_a_fresh_cpu_time(bench: Build) -> None:
    built = bench(replace(POOL, vms=(vm("old01", cpu_seconds=55.0, ha=False),)))
    before = (await built.table("ovm1"))["old01"]
    await built.run("ovm1", "xm reboot old01")
    await built.time.advance(8.0)
    assert "old01" not in await built.table("ovm1")
    await built.time.advance(1.5)
    after = (await built.table("ovm1"))["old01"]
    assert (before[0], before[4]) == ("1", "55.0")
    assert (after[0], after[4]) == ("2", "0.0")


async def test_a_reboot_loses_the_machine_when_its_memory_is_taken_meanwhile(bench: Build) -> None:
    built = bench(POOL)
    await built.run("ovm1", "xm reboot old01")
    await built.time.advance(8.0)
    built.world.nodes["ovm1"].ballast_mib += built.world.nodes["ovm1"].free_memory_mib
    await built.time.advance(60)
    assert "old01" not in await built.table("ovm1")
    assert "Failed to restart domain 2.\nNot enough free memory" in built.xend_log("ovm1")


async def test_a_guest_may_ignore_a_reboot_for_ever(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovm1", "xm reboot deaf01")
    before = (await built.table("ovm1"))["deaf01"]
    await built.time.advance(3600)
    assert (ran.code, (await built.table("ovm1"))["deaf01"][0]) == (0, before[0])


async def test_a_reboot_within_a_minute_loses_the_machine(bench: Build) -> None:
    built = bench(POOL)
    await built.run("ovm1", f"xm create {built.config('ovmguest1')}", seconds=4)
    ran = await built.run("ovm1", "xm reboot ovmguest1", seconds=0)
    assert ran.code == 0
    await built.time.advance(60)
    assert "ovmguest1" not in await built.table("ovm1")
    assert "VM ovmguest1 restarting too fast (Elapsed time: 9.0" in built.xend_log("ovm1")


async def test_a_guest_answers_some_time_after_its_start(bench: Build) -> None:
    built = bench(POOL)
    await built.run("ovm1", f"xm create {built.config('ovmguest1')}", seconds=3)
    ping = "ping -c 1 -W 1 -w 1 ovmguest1"
    login = "ssh -o BatchMode=yes -n -o ConnectTimeout=1 ovmguest1 pwd"
    assert (await built.run("ovm2", ping, seconds=1)).code == 1
    await built.time.advance(12)
    answered = await built.run("ovm2", ping, seconds=1)
    assert answered.code == 0
    assert "1 packets transmitted, 1 received, 0% packet loss" in answered.stdout
    assert (await built.run("ovm2", login, seconds=1)).code == 255
    await built.time.advance(10)
    assert (await built.run("ovm2", login, seconds=1)).stdout == "/root\n"


LOGIN = f"ovm -u admin -p {POOL.manager_password}"
