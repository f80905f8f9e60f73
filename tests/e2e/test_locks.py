"""One machine, one plan: between consoles, within one, and where the repository is no help."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.job import EventKind, Level, Outcome
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.locking import lock_file
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import do, event_of, intent, key, summary, until


def lock_of(pool: SimulatedPool, directory: str, name: Path | str) -> Path:
    return next(pool.directory.rglob(f"running_pool/{directory}")) / name


async def test_a_second_console_is_told_who_where_since_when_and_what(
    pool: SimulatedPool,
    open_service: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await pool.faults.fail_migration("oradb01", "stuck")
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        await event_of(service, job, lambda event: event.kind is EventKind.PROGRESS)
        with pytest.raises(PlanRefused, match="migrate oradb01 → ovm1 is under way"):
            service.run(service.plan(intent(service, Verb.HA_OFF, "oradb01")))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
        async with open_service() as other:
            outcome, text = await do(other, Verb.HA_OFF, "oradb01")
            assert outcome is Outcome.REFUSED
            assert "locked by " in text
            assert " since 20" in text
            assert f"migrate oradb01 → ovm1 (plan {job})" in text
            # Only that machine is locked.
            outcome, _ = await do(other, Verb.HA_OFF, "web01")
            assert outcome is Outcome.DONE


async def test_where_the_repository_knows_no_lock_the_pools_first_node_holds_it(
    pool: SimulatedPool,
    open_service: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with open_service() as service:
        vm = key(service, "oradb01")
        lock_of(pool, "oradb01", lock_file(vm)).mkdir()
        plan = service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm3"))
        seen = {f.name: f.verdict.text for f in await service.preflight(plan)}
        assert "ovm1 holds it for the pool" in seen["lock"]
        await pool.faults.fail_migration("oradb01", "stuck")
        job = service.run(plan)
        note = await event_of(service, job, lambda event: event.level is Level.WARNING)
        assert "no lock beside vm.cfg" in note.text
        await event_of(service, job, lambda event: event.kind is EventKind.PROGRESS)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
        async with open_service() as other:
            outcome, text = await do(other, Verb.HA_OFF, "oradb01")
            assert (outcome, "locked by " in text) == (Outcome.REFUSED, True)


async def test_cancelling_a_migration_says_that_it_goes_on_and_going_on_finishes_it(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "stuck")
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        await event_of(service, job, lambda event: event.kind is EventKind.PROGRESS)
        while "oradb01" not in pool.world.migration_faults:
            await pool.world.timeline.sleep(1.0)
        assert "cannot be stopped and goes on" in service.cancel(job)
        async with asyncio.timeout(30):
            assert await service.finished(job) is Outcome.CANCELLED
        assert "the command goes on on ovm2" in summary(service, job)
        await pool.faults.clear_migration("oradb01")
        await service.resume(job)
        async with asyncio.timeout(30):
            assert await service.finished(job) is Outcome.DONE
        assert "oradb01 is running on ovm1" in summary(service, job)
    assert [entry.text for entry in pool.changes] == ["xm migrate -l oradb01 ovm1"]


async def test_a_failed_plan_is_tried_again_from_the_step_that_failed(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        await service.planner.ask_ha(key(service, "ovmguest1"))
        job = service.run(service.plan(intent(service, Verb.STOP, "ovmguest1")))
        await event_of(service, job, lambda event: event.kind is EventKind.STEP)
        await pool.faults.break_program("ovm1", "xm", "failing")
        async with asyncio.timeout(30):
            assert await service.finished(job) is Outcome.FAILED
        assert "not run: xm shutdown ovmguest1" in summary(service, job)
        await pool.faults.mend_program("ovm1", "xm")
        console_sees = key(service, "ovmguest1")
        service.refresh()
        await until(service, lambda now: now.vms[console_sees].state is VmState.RUNNING)
        await service.resume(job)
        async with asyncio.timeout(30):
            assert await service.finished(job) is Outcome.DONE
    # What had been done was not done again.
    assert [entry.argv[0] for entry in pool.changes] == ["ovm", "xm"]
