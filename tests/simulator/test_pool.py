"""The pool behind real SSH: shells, processes, sessions, faults, and what is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from ovmtui.simulator import processes
from ovmtui.simulator.control import request
from ovmtui.simulator.doors import openssh
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.doors.openssh import find_sshd
from ovmtui.simulator.errors import SimulatorError
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, Power
from tests.simulator.bench import vm

SPEC = PoolSpec(
    nodes=(NodeSpec("ovm1"), NodeSpec("ovm2", first_domid=5)),
    vms=(
        vm("ovmguest1", ha=False),
        vm("web01", node="ovm2"),
        vm("off01", power=Power.DOWN, ha=False, directory="7_off01"),
    ),
    latencies=Latencies(manager=(1.0, 2.0)),
)
SPEED = 50.0


def has_sshd() -> bool:
    try:
        find_sshd()
    except SimulatorError:
        return False
    return True


@pytest.fixture(
    params=[
        FrontEnd.ASYNCSSH,
        pytest.param(
            FrontEnd.OPENSSH, marks=pytest.mark.skipif(not has_sshd(), reason="no sshd here")
        ),
    ],
    ids=lambda front_end: front_end.value,
)
async def pool(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SimulatedPool]:
    directory = tmp_path_factory.mktemp("a place with blanks")
    async with SimulatedPool(
        SPEC, front_end=request.param, speed=SPEED, directory=directory
    ) as started:
        yield started


@pytest.fixture
async def plain_pool(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    async with SimulatedPool(SPEC, speed=SPEED, directory=tmp_path) as started:
        yield started


@asynccontextmanager
async def login(
    pool: SimulatedPool, name: str = "ovm1"
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    node = pool.node(name)
    async with asyncssh.connect(
        node.host,
        node.port,
        username=node.user,
        client_keys=[str(pool.client_key)],
        known_hosts=str(pool.known_hosts),
        config=None,
        agent_path=None,
        connect_timeout=5,
        login_timeout=2,
    ) as connection:
        yield connection


def pattern(pool: SimulatedPool) -> str:
    """Return the pattern of the vm.cfg files for a shell; only its stars are active."""
    return "*".join(map(shlex.quote, pool.repository.split("*")))


async def until(condition: Callable[[], object]) -> None:
    """Return when `condition` holds; the test's time limit is the end."""
    # The operating system gives no event for what is waited for here.
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def first_success(run: Callable[[], Awaitable[asyncssh.SSHCompletedProcess]]) -> str:
    """Return the output of `run`; sshd takes a moment to give a session back."""
    while True:
        with contextlib.suppress(asyncssh.ChannelOpenError):
            return str((await run()).stdout)


async def test_a_command_has_two_streams_and_an_exit_code(pool: SimulatedPool) -> None:
    async with login(pool) as ovm1:
        good = await ovm1.run("xm list ovmguest1")
        bad = await ovm1.run("xm list nosuchvm")
    assert "ovmguest1" in str(good.stdout)
    assert (good.stderr, good.exit_status) == ("", 0)
    assert (bad.stdout, bad.exit_status) == ("", 3)
    assert bad.stderr == "Error: Domain 'nosuchvm' does not exist.\n"


async def test_a_compound_script_runs_in_a_real_shell(pool: SimulatedPool) -> None:
    script = """
    mkdir -p "$OVMTUI_JOBS/a b" && cd "$OVMTUI_JOBS/a b" || exit 9
    (xm domid 'ovmguest1'; echo "it's $?") > out 2>&1
    read word; printf '%s\\n' "$word" >> out
    tail -n 2 out; kill -TERM $$
    """
    async with login(pool) as ovm1:
        ran = await ovm1.run(script, input="typed in\n")
    assert ran.stdout == "it's 0\ntyped in\n"
    assert (ran.exit_status, ran.exit_signal and ran.exit_signal[0]) == (-1, "TERM")


async def test_each_node_has_files_of_its_own_and_one_repository(pool: SimulatedPool) -> None:
    script = f"""
    cat /proc/sys/kernel/random/boot_id; cat /proc/loadavg | wc -w
    for file in {pattern(pool)}; do head -n 1 "$file"; done | sort
    echo "$HOME"
    """
    said = []
    for name in ("ovm1", "ovm2"):
        async with login(pool, name) as node:
            said.append(str((await node.run(script)).stdout).splitlines())
    (id1, *rest1, home1), (id2, *rest2, home2) = said
    assert id1 != id2
    assert home1 != home2
    assert rest1 == rest2 == ["5", "name = 'off01'", "name = 'ovmguest1'", "name = 'web01'"]


