"""The flows over real sshd, each with its commands in the order of OpenSVC's driver."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.ha import HaState
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import WaitStep
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import do, event_of, intent, key, output, summary, until


def changes(pool: SimulatedPool) -> list[str]:
    return [f"{entry.node}: {entry.text}" for entry in pool.changes]


def impatient(plan: Plan) -> Plan:
    """Return `plan` with a last wait of one second."""
    wait = plan.steps[-1]
    assert isinstance(wait, WaitStep)
    return replace(plan, steps=(*plan.steps[:-1], replace(wait, budget=1.0)))


async def test_the_grid_is_complete(pool: SimulatedPool, open_service: Open) -> None:
    async with open_service() as service:
        machines = {vm.name: vm for vm in service.snapshot.vms.values()}
    assert {name: vm.state for name, vm in machines.items()} == {
        "ovmguest1": VmState.RUNNING,
        "web01": VmState.RUNNING,
        "oradb01": VmState.RUNNING,
        "build7": VmState.DOWN,
        "erp2": VmState.RUNNING,
        "plain1": VmState.RUNNING,
        "frozen1": VmState.PAUSED,
    }
    assert machines["oradb01"].vcpus == 4
    assert machines["web01"].nodes[0].name == "ovm1"


async def test_stop_and_start_keep_the_order_and_the_ha(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        outcome, text = await do(service, Verb.STOP, "ovmguest1")
        assert (outcome, text.split(";")[0]) == (
            Outcome.DONE,
            "ovmguest1 is down: no node lists it",
        )
        outcome, text = await do(service, Verb.START, "ovmguest1")
        assert outcome is Outcome.DONE
        assert "HA is on" in text
    verbs = [entry.argv[1] if entry.argv[0] == "xm" else entry.argv[-1] for entry in pool.changes]
    assert verbs == ["-d", "shutdown", "create", "-e"]
    waits = [
        entry.argv[0]
        for entry in pool.invocations
        if entry.argv[0] in {"ping", "ssh"} and entry.exit_code == 0
    ]
    assert waits == ["ping", "ssh"]
    assert pool.truth().double_runs == {}
    assert pool.truth().ha["ovmguest1"]


async def test_a_live_migration_ends_with_one_copy_on_the_target(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        seen = await until(
            service, lambda now: now.vms[key(service, "oradb01")].state is VmState.MIGRATING
        )
        assert len(seen.vms) == 7
        assert await service.finished(job) is Outcome.DONE
        vm = service.snapshot.vms[key(service, "oradb01")]
        assert [node.name for node in vm.nodes] == ["ovm1"]
        assert any("Saving memory pages" in line for line in output(service, job))
    assert changes(pool) == ["ovm2: xm migrate -l oradb01 ovm1"]
    assert pool.truth().double_runs == {}


async def test_ha_off_and_on(pool: SimulatedPool, open_service: Open) -> None:
    async with open_service() as service:
        assert (await do(service, Verb.HA_OFF, "web01"))[0] is Outcome.DONE
        assert service.snapshot.vms[key(service, "web01")].ha.state is HaState.OFF
        assert not pool.truth().ha["web01"]
        assert (await do(service, Verb.HA_ON, "web01"))[0] is Outcome.DONE
    assert pool.truth().ha["web01"]


async def test_destroy_switches_ha_off_first_and_the_machine_stays_down(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        assert (await do(service, Verb.DESTROY, "web01"))[0] is Outcome.DONE
    assert [entry.argv[0] for entry in pool.changes] == ["ovm", "xm"]
    assert pool.changes[1].argv[1] == "destroy"
    assert not pool.truth().ha["web01"]


async def test_a_guest_that_ignores_the_shutdown_is_destroyed_only_when_chosen(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.ignore_shutdown("ovmguest1")
    async with open_service() as service:
        job = service.run(impatient(service.plan(intent(service, Verb.STOP, "ovmguest1"))))
        question = await event_of(service, job, lambda e: e.kind is EventKind.QUESTION)
        assert question.choices == ("destroy", "keep waiting", "abort")
        assert not any("destroy" in entry.text for entry in pool.changes)
        service.answer(job, "destroy")
        assert await service.finished(job) is Outcome.DONE
    assert [entry.argv[1] for entry in pool.changes if entry.argv[0] == "xm"] == [
        "shutdown",
        "destroy",
    ]


async def test_aborting_a_stop_switches_ha_on_again(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.ignore_shutdown("ovmguest1")
    async with open_service() as service:
        await service.planner.ask_ha(key(service, "ovmguest1"))
        job = service.run(impatient(service.plan(intent(service, Verb.STOP, "ovmguest1"))))
        await event_of(service, job, lambda e: e.kind is EventKind.QUESTION)
        service.answer(job, "abort")
        assert await service.finished(job) is Outcome.CANCELLED
        assert "running on ovm1; HA is on" in summary(service, job)
    assert pool.truth().ha["ovmguest1"]


async def test_several_jobs_run_at_once_and_one_machine_has_one_job(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        first = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        second = service.run(service.plan(intent(service, Verb.STOP, "erp2")))
        with pytest.raises(PlanRefused, match="under way"):
            service.run(service.plan(intent(service, Verb.STOP, "erp2")))
        assert await service.finished(second) is Outcome.DONE
        assert await service.finished(first) is Outcome.DONE
