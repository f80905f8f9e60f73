"""The simulated OpenSVC agent: the sessions of OpenSVC's page, and the agent's own mistakes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmtui.simulator.node import Xend
from ovmtui.simulator.spec import NodeSpec, PoolSpec, Power, VmSpec
from tests.simulator.bench import Bench, Ran

_SAMPLE = (Path(__file__).parents[1] / "toolstacks" / "services" / "ovmguest1.conf").read_text()


def _spec(version: str = "1.3", *, power: Power = Power.RUNNING, text: str = _SAMPLE) -> PoolSpec:
    return PoolSpec(
        nodes=(NodeSpec("ovm1", opensvc=version), NodeSpec("ovm2", opensvc=version)),
        vms=(VmSpec("ovmguest1", power=power, shutdown_seconds=5.0),),
        services={"ovmguest1": text},
    )


def _lines(ran: Ran) -> list[str]:
    """Return the agent's lines without their times, and the paths and ids masked."""
    text = re.sub(r"^\d\d:\d\d:\d\d ", "", ran.stderr, flags=re.MULTILINE)
    text = re.sub(r"/\S*/vm\.cfg", "CFG", text)
    return re.sub(r"\(id=\d+\)", "(id=N)", text).splitlines()


async def test_the_seeds_stop(bench: Callable[[PoolSpec], Bench]) -> None:
    pool = bench(_spec())
    ran = await pool.run("ovm1", "svcmgr --cluster --service ovmguest1 stop", 120.0)
    assert ran.code == 0
    assert _lines(ran) == [
        "INFO    OVMGUEST1.HB#1    ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
        "INFO    OVMGUEST1.HB#1    High availability has been disabled.",
        "",
        "INFO    OVMGUEST1.OVM     xm shutdown ovmguest1",
        "INFO    OVMGUEST1.OVM     wait for container down status",
    ]


async def test_the_seeds_start(bench: Callable[[PoolSpec], Bench]) -> None:
    pool = bench(_spec(power=Power.DOWN))
    ran = await pool.run("ovm1", "svcmgr --cluster --service ovmguest1 start", 200.0)
    assert ran.code == 0
    assert _lines(ran) == [
        "INFO    OVMGUEST1.OVM     xm create CFG",
        "INFO    OVMGUEST1.OVM     output:",
        'Using config file "CFG".',
        "Started domain ovmguest1 (id=N)",
        "",
        "INFO    OVMGUEST1.OVM     wait for container up status",
        "INFO    OVMGUEST1.OVM     wait for container ping",
        "INFO    OVMGUEST1.OVM     wait for container operational",
        "INFO    OVMGUEST1.HB#1    ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e",
        "INFO    OVMGUEST1.HB#1    High availability has been enabled.",
        "",
    ]


async def test_the_seeds_migrate(bench: Callable[[PoolSpec], Bench]) -> None:
    pool = bench(_spec())
    ran = await pool.run("ovm1", "svcmgr --cluster --service ovmguest1 migrate --to ovm2", 200.0)
    assert ran.code == 0
    assert [line.split(maxsplit=2)[2] for line in _lines(ran)] == [
        "exec '/usr/bin/svcmgr -s ovmguest1 --cluster --waitlock 60 mount' on node ovm2",
        "xm migrate -l ovmguest1 ovm2",
        "exec '/usr/bin/svcmgr -s ovmguest1 --cluster --waitlock 60 prstart' on node ovm2",
    ]
    assert [
        command for command in pool.children if "xm migrate" in command or "svcmgr" in command
    ] == [
        "ovm2: svcmgr -s ovmguest1 --cluster --waitlock 60 mount",
        "ovm1: xm migrate -l ovmguest1 ovm2",
        "ovm2: svcmgr -s ovmguest1 --cluster --waitlock 60 prstart",
    ]


async def test_a_failing_list_reads_as_down_to_the_agent(
    bench: Callable[[PoolSpec], Bench],
) -> None:
    pool = bench(_spec())
    pool.world.nodes["ovm1"].xend = Xend.CRASHED
    ran = await pool.run("ovm1", "svcmgr --cluster --service ovmguest1 stop", 60.0)
    assert ran.code == 0
    assert "container ovmguest1 already stopped" in ran.stderr


async def test_without_cluster_the_safety_net_refuses(bench: Callable[[PoolSpec], Bench]) -> None:
    ran = await bench(_spec()).run("ovm1", "svcmgr --service ovmguest1 stop")
    assert ran.code == 1
    assert "managed by a clusterware" in ran.stderr


@pytest.mark.parametrize("version", ["1.3", "1.8", "1.9", "2.1"])
async def test_a_frozen_service_is_refused(
    bench: Callable[[PoolSpec], Bench], version: str
) -> None:
    pool = bench(_spec(version))
    assert (await pool.run("ovm1", "svcmgr -c -s ovmguest1 freeze")).code == 0
    ran = await pool.run("ovm1", "svcmgr -c -s ovmguest1 stop")
    assert ran.code == 1
    assert "Abort action for frozen service" in ran.stderr


async def test_a_second_generation_agent_leaves_high_availability_alone(
    bench: Callable[[PoolSpec], Bench],
) -> None:
    pool = bench(_spec("2.1"))
    ran = await pool.run("ovm1", "svcmgr -s ovmguest1 stop --local", 120.0)
    assert ran.code == 0
    assert pool.world.truth().ha["ovmguest1"]
    assert ran.stderr.startswith("@ n:ovm1 o:ovmguest1 r:ovm sc:n\n  xm shutdown ovmguest1\n")


async def test_reservations_follow_the_mount_and_come_back(
    bench: Callable[[PoolSpec], Bench],
) -> None:
    text = _SAMPLE.replace("mode = ovm", "mode = ovm\nscsireserv = true")
    pool = bench(_spec(text=text))
    await pool.run("ovm2", "svcmgr -s ovmguest1 --cluster --waitlock 60 mount")
    (disk,) = pool.world.reservations
    assert (
        f"Key=0x{pool.world.nodes['ovm2'].mac}"
        in (await pool.run("ovm1", f"sg_persist -n -r {disk}")).stdout
    )
    await pool.run("ovm1", "svcmgr -s ovmguest1 --cluster --waitlock 60 prstart")
    assert pool.world.reservations == {disk: f"0x{pool.world.nodes['ovm1'].mac}"}
