"""Bound commands: what they give, and that nothing of them survives the console."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.errors import CommandTimeout, NodeLost
from ovmtui.model.job import Stream
from ovmtui.transport.interface import OutputChunk
from ovmtui.transport.session import SshSession
from tests.support.openssh import OpenSshServer, all_processes, arguments_of, environment_of
from tests.transport.nodes import Heard, address_of, connected, connector_of

STUBBORN = """
trap '' TERM HUP
sleep 301 & (sleep 302; sleep 303) | cat &
echo begun
sleep 304
sleep 305
"""


async def test_streams_stay_apart_and_the_exit_status_is_kept(shell_session: SshSession) -> None:
    result = await shell_session.run("echo out; echo err >&2; exit 7", timeout=10.0)
    assert (result.stdout, result.stderr, result.exit_status) == ("out\n", "err\n", 7)
    assert not result.truncated
    result = await shell_session.run("if false; then :; fi", timeout=10.0)
    assert (result.stdout, result.stderr, result.exit_status) == ("", "", 0)
    result = await shell_session.run("exit 255", timeout=10.0)
    assert result.exit_status == 255
    result = await shell_session.run("no-such-program", timeout=10.0)
    assert result.exit_status == 127


async def test_a_command_that_a_signal_ended_has_no_status(shell_session: SshSession) -> None:
    result = await shell_session.run("echo begun; kill -KILL $$", timeout=10.0)
    assert (result.stdout, result.stderr, result.exit_status) == ("begun\n", "", None)


async def test_there_is_no_terminal_no_input_and_no_language(shell_session: SshSession) -> None:
    result = await shell_session.run(
        "tty; cat; echo $LC_ALL; case $PATH in */usr/sbin:/sbin) echo sbin;; esac", timeout=10.0
    )
    assert result.stdout == "not a tty\nC\nsbin\n"


async def test_bytes_that_are_no_utf8_cost_neither_output_nor_connection(
    session: SshSession,
) -> None:
    heard = Heard()
    result = await session.run(
        r"printf 'caf\351 \303'; sleep 0.2; printf '\251 end'", timeout=10.0, on_output=heard.take
    )
    assert result.stdout == "caf\ufffd é end"
    assert heard.text() == result.stdout
    assert heard.chunks[-1].end_offset == len(b"caf\351 \303\251 end")
    assert (await session.run("echo still here", timeout=10.0)).stdout == "still here\n"


async def test_a_character_counts_as_delivered_only_when_it_is_whole(session: SshSession) -> None:
    heard = Heard()
    await session.run(
        r"printf 'ab\303'; sleep 0.2; printf '\251'", timeout=10.0, on_output=heard.take
    )
    assert [(chunk.text, chunk.end_offset) for chunk in heard.chunks] == [("ab", 2), ("é", 4)]


async def test_fifty_thousand_lines_come_whole_and_in_order(session: SshSession) -> None:
    heard = Heard()
    result = await session.run("seq 1 50000", timeout=30.0, on_output=heard.take)
    expected = "".join(f"{number}\n" for number in range(1, 50001))
    assert result.stdout == expected
    assert heard.text() == expected
    assert heard.chunks[-1].end_offset == len(expected)
    assert {chunk.stream for chunk in heard.chunks} == {Stream.STDOUT}


async def test_output_beyond_the_limit_is_dropped_and_the_command_ends(
    session: SshSession,
) -> None:
    heard = Heard()
    result = await session.run(
        "head -c 20000000 /dev/zero | tr '\\0' x; echo end >&2; exit 3",
        timeout=30.0,
        on_output=heard.take,
        limit=1000,
    )
    assert result.stdout == "x" * 1000
    assert (result.stderr, result.exit_status, result.truncated) == ("end\n", 3, True)
    assert heard.offset(Stream.STDOUT) == 20_000_000


async def test_a_secret_reaches_the_script_and_no_process_shows_it(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    mark = secrets.token_hex(8)
    canary = f"{mark} $HOME 'q\" \\n %s end"
    heard = Heard()
    running = asyncio.create_task(
        shell_session.run(
            'printf "[%s]" "$OVMTUI_SECRET"; sleep 30 & read rest || echo none; wait',
            timeout=20.0,
            secret=canary,
            on_output=heard.take,
        )
    )
    await heard.until("none")
    while not any(b"sleep\x0030" in arguments_of(pid) for pid in shell_server.processes()):  # noqa: ASYNC110
        await asyncio.sleep(0.02)  # the process table has no event to await
    seen = [arguments_of(pid) + environment_of(pid) for pid in all_processes()]
    assert not any(mark.encode() in text for text in seen)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await shell_server.quiet()
    assert f"[{canary}]none" in heard.text()


async def test_a_secret_stays_out_of_the_environment_even_if_it_had_a_place_there(
    tmp_path: Path,
) -> None:
    script = 'printf "%s|" "$OVMTUI_SECRET"; sh -c \'echo "$OVMTUI_SECRET"\''
    async with (
        OpenSshServer(tmp_path / "node", environment={"OVMTUI_SECRET": "old"}) as server,
        connected(server) as session,
    ):
        assert (await session.run(script, timeout=10)).stdout == "old|old\n"
        assert (await session.run(script, timeout=10, secret="new")).stdout == "new|\n"
        heard = Heard()
        await session.run_detached("s", script, timeout=10, secret="new", on_output=heard.take)
        assert heard.text() == "new|\n"


async def test_nothing_survives_a_cancelled_command(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    heard = Heard()
    running = asyncio.create_task(shell_session.run(STUBBORN, timeout=30.0, on_output=heard.take))
    await heard.until("begun")
    assert len(shell_server.processes()) > 4
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await shell_server.quiet()
    assert (await shell_session.run("echo on", timeout=10.0)).stdout == "on\n"


async def test_nothing_survives_a_command_that_is_too_slow(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    with pytest.raises(CommandTimeout, match=r"no result in 0\.5 s"):
        await shell_session.run(STUBBORN, timeout=0.5)
    await shell_server.quiet()
    assert not shell_session.is_closed


async def test_nothing_survives_a_lost_connection(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    heard = Heard()
    running = asyncio.create_task(shell_session.run(STUBBORN, timeout=30.0, on_output=heard.take))
    await heard.until("begun")
    shell_server.kill_connections()
    with pytest.raises(NodeLost, match="connection was lost"):
        await running
    await shell_session.wait_closed()
    assert shell_session.is_closed
    await shell_server.quiet()
    with pytest.raises(NodeLost):
        await shell_session.run("true", timeout=5.0)


async def test_nothing_survives_a_closed_session(shell_server: OpenSshServer) -> None:
    heard = Heard()
    async with connected(shell_server) as session:
        running = asyncio.create_task(session.run(STUBBORN, timeout=30.0, on_output=heard.take))
        await heard.until("begun")
    with pytest.raises(NodeLost):
        await running
    await shell_server.quiet()


async def test_nothing_survives_a_command_cancelled_at_any_moment_of_its_beginning(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    for turns in range(0, 60, 3):
        running = asyncio.create_task(shell_session.run("sleep 306; sleep 307", timeout=30.0))
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await shell_server.quiet()
    results = await asyncio.gather(*(shell_session.run("echo on", timeout=10.0) for _ in range(12)))
    assert {result.stdout for result in results} == {"on\n"}


@pytest.mark.parametrize("shell", ["bash", "dash"])
async def test_nothing_survives_of_a_shell_within_the_script(
    shell_server: OpenSshServer, shell_session: SshSession, shell: str
) -> None:
    script = f"{shell} -c 'sleep 312 & sleep 313 | cat; sleep 314'"
    with pytest.raises(CommandTimeout, match=r"no result in 0\.5 s"):
        await shell_session.run(script, timeout=0.5)
    await shell_server.quiet()


async def test_what_a_script_leaves_in_the_background_ends_with_it(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    result = await shell_session.run("sleep 308 & echo done; exit 4", timeout=10.0)
    assert (result.stdout, result.exit_status) == ("done\n", 4)
    await shell_server.quiet()


async def test_an_error_in_a_listener_reaches_the_caller_and_ends_the_command(
    shell_server: OpenSshServer, shell_session: SshSession
) -> None:
    def broken(chunk: OutputChunk) -> None:
        raise RuntimeError(chunk.text)

    with pytest.raises(RuntimeError, match="begun"):
        await shell_session.run(STUBBORN, timeout=30.0, on_output=broken)
    await shell_server.quiet()
    assert (await shell_session.run("echo on", timeout=10.0)).stdout == "on\n"


async def test_a_stopped_node_is_lost_when_it_answers_no_keepalive(
    server: OpenSshServer,
) -> None:
    patience = replace(address_of(server), keepalive_interval=0.2)
    session = await connector_of(server).connect(patience)
    running = asyncio.create_task(session.run("sleep 309", timeout=30.0))
    await server.busy()
    stopped = server.connections
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(NodeLost):
            await running
        await session.wait_closed()
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGKILL)
    await session.close()
    await server.quiet()
