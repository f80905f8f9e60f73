"""Detached jobs under either shell, through kills, races and a full set of slots."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from ovmtui.errors import NodeLost
from ovmtui.model.job import Stream
from ovmtui.transport.interface import DetachedResult
from ovmtui.transport.session import SshSession
from ovmtui.transport.slots import MOST, Use
from tests.support.openssh import OpenSshServer, all_processes, arguments_of, environment_of
from tests.transport.nodes import Heard, connected

COUNT = (
    "i=0; while [ $i -lt {lines} ]; do echo line $i; echo error $i >&2; i=$((i+1)); {pause}; done"
)


def gated(server: OpenSshServer, name: str) -> tuple[Path, str]:
    """Return a file, and shell text that waits for it."""
    gate = server.directory / name
    return gate, f"while [ ! -e {gate} ]; do sleep 0.02; done"


async def test_a_job_tells_its_lines_at_once_and_its_end(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    gate, wait = gated(shell_server, "gate")
    heard = Heard()
    running = asyncio.create_task(
        shell_session.run_detached(
            "j1",
            f"echo one; echo uno >&2; {wait}; echo two; printf rest >&2; exit 9",
            timeout=30,
            on_output=heard.take,
        )
    )
    await heard.until("one\n")
    await heard.until("uno\n", Stream.STDERR)
    gate.touch()
    assert await running == DetachedResult(exit_status=9)
    assert (heard.text(), heard.text(Stream.STDERR)) == ("one\ntwo\n", "uno\nrest")


async def test_a_job_has_no_input_no_terminal_and_the_masks_of_the_login(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    heard = Heard()
    result = await shell_session.run_detached(
        "j2",
        "cat; tty; umask; echo $LC_ALL $0 $#; echo 'a \"b\" $c'",
        timeout=30,
        on_output=heard.take,
    )
    assert result == DetachedResult(exit_status=0)
    assert heard.text() == 'not a tty\n0022\nC sh 0\na "b" $c\n'
    assert heard.text(Stream.STDERR) == ""
    job = shell_server.jobs / "j2"
    assert shell_server.jobs.stat().st_mode & 0o777 == 0o700
    assert job.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in job.iterdir()} == {"command", "leader", "out", "err", "exit"}
    assert (job / "command").read_text().startswith("cat; tty;")


async def test_a_job_with_a_syntax_error_ends_with_the_shells_words(
    shell_session: SshSession,
) -> None:
    heard = Heard()
    result = await shell_session.run_detached(
        "j3", "echo begun; if (", timeout=30, on_output=heard.take
    )
    assert result.exit_status not in {None, 0}
    assert "yntax error" in heard.text(Stream.STDERR)


async def test_a_job_survives_broken_connections_without_a_byte_lost_or_doubled(
    shell_server: OpenSshServer,
) -> None:
    lines = 1200
    script = COUNT.format(lines=lines, pause="[ $((i % 100)) -gt 0 ] || sleep 0.1") + "; exit 4"
    heard = Heard()
    breaks = 0
    for share in (200, 500, 900, lines):
        async with connected(shell_server) as session:
            running = asyncio.create_task(
                session.run_detached(
                    "j4",
                    script,
                    timeout=50,
                    on_output=heard.take,
                    offsets=heard.offsets,
                    start=not breaks,
                )
            )
            await heard.until(f"line {share - 1}\n")
            if share == lines:
                assert await running == DetachedResult(exit_status=4)
                break
            shell_server.kill_connections()
            with pytest.raises(NodeLost):
                await running
            breaks += 1
    assert breaks == 3
    assert heard.text() == "".join(f"line {i}\n" for i in range(lines))
    assert heard.text(Stream.STDERR) == "".join(f"error {i}\n" for i in range(lines))


async def test_a_cut_character_is_taken_up_whole_by_the_next_attachment(
    shell_server: OpenSshServer,
) -> None:
    gate, wait = gated(shell_server, "gate")
    heard = Heard()
    script = rf"printf 'caf\303'; {wait}; printf '\251\n'"
    async with connected(shell_server) as session:
        running = asyncio.create_task(
            session.run_detached("j5", script, timeout=30, on_output=heard.take)
        )
        await heard.until("caf")
        shell_server.kill_connections()
        with pytest.raises(NodeLost):
            await running
    gate.touch()
    async with connected(shell_server) as session:
        await session.run_detached(
            "j5", script, timeout=30, on_output=heard.take, offsets=heard.offsets, start=False
        )
    assert heard.text() == "café\n"


async def test_a_job_survives_its_console_killed_and_sighup(
    shell_server: OpenSshServer,
) -> None:
    gate, wait = gated(shell_server, "gate")
    client = textwrap.dedent(
        f"""
        import asyncio
        from ovmtui.transport.interface import NodeAddress
        from ovmtui.transport.ssh import SshConnector

        async def main():
            connector = SshConnector(
                identities=[{str(shell_server.key_path)!r}],
                ssh_config=(),
                known_hosts={str(shell_server.known_hosts)!r},
            )
            session = await connector.connect(
                NodeAddress({shell_server.host!r}, {shell_server.port}, {shell_server.user!r})
            )
            await session.run_detached(
                "j6",
                {f"echo begun; {wait}; echo ended; exit 6"!r},
                timeout=60,
                on_output=lambda chunk: print(chunk.text, flush=True),
            )

        asyncio.run(main())
        """
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", client, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n"
    process.kill()
    await process.wait()
    leader = int((shell_server.jobs / "j6" / "leader").read_text().split()[0])
    os.killpg(leader, signal.SIGHUP)
    gate.touch()
    heard = Heard()
    async with connected(shell_server) as session:
        result = await session.run_detached(
            "j6", "never", timeout=30, on_output=heard.take, start=False
        )
    assert (result, heard.text()) == (DetachedResult(exit_status=6), "begun\nended\n")
    await shell_server.quiet()


async def test_a_cancelled_following_leaves_the_job_and_nothing_else(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    gate, wait = gated(shell_server, "gate")
    heard = Heard()
    running = asyncio.create_task(
        shell_session.run_detached("j7", f"echo begun; {wait}", timeout=30, on_output=heard.take)
    )
    await heard.until("begun")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    while any(b"tail" in arguments_of(pid) for pid in shell_server.processes()):  # noqa: ASYNC110
        await asyncio.sleep(0.02)  # the process table has no event to await
    leader = int((shell_server.jobs / "j7" / "leader").read_text().split()[0])
    assert leader in shell_server.processes()
    gate.touch()
    assert (
        await shell_session.run_detached("j7", "never", timeout=30, start=False)
    ).exit_status == 0
    await shell_server.quiet()


async def test_many_starters_of_one_job_run_it_once(shell_server: OpenSshServer) -> None:
    count = shell_server.directory / "count"
    async with connected(shell_server) as one, connected(shell_server) as two:
        heard = [Heard() for _ in range(6)]
        results = await asyncio.gather(
            *(
                session.run_detached(
                    "j8",
                    f"echo ran >>{count}; sleep 0.3; echo out; exit 5",
                    timeout=30,
                    on_output=each.take,
                )
                for session, each in zip((one, two) * 3, heard, strict=True)
            )
        )
    assert count.read_text() == "ran\n"
    assert [result.exit_status for result in results] == [5] * 6
    assert [each.text() for each in heard] == ["out\n"] * 6


async def test_a_starter_that_finds_the_directory_waits_for_the_leader(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    job = shell_server.jobs / "j9"
    job.mkdir(parents=True)
    (job / "out").write_text("")
    (job / "err").write_text("")
    running = asyncio.create_task(shell_session.run_detached("j9", "never", timeout=30))
    while not any(b"j9" in arguments_of(pid) for pid in shell_server.processes()):  # noqa: ASYNC110
        await asyncio.sleep(0.02)  # the process table has no event to await
    assert not running.done()
    (job / "out").write_text("of the other\n")
    (job / "exit").write_text("3\n")
    (job / "leader.new").write_text("999999999 1 x\n")
    (job / "leader.new").rename(job / "leader")
    assert await running == DetachedResult(exit_status=3)


def leader_record(pid: int) -> tuple[str, str]:
    """Return the start time of a process, and the node's boot."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19], boot


