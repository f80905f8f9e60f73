"""What the simulated xm prints, against recordings of the real one, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from ovmtui.simulator.node import Xend
from ovmtui.simulator.programs.sxp import Sxp, pretty
from ovmtui.simulator.spec import ErrorStyle, NodeSpec, PoolSpec, Power
from tests.simulator.bench import Bench, vm
from tests.toolstacks.recorded import recorded, recordings

NODE = NodeSpec("ovm1", memory_mib=16_383, dom0_cpu_seconds=1240.0, uptime=1145.0)
NODE2 = NodeSpec("ovm2", memory_mib=8_191)
LONG = "web_frontend_with_a_really_long_name_that_overflows_the_column"
POOL = PoolSpec(
    nodes=(NODE, NODE2),
    lively=False,
    vms=(
        vm("ovmguest1", domid=2, cpu_seconds=2.1, uptime=9.0),
        vm("winsrv", domid=3, vcpus=2, cpu_seconds=1.3, uptime=7.0, hvm=True),
        vm("managed1", memory_mib=256, power=Power.MANAGED),
        vm("12_ebsapp", domid=8, memory_mib=2048, vcpus=2, cpu_seconds=0.6, uptime=5.0),
        vm("oradb01", domid=9, memory_mib=4096, vcpus=4, cpu_seconds=0.5, uptime=4.0),
        vm(LONG, domid=10, memory_mib=512, cpu_seconds=0.3, uptime=4.0),
        vm(
            "0004fb0000060000a1b2c3d4e5f60718", domid=11, memory_mib=768, cpu_seconds=0.2,
            uptime=3.0,
        ),
        vm(
            "paused1", domid=12, memory_mib=256, cpu_seconds=0.0, uptime=3.0, power=Power.PAUSED
        ),
    ),
)  # fmt: skip


NEW_PYTHON = replace(POOL, errors=ErrorStyle.PYTHON26)


def without_times(text: str) -> str:
    """Return a table with what changes from second to second left out."""
    return re.sub(r" +\d+\.\d(?= |$)", " T", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "command",
    [
        "xm list",
        "xm list ovmguest1",
        "xm list 5",
        "xm list nosuchvm",
        "xm list ovmguest1 nosuchvm",
        "xm list --state=halted",
        "xm list --state=running",
        "xm list --state=paused",
        "xm list --state=bogus",
        "xm list --state=running ovmguest1",
        "xm list --label",
        "xm list -z",
    ],
)
async def test_lists(bench: Callable[[PoolSpec], Bench], command: str) -> None:
    real = recorded("xm-3.4/list", command)
    ran = await bench(POOL).run("ovm1", command)
    assert without_times(ran.stdout) == without_times(real.stdout)
    assert (ran.stderr, ran.code) == (real.stderr, real.exit_status)


async def test_the_whole_list_has_the_recorded_bytes(
    bench: Callable[[PoolSpec], Bench],
) -> None:
    ran = await bench(POOL).run("ovm1", "xm list")
    assert ran.stdout == recorded("xm-3.4/list", "xm list").stdout


@pytest.mark.parametrize(
    "command", ["xm uptime", "xm uptime ovmguest1", "xm domid ovmguest1", "xm domid managed1",
                "xm domid nosuchvm", "xm domname 2", "xm domname 999", "xm vcpu-list nosuchvm"]
)  # fmt: skip
async def test_uptimes_and_ids(bench: Callable[[PoolSpec], Bench], command: str) -> None:
    real = recorded("xm-3.4/info-uptime-vcpu", command)
    ran = await bench(POOL).run("ovm1", command)
    assert (ran.stdout, ran.stderr, ran.code) == (real.stdout, real.stderr, real.exit_status)


async def test_vcpu_list_has_the_recorded_columns(
    bench: Callable[[PoolSpec], Bench],
) -> None:
    ran = await bench(POOL).run("ovm1", "xm vcpu-list")

    def columns(text: str) -> list[str]:
        # Which physical CPU a guest is on, and its letters, are the hypervisor's affair.
        lines = without_times(text).splitlines()
        return [line[:44] if not line.startswith("web_") else line[:74] for line in lines]

    assert columns(ran.stdout) == columns(
        recorded("xm-3.4/info-uptime-vcpu", "xm vcpu-list").stdout
    )


async def test_info(bench: Callable[[PoolSpec], Bench]) -> None:
    def lines(text: str) -> list[str]:
        return [line for line in text.splitlines() if line[:7] not in {"release", "version"}]

    real = recorded("xm-3.4/info-uptime-vcpu", "xm info")
    ran = await bench(POOL).run("ovm1", "xm info")
    assert lines(ran.stdout) == lines(real.stdout)


@pytest.mark.parametrize("name", ["ovmguest1", "managed1", "paused1", "winsrv"])
async def test_long_list_says_the_recorded_things(
    bench: Callable[[PoolSpec], Bench], name: str
) -> None:
    def shape(text: str) -> list[str]:
        # Keys of one device come in the order of a Python 2 dictionary, values differ.
        lines = [line.strip() for line in text.splitlines()]
        return sorted(line.split(" ")[0] for line in lines if not line.startswith("file:"))

    real = recorded("xm-3.4/list-long", f"xm list -l {name}")
    ran = await bench(POOL).run("ovm1", f"xm list -l {name}")
    top = [line for line in ran.stdout.splitlines() if re.match(r" {4}\(\w", line)]
    real_top = [line for line in real.stdout.splitlines() if re.match(r" {4}\(\w", line)]
    assert [line.split()[0] for line in top] == [line.split()[0] for line in real_top]
    if name != "winsrv":
        assert shape(ran.stdout) == shape(real.stdout)


async def test_long_list_of_the_control_domain(bench: Callable[[PoolSpec], Bench]) -> None:
    real = recorded("xm-3.4/list-long", "xm list --long Domain-0")
    ran = await bench(POOL).run("ovm1", "xm list --long Domain-0")
    time = re.compile(r"\(cpu_time [0-9.]+\)")
    assert time.sub("", ran.stdout) == time.sub("", real.stdout)


def parsed(text: str) -> Sxp:
    """Read an s-expression; an empty value stays one."""
    text = re.sub(r"\((\S+) \)", r"(\1 \\0)", text)
    stack: list[list[Sxp]] = [[]]
    for token in re.findall(r"[()]|[^\s()]+", text):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append("" if token == "\\0" else token)
    return stack[0][0]


@pytest.mark.parametrize(
    "command", [one.command for one in recordings() if one.file == "list-long" and
                one.version == "xm-3.4"]
)  # fmt: skip
def test_the_layout_is_xends_own(command: str) -> None:
    text = recorded("xm-3.4/list-long", command).stdout
    assert pretty(parsed(text)) + "\n" == text


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("shutdown-reboot-destroy", "xm shutdown managed1"),
        ("shutdown-reboot-destroy", "xm shutdown nosuchvm"),
        ("shutdown-reboot-destroy", "xm shutdown Domain-0"),
        ("shutdown-reboot-destroy", "xm shutdown"),
        ("shutdown-reboot-destroy", "xm shutdown oradb01 winsrv"),
        ("shutdown-reboot-destroy", "xm destroy nosuchvm"),
        ("shutdown-reboot-destroy", "xm destroy 4242"),
        ("shutdown-reboot-destroy", "xm destroy Domain-0"),
        ("shutdown-reboot-destroy", "xm destroy"),
        ("shutdown-reboot-destroy", "xm destroy managed1"),
        ("shutdown-reboot-destroy", "xm destory x"),
        ("shutdown-reboot-destroy", "xm shutdown -w ovmguest1"),
        ("shutdown-reboot-destroy", "xm reboot -w 12_ebsapp"),
        ("pause-save", "xm pause Domain-0"),
        ("pause-save", "xm pause nosuchvm"),
        ("pause-save", "xm unpause managed1"),
        ("migrate", "xm migrate -l nosuchvm ovm2"),
        ("migrate", "xm migrate -l oradb01 nosuchhost"),
        ("migrate", "xm migrate -l oradb01"),
        ("migrate", "xm migrate -l Domain-0 ovm2"),
        ("create", "xm create"),
    ],
)
async def test_answers_and_failures(
    bench: Callable[[PoolSpec], Bench], file: str, command: str
) -> None:
    real = recorded(f"xm-3.4/{file}", command)
    ran = await bench(NEW_PYTHON).run("ovm1", command)
    assert (ran.stdout, ran.stderr, ran.code) == (real.stdout, real.stderr, real.exit_status)


async def test_an_old_python_spells_errors_as_tuples(
    bench: Callable[[PoolSpec], Bench],
) -> None:
    ran = await bench(POOL).run("ovm1", "xm migrate -l oradb01 nosuchhost")
    assert ran.stderr == "Error: can't connect: (-3, 'Temporary failure in name resolution')\n"


@pytest.mark.parametrize(
    ("state", "number"), [("STOPPED", 0), ("CRASHED", 1), ("DYING", 4)]
)  # fmt: skip
async def test_xend_down(bench: Callable[[PoolSpec], Bench], state: str, number: int) -> None:
    real = [one for one in recordings() if (one.version, one.file) == ("xm-3.4", "xend-down")]
    built = bench(POOL)
    built.world.nodes["ovm1"].xend = Xend[state]
    ran = await built.run("ovm1", "xm list")
    assert (ran.stdout, ran.stderr, ran.code) == ("", real[number].stderr, 1)