async def test_killing_the_client_does_not_stop_a_migration(pool: SimulatedPool) -> None:
    async with login(pool) as ovm1:
        ran = await ovm1.run("xm migrate -l ovmguest1 ovm2 & sleep 0.1; kill $!; wait $!; echo $?")
        assert ran.stdout == "143\n"
        listed = await ovm1.run("xm list")
        assert "migrating-ovmguest1" in str(listed.stdout)
    uuid = SPEC.vms[0].identity
    await until(lambda: pool.truth().running[uuid] == ("ovm2",))
    assert pool.truth().double_runs == {}
    assert [entry.text for entry in pool.changes] == ["xm migrate -l ovmguest1 ovm2"]
    await until(lambda: pool.changes[0].exit_code is not None)
    assert pool.changes[0].abandoned


async def test_a_lost_connection_is_the_end_of_input_and_no_more(pool: SimulatedPool) -> None:
    mark = pool.directory / "ended"
    async with login(pool) as ovm1:
        # Started, with its input open; then it is left alone.
        process = await ovm1.create_process(
            f"echo begun; cat; sleep 0.05; touch {shlex.quote(str(mark))}"
        )
        assert await process.stdout.readline() == "begun\n"
        await pool.faults.cut_connections("ovm1")
        await ovm1.wait_closed()
    await until(mark.exists)


async def test_a_connection_has_ten_sessions(pool: SimulatedPool) -> None:
    async with login(pool) as ovm1:
        held = [await ovm1.create_process("cat") for _ in range(10)]
        with pytest.raises(asyncssh.ChannelOpenError):
            await ovm1.run("true")
        held[0].stdin.write_eof()
        await held[0].wait()
        assert await first_success(lambda: ovm1.run("echo free")) == "free\n"


async def test_a_signal_does_nothing(plain_pool: SimulatedPool) -> None:
    async with login(plain_pool) as ovm1:
        process = await ovm1.create_process("echo begun; read word; echo $word")
        await process.stdout.readline()
        process.terminate()
        process.stdin.write("still here\n")
        assert await process.stdout.read() == "still here\n"


async def test_another_key_or_a_password_does_not_open_it(pool: SimulatedPool) -> None:
    node = pool.nodes[0]
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect(
            node.host,
            node.port,
            username=node.user,
            password="guess",
            client_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            known_hosts=str(pool.known_hosts),
            config=None,
            agent_path=None,
        )


async def test_a_dead_node_refuses_and_everything_on_it_is_gone(pool: SimulatedPool) -> None:
    async with login(pool, "ovm2") as ovm2:
        started = await ovm2.run("setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $!")
        process = int(str(started.stdout))
        before = str((await ovm2.run("cat /proc/sys/kernel/random/boot_id")).stdout)
        await pool.faults.kill_node("ovm2")
        await ovm2.wait_closed()
    await until(lambda: not is_running(process))
    with pytest.raises(ConnectionRefusedError):
        async with login(pool, "ovm2"):
            pass
    await pool.faults.restore_node("ovm2")
    async with login(pool, "ovm2") as ovm2:
        after = str((await ovm2.run("cat /proc/sys/kernel/random/boot_id")).stdout)
    assert before != after
    # HA was on: the agent has it started elsewhere, or here again.
    uuid = SPEC.vms[1].identity
    await until(lambda: uuid in pool.truth().running)
    assert pool.truth().double_runs == {}


async def test_a_silent_node_takes_connections_and_never_answers(pool: SimulatedPool) -> None:
    async with login(pool, "ovm2") as ovm2:
        await pool.faults.silence_node("ovm2")
        waiting = asyncio.create_task(ovm2.run("echo late"))
        with pytest.raises(asyncssh.ConnectionLost):
            async with login(pool, "ovm2"):
                pass
        assert not waiting.done()
        await pool.faults.restore_node("ovm2")
        assert (await waiting).stdout == "late\n"


async def test_hanging_and_garbled_tools(plain_pool: SimulatedPool) -> None:
    pool = plain_pool
    async with login(pool) as ovm1:
        await pool.faults.set_xend("ovm1", "hanging")
        with pytest.raises(asyncio.TimeoutError):
            await ovm1.run("xm list", timeout=0.3, encoding=None)
        await pool.faults.set_xend("ovm1", "garbled")
        garbled = await ovm1.run("xm list", encoding=None)
        assert garbled.exit_status == 0
        with pytest.raises(UnicodeDecodeError):
            str(garbled.stdout, "utf-8")  # type: ignore[arg-type] # bytes without an encoding
        await pool.faults.set_xend("ovm1", "up")
        assert "Domain-0" in str((await ovm1.run("xm list")).stdout)