async def test_a_process_that_only_has_the_leaders_number_is_not_the_leader(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    start, boot = leader_record(os.getpid())
    for name, record in {
        "other-start": f"{os.getpid()} {int(start) + 1} {boot}",
        "other-boot": f"{os.getpid()} {start} 00000000-0000-0000-0000-000000000000",
        "torn": f"{os.getpid()}",
    }.items():
        job = shell_server.jobs / name
        job.mkdir(parents=True)
        (job / "out").write_text("before\n")
        (job / "err").write_text("")
        (job / "leader").write_text(f"{record}\n")
        heard = Heard()
        result = await shell_session.run_detached(
            name, "never", timeout=30, start=False, on_output=heard.take
        )
        assert result == DetachedResult(exit_status=None)
        assert heard.text() == "before\n"


async def test_a_killed_leader_is_told_as_lost_and_in_no_other_words(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    heard = Heard()
    running = asyncio.create_task(
        shell_session.run_detached("j10", "echo begun; sleep 310", timeout=30, on_output=heard.take)
    )
    await heard.until("begun")
    os.killpg(int((shell_server.jobs / "j10" / "leader").read_text().split()[0]), signal.SIGKILL)
    assert await running == DetachedResult(exit_status=None)
    assert (heard.text(), heard.text(Stream.STDERR)) == ("begun\n", "")


async def test_a_node_that_cannot_keep_the_job_does_not_start_it_and_says_why(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    trace = shell_server.directory / "trace"
    shell_server.jobs.write_text("a file in the way")
    result = await shell_session.run_detached("j11", f"touch {trace}", timeout=30)
    assert not result.started
    assert "File exists" in result.problem or "Not a directory" in result.problem
    assert not trace.exists()


async def test_followers_that_end_too_early_do_not_make_the_job_lost(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    gate, wait = gated(shell_server, "gate")
    heard = Heard()
    running = asyncio.create_task(
        shell_session.run_detached(
            "j12", f"echo one; {wait}; echo two", timeout=30, on_output=heard.take
        )
    )
    await heard.until("one")
    for pid in shell_server.processes():
        if arguments_of(pid).startswith(b"tail"):
            os.kill(pid, signal.SIGKILL)
    gate.touch()
    assert await running == DetachedResult(exit_status=0)
    assert heard.text() == "one\ntwo\n"


async def test_a_running_job_is_not_forgotten_and_an_unknown_one_is_no_error(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    gate, wait = gated(shell_server, "gate")
    heard = Heard()
    running = asyncio.create_task(
        shell_session.run_detached("j13", f"echo begun; {wait}", timeout=30, on_output=heard.take)
    )
    await heard.until("begun")
    await shell_session.forget_detached("j13")
    assert (shell_server.jobs / "j13" / "leader").exists()
    gate.touch()
    assert (await running).exit_status == 0
    await shell_session.forget_detached("j13")
    assert not (shell_server.jobs / "j13").exists()
    await shell_session.forget_detached("j13")


async def test_a_secret_of_a_job_is_in_no_process_and_no_file(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    mark = secrets.token_hex(8)
    canary = f"{mark} $HOME 'q\" \\n %s end"
    gate, wait = gated(shell_server, "gate")
    heard = Heard()
    running = asyncio.create_task(
        shell_session.run_detached(
            "j14",
            f'echo begun; sleep 0.01; {wait}; [ -n "${{OVMTUI_SECRET##*  *}}" ] && '
            'echo "${#OVMTUI_SECRET}"',
            timeout=30,
            secret=canary,
            on_output=heard.take,
        )
    )
    await heard.until("begun")
    seen = [arguments_of(pid) + environment_of(pid) for pid in all_processes()]
    assert any(b"j14" in text for text in seen)
    assert not any(mark.encode() in text for text in seen)
    gate.touch()
    assert await running == DetachedResult(exit_status=0)
    assert heard.text() == f"begun\n{len(canary)}\n"
    kept = [path.read_bytes() for path in (shell_server.jobs / "j14").iterdir()]
    assert not any(mark.encode() in text for text in kept)


async def test_more_jobs_than_slots_all_start_and_end_and_probes_go_on(
    server: OpenSshServer,
) -> None:
    gate, wait = gated(server, "gate")
    jobs = MOST[Use.DETACHED] + 4
    async with connected(server) as session:
        heard = [Heard() for _ in range(jobs)]
        running = [
            asyncio.create_task(
                session.run_detached(
                    f"many-{number}",
                    f"echo begun; {wait}; echo ended; exit {number}",
                    timeout=40,
                    on_output=each.take,
                )
            )
            for number, each in enumerate(heard)
        ]
        for each in heard:
            await each.until("begun")
            assert (await session.run("echo probe", timeout=10)).stdout == "probe\n"
        gate.touch()
        assert [(await task).exit_status for task in running] == list(range(jobs))
        assert [each.text() for each in heard] == ["begun\nended\n"] * jobs
