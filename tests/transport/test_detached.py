from __future__ import annotations

import asyncio
import itertools
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.errors import CommandTimeout, NodeLost
from ovmtui.model.job import Stream
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.transport.detached import checked_job
from ovmtui.transport.interface import DetachedResult, NodeAddress, OutputChunk
from ovmtui.transport.session import SshSession
from ovmtui.transport.ssh import SshConnector
from ovmtui.transport.trailer import Standing, Trailer, TrailerFilter
from tests.transport.processes import gone, matching, there


class Heard:
    """What came of a job, and from where an attachment goes on."""

    def __init__(self) -> None:
        self.text = {Stream.STDOUT: "", Stream.STDERR: ""}
        self.offsets = {Stream.STDOUT: 0, Stream.STDERR: 0}
        self.something = asyncio.Event()

    def take(self, chunk: OutputChunk) -> None:
        self.text[chunk.stream] += chunk.text
        self.offsets[chunk.stream] = chunk.end_offset
        self.something.set()

    @property
    def where(self) -> tuple[int, int]:
        return self.offsets[Stream.STDOUT], self.offsets[Stream.STDERR]


async def test_a_job_gives_its_output_and_exit_status_and_is_forgotten(
    session: SshSession, pool: SimulatedPool
) -> None:
    heard = Heard()
    result = await session.run_detached(
        "job-1",
        "printf 'out, no end'; printf 'err\\n' >&2; exit 3",
        timeout=20,
        on_output=heard.take,
    )
    assert result == DetachedResult(exit_status=3)
    assert heard.text == {Stream.STDOUT: "out, no end", Stream.STDERR: "err\n"}
    directory = pool.nodes[0].directory / "jobs" / "job-1"
    assert directory.stat().st_mode & 0o777 == 0o700
    await session.forget_detached("job-1")
    assert not directory.exists()


async def test_a_job_survives_the_connection_and_is_followed_from_where_it_was(
    session: SshSession, connector: SshConnector, address: NodeAddress, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    wait = f"while [ ! -e {shlex.quote(str(gate))} ]; do sleep 0.05; done"
    script = f"echo one; echo uno >&2; {wait}; echo two; exit 5"
    heard = Heard()
    task = asyncio.create_task(
        session.run_detached("job-2", script, timeout=60, on_output=heard.take)
    )
    async with asyncio.timeout(20):
        while heard.where != (4, 4):
            heard.something.clear()
            await heard.something.wait()
    await session.close()
    with pytest.raises(NodeLost):
        await task
    gate.touch()
    again = await connector.connect(address)
    result = await again.run_detached(
        "job-2", script, timeout=60, on_output=heard.take, offsets=heard.where, start=False
    )
    assert result == DetachedResult(exit_status=5)
    assert heard.text == {Stream.STDOUT: "one\ntwo\n", Stream.STDERR: "uno\n"}
    # Once more, after its end: the same, from the beginning.
    heard = Heard()
    result = await again.run_detached("job-2", script, timeout=60, on_output=heard.take)
    assert result.exit_status == 5
    assert heard.text[Stream.STDOUT] == "one\ntwo\n"
    await again.close()


async def test_two_starts_of_one_job_run_it_once(session: SshSession, tmp_path: Path) -> None:
    count = shlex.quote(str(tmp_path / "count"))
    script = f"echo run >>{count}; sleep 0.3; cat {count}"
    heard = [Heard(), Heard()]
    results = await asyncio.gather(
        *(session.run_detached("job-3", script, timeout=30, on_output=each.take) for each in heard)
    )
    assert [result.exit_status for result in results] == [0, 0]
    assert [each.text[Stream.STDOUT] for each in heard] == ["run\n", "run\n"]


async def test_attaching_to_a_job_that_never_was_starts_nothing(
    session: SshSession, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    result = await session.run_detached(
        "job-4", f"touch {shlex.quote(str(trace))}", timeout=20, start=False
    )
    assert result == DetachedResult(exit_status=None, started=False)
    # A starter that was merely late finds the name taken: "not started" stays true.
    late = await session.run_detached("job-4", f"touch {shlex.quote(str(trace))}", timeout=20)
    assert late == DetachedResult(exit_status=None, started=False)
    assert not trace.exists()


async def test_a_job_that_takes_too_long_goes_on(session: SshSession) -> None:
    with pytest.raises(CommandTimeout):
        await session.run_detached("job-5", "sleep 4712.5", timeout=1.0)
    assert await asyncio.to_thread(matching, "sleep\x004712.5")


async def test_a_killed_job_is_lost_and_not_done(session: SshSession, pool: SimulatedPool) -> None:
    task = asyncio.create_task(session.run_detached("job-6", "sleep 4712.75", timeout=60))
    await there("sleep\x004712.75")
    leader = (pool.nodes[0].directory / "jobs" / "job-6" / "leader").read_text().split()[0]
    await session.run(f"kill -KILL -{leader}", timeout=10)
    assert (await task).exit_status is None
    await gone("4712.75")


async def test_a_secret_is_in_no_process_table_and_no_file(
    session: SshSession, pool: SimulatedPool
) -> None:
    script = 'printf "%s" "${#OVMTUI_SECRET}"; sleep 0.6'
    task = asyncio.create_task(
        session.run_detached("job-7", script, timeout=20, secret="canary-5f77")
    )
    await there("sleep\x000.6")
    assert await asyncio.to_thread(matching, "canary-5f77", "cmdline", "environ") == []
    assert (await task).exit_status == 0
    directory = pool.nodes[0].directory / "jobs" / "job-7"
    files = {path.name: path.read_text() for path in directory.iterdir()}
    assert files["out"] == "11"
    assert not any("canary-5f77" in text for text in files.values())


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-rf", "a b", "a;b", "."])
def test_a_job_is_named_so_that_it_is_one_directory(name: str) -> None:
    with pytest.raises(ValueError, match="not a job's name"):
        checked_job(name)


@given(output=st.binary(max_size=200), cuts=st.lists(st.integers(0, 260), max_size=12))
def test_the_trailer_is_told_from_output_however_it_is_cut(output: bytes, cuts: list[int]) -> None:
    whole = output + b"\x1enonce exit 17\n"
    edges = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
    told = TrailerFilter("nonce")
    given_out = b"".join(told.feed(whole[start:end]) for start, end in itertools.pairwise(edges))
    assert given_out == output
    assert told.trailer == Trailer(Standing.ENDED, exit_status=17)


@pytest.mark.parametrize(
    ("text", "trailer"),
    [
        (b"\x1enonce lost\n", Trailer(Standing.LOST)),
        (b"\x1enonce exit garbled\n", Trailer(Standing.LOST)),
        (b"\x1enonce exit \n", Trailer(Standing.LOST)),
        (b"\x1enonce running\n", Trailer(Standing.RUNNING)),
        (b"\x1enonce absent \n", Trailer(Standing.ABSENT)),
        (b"\x1enonce absent disk\033 full\n", Trailer(Standing.ABSENT, problem="disk\u241b full")),
        (b"\x1enonce exit 1", None),
        (b"\x1enonce", None),
        (b"", None),
    ],
)
def test_a_trailer_that_is_cut_or_garbled_is_no_result(
    text: bytes, trailer: Trailer | None
) -> None:
    told = TrailerFilter("nonce")
    assert told.feed(text) == b""
    assert told.trailer == trailer
