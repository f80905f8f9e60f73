"""A session is recorded over SSH, and shown again."""

from __future__ import annotations

import asyncio
import json
import re
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.errors import PlanRefused
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Intent, Verb
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.recording import Recording, RecordingFailed
from ovmtui.runtime.replay import ReplayConsole
from ovmtui.runtime.tape import read_tape
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.toolstacks import probe, xm
from tests.e2e.conftest import pool, settings_file, state
from tests.e2e.driving import do, until
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole

__all__ = ["pool", "settings_file", "state"]


def told(snapshot: Snapshot) -> dict[str, tuple[str, list[str], str]]:
    """What a snapshot says of each machine, ages aside."""
    return {
        vm.name: (vm.state.value, [node.name for node in vm.nodes], vm.ha.state.value)
        for vm in snapshot.vms.values()
    }


@pytest.fixture
async def recorded(
    pool: SimulatedPool, settings_file: Path, state: Path, tmp_path: Path
) -> tuple[Path, dict[str, tuple[str, list[str], str]]]:
    """A recording of a migration and of HA switched off, and what was known at its end."""
    path = tmp_path / "session.jsonl"
    async with opening.service(load.load(settings_file), record=str(path)) as service:
        await service.settled(timeout=20.0)
        outcome, _ = await do(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert outcome is Outcome.DONE
        outcome, _ = await do(service, Verb.HA_OFF, "web01")
        assert outcome is Outcome.DONE
        at_end = told(service.snapshot)
    return path, at_end


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_what_was_seen_is_seen_again(
    recorded: tuple[Path, dict[str, tuple[str, list[str], str]]],
) -> None:
    path, at_end = recorded
    tape = read_tape(path)
    replay = ReplayConsole(tape, at=tape.length)
    replay.start()
    assert replay.problem == ""
    assert told(replay.snapshot) == at_end
    assert [(job.title, job.outcome) for job in replay.jobs] == [
        ("migrate oradb01 → ovm1", Outcome.DONE),
        ("HA off for web01", Outcome.DONE),
    ]
    steps = [e.text for e in replay.events(replay.jobs[0].job) if e.kind is EventKind.STEP]
    assert steps[0] == "xm migrate -l oradb01 ovm1"
    # And before the migration, where it was then.
    replay.seek(-tape.length)
    assert replay.position < 1.0
    assert replay.jobs == ()
    await replay.close()


async def test_every_fact_comes_back_as_it_was(tmp_path: Path) -> None:
    console = ScriptedConsole(pools.healthy(), context=pools.context())
    recording = Recording(tmp_path / "r.jsonl", SystemClock(), tell=lambda text: None)
    stop = recording.begin(console)
    console.show(pools.split_brain())
    job = console.begin(console.plan(Intent(Verb.STOP, pools.vm_key(2))))
    console.happen(job, EventKind.STEP, "xm shutdown web01", step=2, node="ovm1")
    console.say("a node has rebooted", "warning")
    stop()
    writing = asyncio.create_task(recording.write_for_ever())
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    tape = read_tape(tmp_path / "r.jsonl")
    replay = ReplayConsole(tape, at=tape.length)
    replay.start()
    assert replay.problem == ""
    assert any(node.cpu_percent for node in console.snapshot.nodes.values())
    assert dict(replay.snapshot.nodes) == dict(console.snapshot.nodes)
    assert dict(replay.snapshot.vms) == dict(console.snapshot.vms)
    assert replay.jobs == console.jobs
    assert replay.events(job) == console.events(job)
    assert [entry.kind for entry in tape.entries].count("message") == 1
    await replay.close()


async def test_it_runs_pauses_and_goes_back_and_forth(
    recorded: tuple[Path, dict[str, tuple[str, list[str], str]]],
) -> None:
    path, _ = recorded
    tape = read_tape(path)
    replay = ReplayConsole(tape, speed=50.0)
    replay.start()
    await until(replay, lambda now: told(now).get("oradb01", ("", [], ""))[1] == ["ovm1"])
    replay.toggle()
    where = replay.position
    await asyncio.sleep(0)
    assert replay.position == where
    assert "paused" in replay.status
    replay.seek(-where)
    assert told(replay.snapshot).get("oradb01", ("", ["ovm2"], ""))[1] != ["ovm1"]
    replay.seek(tape.length)
    assert told(replay.snapshot)["oradb01"][1] == ["ovm1"]
    assert len(replay.jobs) == 2
    assert replay.problem == ""
    vm = next(iter(replay.snapshot.vms))
    with pytest.raises(PlanRefused, match="this is a recording"):
        replay.plan(Intent(Verb.STOP, vm))
    await replay.close()


async def test_no_password_and_no_stranger_reads_it(
    recorded: tuple[Path, dict[str, tuple[str, list[str], str]]],
) -> None:
    path, _ = recorded
    text = path.read_text()
    assert "canary-7f3a" not in text
    assert "vncpasswd" in text
    assert not re.search(r"passwd?\W{1,8}oracle", text)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_its_exchange_is_a_fixture_for_the_parsers(
    recorded: tuple[Path, dict[str, tuple[str, list[str], str]]],
) -> None:
    path, _ = recorded
    listings = list(recorded_listings(path))
    assert len(listings) > 4
    for listing in listings:
        parsed = xm.parse_list(listing)
        assert parsed.value is not None
        assert not parsed.notes
    detached = [line for line in lines(path) if line["is"] == "detached"]
    assert any("xm migrate -l oradb01" in line["script"] for line in detached)


def recorded_listings(path: Path) -> Iterator[str]:
    for line in lines(path):
        if line["is"] == "run" and (nonce := re.search(r"@([0-9a-f]{16})", line["script"])):
            found = probe.read(line["stdout"], line["stderr"], nonce[1])
            if (section := found.get(probe.DOMAINS)) is not None:
                yield section.stdout


async def test_a_recording_that_was_cut_off_is_shown_as_far_as_it_goes(
    recorded: tuple[Path, dict[str, tuple[str, list[str], str]]],
) -> None:
    path, _ = recorded
    whole = read_tape(path)
    path.write_bytes(path.read_bytes()[:-40])
    cut = read_tape(path)
    assert len(cut.entries) == len(whole.entries) - 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no recording"),
        ("hello\n", "no recording"),
        ('{"at": 0, "is": "node"}\n', "no recording of ovmtui"),
        ('{"at":0,"is":"header","format":"ovmtui-recording","version":99}\n', "version 99"),
        ('{"at":0,"is":"header","format":"ovmtui-recording","version":1}\n', "no recording"),
        ('{"at":"x","is":"header"}\n', "no recording"),
    ],
)
def test_what_is_no_recording_is_told(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text(text)
    with pytest.raises(RecordingFailed, match=why):
        read_tape(path)
    with pytest.raises(RecordingFailed, match="No such file"):
        read_tape(tmp_path / "missing")


async def test_an_existing_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("mine")
    with pytest.raises(RecordingFailed, match="File exists"):
        Recording(path, SystemClock(), tell=lambda text: None)
    assert path.read_text() == "mine"


async def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    said: list[str] = []
    ended = asyncio.Event()

    def tell(text: str) -> None:
        said.append(text)
        loop.call_soon_threadsafe(ended.set)

    loop = asyncio.get_running_loop()
    recording = Recording(tmp_path / "r.jsonl", SystemClock(), tell=tell)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        recording.note("message", text="x" * 5_000)
        writing = asyncio.create_task(recording.write_for_ever())
        async with asyncio.timeout(10):
            await ended.wait()
        recording.note("message", text="more")
        await writing
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "has ended" in said[0]
