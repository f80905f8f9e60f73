"""The simulated `xl` beside what the real one of Xen 4.17 has printed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ovmtui.simulator.breakage import MigrationFault
from ovmtui.simulator.node import Plug
from ovmtui.simulator.spec import NodeSpec, PoolSpec, Power, Tools
from ovmtui.toolstacks.complaint import error_text
from ovmtui.toolstacks.listing import parse_list
from ovmtui.toolstacks.longlisting import parse_list_long
from ovmtui.toolstacks.migration import MigrationEnd, migration_end
from tests.simulator.bench import Bench, vm
from tests.toolstacks.recorded import recorded, recordings

Build = Callable[[PoolSpec], Bench]

POOL = PoolSpec(
    nodes=(
        NodeSpec("ovs1", memory_mib=16_383, dom0_memory_mib=640, cpus=1, tools=Tools.XL),
        NodeSpec("ovs2", memory_mib=8_191, first_domid=4, tools=Tools.XL),
        NodeSpec("old", tools=Tools.XM),
        NodeSpec("both", tools=Tools.BOTH),
    ),
    lively=False,
    vms=(
        vm("10_web01", domid=1, memory_mib=80, cpu_seconds=6.5),
        vm("11_db01", domid=2, memory_mib=96, cpu_seconds=7.4),
        vm("12_stuck01", domid=4, memory_mib=80, power=Power.PAUSED, cpu_seconds=0.0),
        vm("14_big01", power=Power.DOWN, memory_mib=60_000),
        vm("guest", node="both"),
    ),
)
NUMBERS = re.compile(r"\d+")


def shape(text: str) -> list[str]:
    """Return the lines without their numbers and paths, which differ."""
    text = re.sub(r"(?<=from )/\S+|/\S+vm\.cfg", "PATH", text)
    return [NUMBERS.sub("N", line) for line in text.splitlines()]


async def test_its_list_is_the_real_ones(bench: Build) -> None:
    ran = await bench(POOL).run("ovs1", "xl list")
    real = recorded("xl-4.17/list", "xl list").stdout.splitlines()
    lines = ran.stdout.splitlines()
    assert lines[0] == real[0]
    # The third letter aside, which tells of an idle guest now this and now nothing.
    assert [re.sub(r"[-b]----", "b----", line) for line in lines if "_" in line] == [
        re.sub(r"[-b]----", "b----", line)
        for line in real
        if line.startswith(("10_web01", "11_db01", "12_stuck01"))
    ]
    assert (ran.stderr, ran.code) == ("", 0)


async def test_its_verbose_list_and_json_tell_the_same_machines(bench: Build) -> None:
    built = bench(POOL)
    verbose = parse_list((await built.run("ovs1", "xl list -v")).stdout)
    long = parse_list_long((await built.run("ovs1", "xl list -l")).stdout)
    assert verbose.notes == long.notes == ()
    assert {d.name: d.uuid for d in verbose.value or ()} == {
        d.name: d.uuid for d in long.value or ()
    }
    assert "oracle" in (await built.run("ovs1", "xl list -l")).stdout, "a password to mask"
    real = recorded("xl-4.17/list", "xl list -v").stdout.splitlines()
    assert (await built.run("ovs1", "xl list -v")).stdout.splitlines()[0] == real[0]


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("xl-4.17/list-empty", "xl list nosuch"),
        ("xl-4.17/list-empty", "xl list 99"),
        ("xl-4.17/list-empty", "xl nosuchverb"),
        ("xl-4.17/destroy", "xl destroy 0"),
        ("xl-4.17/destroy", "xl destroy Domain-0"),
        ("xl-4.17/destroy", "xl destroy 99"),
        ("xl-4.17/shutdown", "xl shutdown 10_web01"),
        ("xl-4.17/destroy", "xl reboot 10_web01"),
        ("xl-4.17/shutdown-dom0", "xl pause 0"),
        ("xl-4.17/create", "xl create /OVS/running_pool/99_none/vm.cfg"),
        ("xl-4.17/migrate-fail", "xl migrate nosuch ovs2"),
        ("xl-4.17/migrate-fail", "xl migrate 10_web01 ovs7"),
    ],
)
async def test_it_says_what_the_real_one_says(bench: Build, source: str, command: str) -> None:
    real = recorded(source, command)
    ran = await bench(POOL).run("ovs1", command)
    assert ran.code == real.exit_status
    assert shape(ran.stderr) == shape(real.stderr)
    assert ran.stdout == real.stdout


async def test_a_taken_name_and_a_lack_of_memory(bench: Build) -> None:
    built = bench(POOL)
    real = [o for o in recordings() if o.file == "create" and o.version == "xl-4.17"]
    taken = next(o for o in real if "already exists" in o.stderr)
    ran = await built.run("ovs1", f"xl create {built.config('10_web01')}")
    assert (ran.code, shape(ran.stderr)) == (3, shape(taken.stderr))
    short = next(o for o in real if "Out of memory" in o.stderr)
    ran = await built.run("ovs1", f"xl create {built.config('14_big01')}")
    assert (ran.code, shape(ran.stderr)) == (3, shape(short.stderr))


async def test_what_runs_elsewhere_is_started_all_the_same(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovs2", f"xl create {built.config('10_web01')}")
    assert ran.code == 0
    assert built.world.truth().double_runs == {built.uuid("10_web01"): 1}


async def test_unpausing_what_runs_is_an_error_with_exit_code_0(bench: Build) -> None:
    built = bench(POOL)
    assert (await built.run("ovs1", "xl unpause 12_stuck01")).stderr == ""
    ran = await built.run("ovs1", "xl unpause 12_stuck01")
    assert (ran.code, error_text("", ran.stderr)) == (0, "Unpausing domain: Invalid argument")


async def test_domain_zero_is_a_guest_to_it(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovs1", "xl shutdown 0")
    assert (ran.code, ran.stderr) == (0, "Shutting down domain 0\n")
    assert built.world.nodes["ovs1"].plug is Plug.DEAD


async def test_a_migration_grows_on_its_target_and_says_what_the_real_one_says(
    bench: Build,
) -> None:
    built = bench(POOL)
    ran = built.begin("ovs1", "xl migrate 10_web01 ovs2")
    sizes = []
    for _ in range(6):
        await built.time.advance(0.4)
        target = await built.table("ovs2")
        if (row := target.get("10_web01--incoming")) is not None:
            assert (row[2], row[3]) == ("0", "--p---")
            sizes.append(int(row[1]))
        assert (await built.table("ovs1"))["10_web01"][0] == "1"
    assert sizes == sorted(sizes)
    assert 0 < sizes[-1] < 80
    await built.time.advance(30)
    assert ran.code == 0
    real = set(shape(recorded("xl-4.17/migrate", "xl migrate 10_web01 ovs2").stderr))
    assert set(shape(ran.stderr)) <= real
    assert migration_end(ran.stderr) is MigrationEnd.SUCCESSFUL
    assert built.world.truth().running[built.uuid("10_web01")] == ("ovs2",)
    assert built.world.truth().double_runs == {}


@pytest.mark.parametrize(
    ("fault", "end", "left"),
    [
        (MigrationFault.TRANSPORT, MigrationEnd.RESUMED, []),
        (MigrationFault.LEFTOVER, MigrationEnd.RESUMED, ["10_web01--incoming"]),
        (MigrationFault.SAVE, MigrationEnd.NOT_SUSPENDED, []),
        (MigrationFault.SUSPEND, MigrationEnd.NOT_SUSPENDED, []),
    ],
)
async def test_a_migration_that_fails_leaves_the_guest_at_its_source(
    bench: Build, fault: MigrationFault, end: MigrationEnd, left: list[str]
) -> None:
    built = bench(POOL)
    built.world.migration_faults["10_web01"] = fault
    ran = await built.run("ovs1", "xl migrate 10_web01 ovs2", seconds=100)
    assert (ran.code, migration_end(ran.stderr)) == (1, end)
    assert built.world.truth().running[built.uuid("10_web01")] == ("ovs1",)
    assert [domain.name for domain in built.world.nodes["ovs2"].guests()] == left


async def test_a_paused_guest_and_a_taken_name_are_noticed_after_the_transfer(
    bench: Build,
) -> None:
    built = bench(POOL)
    paused = await built.run("ovs1", "xl migrate 12_stuck01 ovs2", seconds=100)
    assert migration_end(paused.stderr) is MigrationEnd.NOT_SUSPENDED
    await built.run("ovs2", f"xl create {built.config('10_web01')}")
    taken = await built.run("ovs1", "xl migrate 10_web01 ovs2", seconds=100)
    assert migration_end(taken.stderr) is MigrationEnd.REFUSED_BY_TARGET
    assert 'name "10_web01" already exists' in taken.stderr
    assert (await built.table("ovs1"))["10_web01"][0] == "1"


async def test_it_goes_to_no_xend_and_changes_nothing_beside_one(bench: Build) -> None:
    built = bench(POOL)
    ran = await built.run("ovs1", "xl migrate 10_web01 old")
    assert "xl: command not found" in ran.stderr
    assert (ran.code, migration_end(ran.stderr)) == (1, MigrationEnd.NOT_TOLD)
    beside = await built.run("both", "xl destroy guest")
    assert beside.code == 1
    assert beside.stderr.startswith("xend is running")
    assert "guest" in (await built.run("both", "xl list")).stdout
