"""What must not happen when nodes, tools or the manager fail."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.errors import PlanRefused
from ovmtui.model.ha import HaState
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.verdict import Standing
from ovmtui.runtime.interface import MessageRaised, Update
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import do, event_of, intent, key, summary, until


async def test_a_silent_and_a_dead_node_keep_nobody_waiting(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    await pool.faults.silence_node("ovm3")
    await pool.faults.kill_node("ovm4")
    async with opening.service(load.load(settings_file)) as service:
        nodes = {node.key.name: node.key for node in service.snapshot.nodes.values()}
        await until(
            service,
            lambda now: now.nodes[nodes["ovm1"]].certain and now.nodes[nodes["ovm2"]].certain,
        )
        # The silent node is still being waited for, and everybody else is here.
        assert service.snapshot.nodes[nodes["ovm3"]].problem == ""
        now = await until(service, lambda now: bool(now.nodes[nodes["ovm3"]].problem))
        assert now.nodes[nodes["ovm3"]].since is not None
        assert "refused" in now.nodes[nodes["ovm4"]].problem
        assert now.vms[key(service, "ovmguest1")].state is VmState.RUNNING


async def test_a_failing_list_makes_machines_unknown_and_starting_refused(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        await pool.faults.set_xend("ovm3", "stopped")
        now = await until(
            service, lambda now: now.vms[key(service, "erp2")].state is VmState.UNKNOWN
        )
        assert "ovm3" in now.vms[key(service, "erp2")].reason
        with pytest.raises(PlanRefused, match="unknown"):
            service.plan(intent(service, Verb.START, "erp2"))
        plan = service.plan(intent(service, Verb.START, "build7", "ovm1"))
        findings = {finding.name: finding for finding in await service.preflight(plan)}
        assert findings["pool-answers"].verdict.standing is Standing.UNKNOWN
        assert "Is xend running?" in findings["pool-answers"].verdict.text
        outcome, text = await do(service, Verb.START, "build7", "ovm1")
        assert outcome is Outcome.REFUSED
        assert "ovm3" in text
    assert pool.changes == ()


async def test_garbage_from_a_node_is_unknown_and_not_down(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        await pool.faults.set_xend("ovm3", "garbled")
        await until(service, lambda now: now.vms[key(service, "erp2")].state is VmState.UNKNOWN)


async def test_an_error_text_with_exit_code_0_ends_a_stop_before_the_shutdown(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        # The manager's own poll is done, so that the plan is the first to hear the error.
        await until(
            service,
            lambda now: all(vm.ha.state is not HaState.UNKNOWN for vm in now.vms.values()),
        )
        await pool.faults.manager_complains()
        outcome, text = await do(service, Verb.STOP, "ovmguest1")
        assert outcome is Outcome.FAILED
        assert "Error:" in text
    assert [entry.argv[0] for entry in pool.changes] == ["ovm"]
    assert pool.truth().ha["ovmguest1"]


async def test_a_stop_without_the_manager_needs_an_override(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.manager_down()
    async with open_service() as service:
        outcome, _ = await do(service, Verb.STOP, "plain1")
        assert outcome in {Outcome.REFUSED, Outcome.FAILED}
        assert not any(entry.argv[0] == "xm" for entry in pool.changes)
        wish = intent(service, Verb.STOP, "plain1")
        forced = replace(wish, overrides=frozenset({"manager-answers"}))
        job = service.run(service.plan(forced))
        assert await service.finished(job) is Outcome.DONE


async def test_a_machine_that_its_manager_restarts_during_a_stop_is_told(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.manager_down()
    async with open_service() as service:
        wish = intent(service, Verb.STOP, "ovmguest1")
        forced = replace(wish, overrides=frozenset({"manager-answers"}))
        job = service.run(service.plan(forced))
        alarm = await event_of(
            service,
            job,
            lambda e: e.kind in {EventKind.QUESTION, EventKind.PLAN_END},
        )
        if alarm.kind is EventKind.QUESTION:
            assert "something started it again" in alarm.text
        else:
            # It was seen to be down; then the watch after the stop is what tells.
            await until(
                service, lambda now: now.vms[key(service, "ovmguest1")].state is VmState.RUNNING
            )


async def test_a_failed_migration_says_where_the_machine_is_and_why(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01")
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        assert await service.finished(job) is Outcome.FAILED
        assert "Transport endpoint is not connected" in summary(service, job)
        assert "oradb01 is running on ovm2" in summary(service, job)
        notes = [e.text for e in service.events(job) if e.kind is EventKind.NOTE]
        assert "last lines of xend.log on ovm1:" in notes


async def test_a_migration_without_memory_is_refused_before_it_begins(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.leave_memory("ovm1", 512)
    async with open_service() as service:
        outcome, text = await do(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert outcome is Outcome.REFUSED
        assert "512 MiB free" in text
    assert pool.changes == ()


async def test_a_lost_connection_is_waited_out_and_the_migration_finished(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        await until(
            service, lambda now: now.vms[key(service, "oradb01")].state is VmState.MIGRATING
        )
        await pool.faults.cut_connections("ovm2")
        assert await service.finished(job) is Outcome.DONE
        assert any("is lost" in event.text for event in service.events(job))
    assert [entry.argv[1] for entry in pool.changes] == ["migrate"]


async def test_two_copies_are_one_row_and_an_alarm(pool: SimulatedPool, open_service: Open) -> None:
    async with open_service() as service:
        await pool.faults.double_start("web01", "ovm2")
        now = await until(
            service, lambda now: now.vms[key(service, "web01")].state is VmState.SPLIT_BRAIN
        )
        vm = now.vms[key(service, "web01")]
        assert {node.name for node in vm.nodes} == {"ovm1", "ovm2"}
        with pytest.raises(PlanRefused, match="split brain"):
            service.plan(intent(service, Verb.STOP, "web01"))
        # One copy is chosen by its node and destroyed; the other goes on.
        outcome, _ = await do(service, Verb.DESTROY, "web01", "ovm2")
        assert outcome is Outcome.DONE
    assert pool.truth().running[vm.key.identity] == ("ovm1",)


async def test_hanging_storage_delays_the_stopped_machines_only(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    for node in pool.nodes:
        await pool.faults.hang_storage(node.name)
    async with opening.service(load.load(settings_file)) as service:
        now = await until(service, lambda now: all(node.certain for node in now.nodes.values()))
        assert {vm.name for vm in now.vms.values()} >= {"ovmguest1", "oradb01"}
        assert "build7" not in {vm.name for vm in now.vms.values()}
        for node in pool.nodes:
            await pool.faults.release_storage(node.name)
        await until(service, lambda now: "build7" in {vm.name for vm in now.vms.values()})


async def test_a_stopped_machine_that_comes_back_is_told(
    pool: SimulatedPool, open_service: Open
) -> None:
    told = asyncio.Event()

    def hear(update: Update) -> None:
        if isinstance(update, MessageRaised) and "started it again" in update.text:
            told.set()

    async with open_service() as service:
        service.subscribe(hear)
        assert (await do(service, Verb.STOP, "ovmguest1"))[0] is Outcome.DONE
        await pool.faults.double_start("ovmguest1", "ovm4")
        async with asyncio.timeout(20):
            await told.wait()


async def test_the_managers_password_is_written_nowhere(
    pool: SimulatedPool, open_service: Open, state: Path
) -> None:
    canary = pool.spec.manager_password
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.STOP, "ovmguest1")))
        await event_of(service, job, lambda e: e.kind is EventKind.STEP and "-p" in e.text)
        command_lines = await asyncio.to_thread(_command_lines)
        assert await service.finished(job) is Outcome.DONE
        assert all(canary not in event.text for event in service.events(job))
    # `ovm` itself takes it as an argument; no shell and no process of ours may have it.
    leaked = [line for line in command_lines if canary.encode() in line]
    assert [line for line in leaked if b"ovm\0-u\0" not in line] == []
    written = await asyncio.to_thread(lambda: [p for p in state.rglob("*") if p.is_file()])
    assert written
    for path in written:
        assert canary.encode() not in path.read_bytes(), path
        assert path.stat().st_mode & 0o077 == 0, path


def _command_lines() -> list[bytes]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_bytes())
    return lines


async def test_a_stop_beside_a_silent_node_does_not_say_that_it_is_done(
    pool: SimulatedPool, open_service: Open
) -> None:
    """The guest has left its node; whether the silent one has started it, nobody has seen."""
    async with open_service() as service:
        await pool.faults.set_xend("ovm3", "stopped")
        await until(service, lambda now: now.vms[key(service, "erp2")].state is VmState.UNKNOWN)
        outcome, text = await do(service, Verb.STOP, "web01")
        assert outcome is Outcome.UNKNOWN
        assert "seen nowhere, but ovm3 cannot be asked" in text
        await pool.faults.set_xend("ovm3", "up")
        await until(service, lambda now: now.vms[key(service, "web01")].state is VmState.DOWN)
