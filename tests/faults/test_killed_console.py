"""A console is killed in the middle of a long migration, and another one goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies
from tests.faults.ground import SPEC, begin, pool_at
from tests.faults.truth import no_lock_is_held

TEN_SECONDS = replace(SPEC, latencies=Latencies(migration_mib_per_second=5.0))
"""1024 MiB at 5 MiB a second, twenty times as fast as time."""
_ALL = [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM]
SIGNALS = _ALL if os.environ.get("OVMTUI_FAULTS") else _ALL[:1]


async def said(directory: Path, *words: str) -> tuple[int | None, str, str]:
    process = await begin(directory, *words)
    async with asyncio.timeout(60):
        stdout, stderr = await process.communicate()
    return process.returncode, stdout.decode(), stderr.decode()


def left_behind(pool: SimulatedPool) -> list[Path]:
    return [
        path
        for node in pool.nodes
        for path in (node.directory / "jobs").glob("*/*")
        if path.is_dir()
    ]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", SIGNALS, ids=str)
async def test_a_migration_is_finished_by_the_next_console(tmp_path: Path, how: int) -> None:
    async with pool_at(tmp_path, TEN_SECONDS, migrate=600) as pool:
        identity = next(vm.identity for vm in pool.spec.vms if vm.name == "oradb01")
        process = await begin(tmp_path, "migrate", "oradb01", "--to", "ovm3", "--yes")
        assert process.stderr is not None
        async with asyncio.timeout(30):
            async for line in process.stderr:
                if b"iter 1  20%" in line:
                    break
        process.send_signal(how)
        await process.wait()
        assert pool.truth().running[identity] == ("ovm2",), "it was over before the kill"

        code, stdout, _ = await said(tmp_path, "jobs", "--json")
        (stopped,) = json.loads(stdout)
        assert (code, stopped["title"], stopped["under_way"]) == (
            0,
            "migrate oradb01 → ovm3",
            False,
        )
        assert "xm migrate -l oradb01 ovm3" in stopped["where"]
        code, _, stderr = await said(tmp_path, "start", "oradb01", "--yes")
        assert code == 3, stderr

        code, _, stderr = await said(tmp_path, "jobs", "resume", "--all", "--yes")
        assert code == 0, stderr
        truth = pool.truth()
        assert truth.running[identity] == ("ovm3",)
        assert truth.double_runs == {}
        assert truth.ha["oradb01"]
        assert [entry.text for entry in pool.changes] == ["xm migrate -l oradb01 ovm3"]
        await no_lock_is_held(pool, within=5.0)
        assert left_behind(pool) == []

        code, stdout, _ = await said(tmp_path, "jobs")
        assert (code, stdout) == (0, "every job has ended\n")
        code, stdout, _ = await said(tmp_path, "history", "--job", stopped["job"], "--json")
        events = json.loads(stdout)
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        assert [e["kind"] for e in events if e["kind"] in {"plan", "plan end"}] == [
            "plan",
            "plan",
            "plan end",
        ]
        (migrated,) = [e for e in events if e["kind"] == "step end" and e["step"] == 0]
        begun = next(e for e in events if e["kind"] == "step" and e["step"] == 0)
        assert migrated["seconds"] == pytest.approx(migrated["at"] - begun["at"], abs=0.5)
        lines = Counter(e["text"] for e in events if "Saving memory pages: iter 1" in e["text"])
        assert lines
        assert set(lines.values()) == {1}, "a line of the log came twice"


async def test_a_job_that_is_left_as_it_stands_is_offered_no_more(tmp_path: Path) -> None:
    async with pool_at(tmp_path, TEN_SECONDS, migrate=600) as pool:
        process = await begin(tmp_path, "migrate", "oradb01", "--to", "ovm3", "--yes")
        assert process.stderr is not None
        async with asyncio.timeout(30):
            async for line in process.stderr:
                if b"iter 1" in line:
                    break
        process.kill()
        await process.wait()
        code, _, _ = await said(tmp_path, "jobs", "close", "--all", "--yes")
        assert code == 0
        code, stdout, _ = await said(tmp_path, "jobs")
        assert (code, stdout) == (0, "every job has ended\n")
        code, stdout, _ = await said(tmp_path, "history", "--json")
        (job,) = json.loads(stdout)
        assert job["state"]["outcome"] == "cancelled"
        assert "left as it stands by" in job["state"]["summary"]
        # What was begun on the node is not touched by it.
        assert pool.truth().double_runs == {}
