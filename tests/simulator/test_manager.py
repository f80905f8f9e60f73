"""The simulated manager's command line."""

from __future__ import annotations

from collections.abc import Callable

from ovmtui.simulator.spec import NodeSpec, PoolSpec, Power
from tests.simulator.bench import Bench, vm

Build = Callable[[PoolSpec], Bench]

POOL = PoolSpec(
    nodes=(NodeSpec("ovm1"), NodeSpec("ovm2")),
    vms=(vm("ovmguest1"), vm("web01", node="ovm2", ha=False), vm("off01", power=Power.DOWN)),
)
LOGIN = f"ovm -u admin -p {POOL.manager_password}"


async def test_the_servers_come_apart_as_opensvc_takes_them_apart(bench: Build) -> None:
    ran = await bench(POOL).run("ovm2", f"""{LOGIN} '-S";"' svr ls""")
    rows = [line.split(";") for line in ran.stdout.splitlines()]
    assert all(len(row) == 4 for row in rows)
    assert [(row[1].strip('"'), row[3].strip('"')) for row in rows if "ovm" in row[1]] == [
        ("ovm1", "pool1"),
        ("ovm2", "pool1"),
    ]


async def test_the_machine_list_is_padded(bench: Build) -> None:
    ran = await bench(POOL).run("ovm1", f"{LOGIN} vm ls -l -s pool1")
    assert ran.stdout.splitlines() == [
        "Name       Size   Mem   VCPUs  Status       Server  Server Pool",
        "ovmguest1  10240  1024  1      Running      ovm1    pool1",
        "web01      10240  1024  1      Running      ovm2    pool1",
        "off01      10240  1024  1      Powered Off          pool1",
    ]


async def test_info_has_the_managers_own_spelling(bench: Build) -> None:
    built = bench(POOL)
    on = await built.run("ovm1", f"{LOGIN} vm info -n ovmguest1 -s pool1")
    off = await built.run("ovm1", f"{LOGIN} vm info -n web01 -s pool1")
    assert "Hign Availability: Enabled\n" in on.stdout
    assert "Hign Availability: Disabled\n" in off.stdout


async def test_a_call_takes_three_to_seven_seconds(bench: Build) -> None:
    built = bench(POOL)
    ran = built.begin("ovm1", f"{LOGIN} vm conf -n web01 -s pool1 -e")
    await built.time.advance(2.9)
    assert (ran.code, built.world.truth().ha["web01"]) == (None, False)
    await built.time.advance(4.2)
    assert (ran.code, built.world.truth().ha["web01"]) == (0, True)
    assert ran.stdout == "High availability has been enabled.\n\n"


async def test_what_it_believes_of_a_machine_lags_behind(bench: Build) -> None:
    built = bench(POOL)
    status = f"{LOGIN} vm stat -n web01 -s pool1"
    assert (await built.run("ovm1", status, seconds=7)).stdout == "Running\n"
    await built.run("ovm2", "xm destroy web01")
    assert (await built.run("ovm1", status, seconds=7)).stdout == "Running\n"
    await built.time.advance(30)
    assert (await built.run("ovm1", status, seconds=7)).stdout == "Powered Off\n"


async def test_failures_are_told_on_standard_output(bench: Build) -> None:
    built = bench(POOL)
    for command in (
        "ovm -u admin -p wrong svr ls",
        f"{LOGIN} vm info -n nosuchvm -s pool1",
        f"{LOGIN} vm info -n web01 -s otherpool",
        f"{LOGIN} vm explode",
    ):
        ran = await built.run("ovm1", command)
        assert ran.stdout.startswith("Error: ")
        assert (ran.stderr, ran.code) == ("", 1)


async def test_it_may_complain_with_exit_code_0_and_do_nothing(bench: Build) -> None:
    built = bench(POOL)
    built.world.manager.complaint = "Internal server error"
    ran = await built.run("ovm1", f"{LOGIN} vm conf -n ovmguest1 -s pool1 -d")
    assert (ran.stdout, ran.code) == ("Error: Internal server error\n", 0)
    assert built.world.truth().ha["ovmguest1"]


async def test_the_wizard_asks_its_five_questions(bench: Build) -> None:
    built = bench(POOL)
    ran = built.begin("ovm1", "ovm config", ("mgr\n", "4443\n", "\n", "\n", "Y\n"))
    await built.time.advance(1)
    assert ran.code == 0
    assert "Enable HTTPS support? (Y/n): " in ran.stdout
    assert ran.stdout.endswith("Please rerun the Oracle VM Manager Command Line Interface.\n")
