"""Leftovers of failed migrations, made by the simulated xend and mended over SSH."""

from __future__ import annotations

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.verdict import Standing
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import do, event_of, intent, key, until


async def test_a_paused_copy_on_the_target_is_destroyed_and_the_machine_runs_on(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "leftover")
    async with open_service() as service:
        outcome, _ = await do(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert outcome is Outcome.FAILED
        await until(service, lambda now: len(now.vms[key(service, "oradb01")].copies) == 2)
        outcome, text = await do(service, Verb.REPAIR, "oradb01")
        assert outcome is Outcome.DONE, text
        assert "oradb01 is running on ovm2" in text
    assert [copy.name for copy in pool.world.nodes["ovm1"].guests()] == ["ovmguest1", "web01"]
    assert pool.truth().double_runs == {}


async def test_a_machine_that_is_left_under_its_migrations_name_gets_its_own_back(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "renamed")
    async with open_service() as service:
        outcome, text = await do(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert (outcome, "as migrating-oradb01" in text) == (Outcome.FAILED, True)
        outcome, text = await do(service, Verb.REPAIR, "oradb01")
        assert outcome is Outcome.DONE, text
        now = await until(
            service, lambda now: now.vms[key(service, "oradb01")].state is VmState.RUNNING
        )
        assert now.vms[key(service, "oradb01")].copies[0].domain.name == "oradb01"


async def test_a_migration_that_is_under_way_is_no_leftover(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "stuck")
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        await event_of(service, job, lambda e: e.kind is EventKind.PROGRESS)
        await until(service, lambda now: len(now.vms[key(service, "oradb01")].copies) == 2)
        # As another console sees it, which knows nothing of our job.
        plan = service.plan(intent(service, Verb.REPAIR, "oradb01"))
        seen = {finding.name: finding.verdict for finding in await service.preflight(plan)}
        assert seen["no-migration-1"].standing is Standing.FAILS
        assert "xc_restore" in seen["no-migration-1"].text
        assert "xc_save" in seen["no-migration-2"].text
        with pytest.raises(PlanRefused, match="is under way"):
            service.run(plan)
    assert [entry.argv[1] for entry in pool.changes] == ["migrate"]