async def test_storage_that_hangs_and_comes_back(plain_pool: SimulatedPool) -> None:
    pool = plain_pool
    scan = f'for file in {pattern(pool)}; do head -c 5 <"$file"; done'
    async with login(pool) as ovm1, login(pool, "ovm2") as ovm2:
        await pool.faults.hang_storage("ovm1")
        waiting = asyncio.create_task(ovm1.run(scan))
        assert (await ovm2.run(scan)).stdout == "name " * 3
        assert (await ovm1.run("echo x | cat")).stdout == "x\n"
        assert not waiting.done()
        await pool.faults.release_storage("ovm1")
        assert (await waiting).stdout == "name " * 3


async def test_what_others_do_behind_the_consoles_back(plain_pool: SimulatedPool) -> None:
    pool = plain_pool
    uuid = SPEC.vms[0].identity
    await pool.faults.double_start("ovmguest1", "ovm2")
    assert pool.truth().running[uuid] == ("ovm1", "ovm2")
    assert pool.truth().double_runs == {uuid: 1}
    await pool.faults.vanish("ovmguest1")
    assert uuid not in pool.truth().running
    await pool.faults.leave_memory("ovm1", 700)
    await pool.faults.manager_complains("no")
    async with login(pool) as ovm1:
        assert "free_memory            : 700\n" in str((await ovm1.run("xm info")).stdout)
        password = pool.password_file.read_text().strip()
        complaint = await ovm1.run(f"ovm -u admin -p {password} svr ls")
    assert (complaint.stdout, complaint.exit_status) == ("Error: no\n", 0)
    with pytest.raises(SimulatorError, match="no such node: ovm9"):
        await pool.faults.kill_node("ovm9")


async def test_the_log_of_programs_keeps_no_password(plain_pool: SimulatedPool) -> None:
    pool = plain_pool
    password = pool.password_file.read_text().strip()
    async with login(pool) as ovm1:
        await ovm1.run(f"ovm -u admin -p {password} vm conf -n ovmguest1 -s pool1 -d; xm list")
    assert [(entry.node, entry.text, entry.exit_code) for entry in pool.invocations] == [
        ("ovm1", "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d", 0),
        ("ovm1", "xm list", 0),
    ]
    lines = pool.invocation_file.read_text().splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2]
    assert password not in pool.invocation_file.read_text()


async def test_the_control_socket_breaks_and_tells(plain_pool: SimulatedPool) -> None:
    socket = plain_pool.control_socket
    await request(socket, "set-xend", node="ovm1", state="stopped")
    async with login(plain_pool) as ovm1:
        assert (await ovm1.run("xm list")).exit_status == 1
    told = await request(socket, "invocations")
    assert isinstance(told, list)
    assert [entry["argv"] for entry in told] == [["xm", "list"]]
    truth = await request(socket, "truth")
    assert isinstance(truth, dict)
    assert truth["running"][SPEC.vms[0].identity] == ["ovm1"]
    with pytest.raises(SimulatorError, match="no such verb"):
        await request(socket, "explode")
    with pytest.raises(SimulatorError, match="unexpected keyword"):
        await request(socket, "kill-node", name="ovm1")


@pytest.mark.parametrize("front_end", list(FrontEnd))
async def test_nothing_is_left_behind(tmp_path: Path, front_end: FrontEnd) -> None:
    if front_end is FrontEnd.OPENSSH and not has_sshd():
        pytest.skip("no sshd here")
    async with SimulatedPool(SPEC, front_end=front_end, speed=SPEED, directory=tmp_path) as pool:
        mark, sockets = pool.directory.name, pool.control_socket.parent
        async with login(pool) as ovm1:
            await ovm1.run(
                "setsid sh -c 'while :; do sleep 300; done' >/dev/null 2>&1 </dev/null &"
            )
            await ovm1.create_process("xm migrate -l ovmguest1 ovm2")
            await until(lambda: any(entry.changes for entry in pool.invocations))
            assert processes.running(mark)
    assert processes.running(mark) == ()
    assert os.listdir(tmp_path) == []
    assert sockets.name not in os.listdir(sockets.parent)


def test_without_sshd_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(openssh, "_PLACES", "/nowhere")
    with pytest.raises(SimulatorError, match="install OpenSSH's server"):
        find_sshd()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
