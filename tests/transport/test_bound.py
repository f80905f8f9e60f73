from __future__ import annotations

import asyncio

import pytest

from ovmtui.errors import CommandTimeout, NodeLost, SlotsExhausted
from ovmtui.model.job import Stream
from ovmtui.transport.interface import OutputChunk
from ovmtui.transport.session import SshSession
from ovmtui.transport.slots import SESSIONS
from tests.transport.processes import count, gone, matching, there


async def test_streams_stay_apart_and_the_exit_status_is_kept(session: SshSession) -> None:
    result = await session.run("echo out; echo err >&2; exit 7", timeout=10)
    assert (result.stdout, result.stderr, result.exit_status) == ("out\n", "err\n", 7)


async def test_bytes_that_are_no_text_do_not_end_the_connection(session: SshSession) -> None:
    result = await session.run(r"printf 'caf\351 \377\n'", timeout=10)
    assert result.stdout == "caf\ufffd \ufffd\n"
    assert not session.is_closed


async def test_a_flood_comes_whole_and_a_limit_cuts_it(session: SshSession) -> None:
    chunks: list[OutputChunk] = []
    result = await session.run("seq 1 50000", timeout=30, on_output=chunks.append, limit=1000)
    assert result.truncated
    assert len(result.stdout) == 1000
    assert "".join(chunk.text for chunk in chunks).splitlines()[-1] == "50000"
    assert chunks[-1].end_offset == len("".join(chunk.text for chunk in chunks))
    assert {chunk.stream for chunk in chunks} == {Stream.STDOUT}


@pytest.mark.parametrize("shell", ["", "bash -c "])
async def test_a_command_that_takes_too_long_ends_with_all_its_children(
    session: SshSession, shell: str
) -> None:
    script = "sleep 4711.125 & sleep 4711.125 | cat; sleep 4711.125"
    if shell:
        script = f"{shell}'{script}'"
    with pytest.raises(CommandTimeout, match="no result in 1 s"):
        await session.run(script, timeout=1.0)
    await gone("4711.125")


async def test_a_cancelled_command_ends(session: SshSession) -> None:
    task = asyncio.create_task(session.run("sleep 4711.25", timeout=60))
    await there("sleep\x004711.25")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone("4711.25")


async def test_a_lost_connection_ends_the_command_and_is_told(session: SshSession) -> None:
    task = asyncio.create_task(session.run("sleep 4711.5", timeout=60))
    await there("sleep\x004711.5")
    await session.close()
    with pytest.raises(NodeLost):
        await task
    await gone("4711.5")


async def test_a_secret_reaches_the_shell_and_no_process_table(session: SshSession) -> None:
    secret = "canary-8d21-'\"$(id)"
    script = 'printf "%s" "$OVMTUI_SECRET"; sleep 0.6'
    task = asyncio.create_task(session.run(script, timeout=10, secret=secret))
    await there("sleep\x000.6")
    assert await asyncio.to_thread(matching, "canary-8d21", "cmdline", "environ") == []
    result = await task
    assert result.stdout == secret


async def test_the_script_reads_nothing_from_us(session: SshSession) -> None:
    assert (await session.run("cat; echo end", timeout=10)).stdout == "end\n"


async def test_slots_are_waited_for_and_their_lack_is_told(session: SshSession) -> None:
    tasks = [asyncio.create_task(session.run("sleep 4711.75", timeout=60)) for _ in range(SESSIONS)]
    await count("sleep\x004711.75", wanted=SESSIONS)
    with pytest.raises(SlotsExhausted):
        await session.run("true", timeout=0.3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # The slots come back once the far ends are gone.
    assert (await session.run("echo again", timeout=20)).stdout == "again\n"
    await gone("4711.75")
