"""An Oracle VM 3 pool: friendly names, HA and the verbs through its manager, over SSH."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.ha import HaState
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.render import render
from ovmtui.plan.resolve import find_vm
from ovmtui.plan.steps import WaitStep
from ovmtui.runtime.service import Service
from ovmtui.simulator.generation3 import server_id
from ovmtui.simulator.invocations import Invocation
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.driving import PATIENCE, do, event_of, intent, key, output, summary, until
from tests.e2e.ovm3 import DB, IDLE, PASSWORD, WEB, WEB2, opened, pool_in, write_settings
from tests.e2e.test_cli import run

_NAME = DB.simple_name


@pytest.fixture
async def pool3(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    async with pool_in(tmp_path) as pool:
        yield pool


@pytest.fixture
def settings3(pool3: SimulatedPool, tmp_path: Path) -> Path:
    return write_settings(pool3, tmp_path / "ovmtui.toml")


def changes(pool: SimulatedPool) -> list[str]:
    return [f"{entry.node}: {entry.text}" for entry in pool.changes]


async def test_the_grid_has_friendly_names_and_tells_namesakes_apart(
    settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        vms = {vm.name: vm for vm in service.snapshot.vms.values()}
        assert vms[DB.name].shown == _NAME
        assert {vms[WEB.name].shown, vms[WEB2.name].shown} == {
            f"web #{WEB.name[-4:]}",
            f"web #{WEB2.name[-4:]}",
        }
        assert vms[IDLE.name].state is VmState.DOWN
        assert find_vm(service.snapshot, _NAME) == vms[DB.name].key
        assert find_vm(service.snapshot, WEB.name) == vms[WEB.name].key
        with pytest.raises(UsageError) as refused:
            find_vm(service.snapshot, "web")
    assert WEB.uuid in str(refused.value)
    assert WEB2.uuid in str(refused.value)


async def test_ha_is_read_from_the_manager_one_machine_after_the_other(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        snapshot = await until(service, _manager_has_told)
        flags = {vm.name: vm.ha.state for vm in snapshot.vms.values()}
    assert flags == {
        DB.name: HaState.ON,
        WEB.name: HaState.ON,
        WEB2.name: HaState.OFF,
        IDLE.name: HaState.OFF,
    }
    assert changes(pool3) == []


async def test_stop_and_start_go_through_the_manager_with_ha_off_and_on(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        await service.planner.ask_ha(key(service, _NAME))
        plan = service.plan(intent(service, Verb.STOP, _NAME))
        site = f"[admin@127.0.0.1:{pool3.manager_port}]"
        assert f"{site} edit vm id={DB.name} highAvailability=No" in render(plan)
        assert f"{site} stop vm id={DB.name}" in render(plan)
        assert plan.title == f"stop {_NAME} through the manager"
        outcome, text = await do(service, Verb.STOP, _NAME)
        assert (outcome, text.split(";")[0]) == (Outcome.DONE, "erp db")
        assert service.snapshot.vms[key(service, _NAME)].state is VmState.DOWN
        outcome, text = await do(service, Verb.START, _NAME)
        assert outcome is Outcome.DONE, text
        assert "HA is on" in text
        job = service.jobs[0].job
        steps = [e.text for e in service.events(job) if e.kind is EventKind.STEP]
        assert steps[0] == f"{site} edit vm id={DB.name} highAvailability=No"
        assert "Status: Success" in output(service, job)
    assert changes(pool3) == [
        f"manager: ovmm edit vm id={DB.name} highAvailability=No",
        f"manager: ovmm stop vm id={DB.name}",
        f"manager: ovmm start vm id={DB.name}",
        f"manager: ovmm edit vm id={DB.name} highAvailability=Yes",
    ]
    assert pool3.truth().ha[DB.name]
    assert pool3.truth().double_runs == {}


async def test_a_migration_names_the_server_by_its_id_and_is_verified_on_the_nodes(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        await service.planner.ask_ha(key(service, _NAME))
        outcome, text = await do(service, Verb.MIGRATE, _NAME, "ovm3")
        assert outcome is Outcome.DONE, text
        vm = service.snapshot.vms[key(service, _NAME)]
        assert [node.name for node in vm.nodes] == ["ovm3"]
    assert changes(pool3) == [
        f"manager: ovmm migrate vm id={DB.name} destServer={server_id('ovm3')}"
    ]


async def test_the_direct_driver_calls_xm_and_leaves_ha_to_the_manager(
    pool3: SimulatedPool, tmp_path: Path, state: Path
) -> None:
    settings = write_settings(pool3, tmp_path / "direct.toml", more='driver = "direct"\n')
    async with opened(settings) as service:
        await service.planner.ask_ha(key(service, _NAME))
        assert (await do(service, Verb.STOP, _NAME))[0] is Outcome.DONE
    assert changes(pool3) == [
        f"manager: ovmm edit vm id={DB.name} highAvailability=No",
        f"ovm1: xm shutdown {DB.name}",
    ]


async def test_a_silent_manager_leaves_vm_cfg_as_source_and_a_stop_refused(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    await pool3.faults.manager_down()
    async with opened(settings3) as service:
        snapshot = await until(service, lambda now: bool(now.pools[0].manager_problem))
        vm = snapshot.vms[key(service, _NAME)]
        assert (vm.ha.state, vm.ha.source) == (HaState.ON, "vm.cfg")
        assert vm.ha.observed_at is not None
        assert "connection refused" in vm.ha.reason
        outcome, text = await do(service, Verb.STOP, _NAME)
        assert outcome is Outcome.REFUSED
        assert "connection refused" in text
        assert changes(pool3) == []
        aside = replace(intent(service, Verb.STOP, _NAME), overrides=frozenset({"manager-answers"}))
        plan = service.plan(aside)
        # The pool would start it again at once.
        pool3.world.ha[DB.identity] = False
        assert any("xm is called on the nodes" in note for note in plan.notes)
        assert await service.finished(service.run(plan)) is Outcome.DONE
    assert changes(pool3) == [f"ovm1: xm shutdown {DB.name}"]


async def test_a_wrong_password_is_told_once_and_appears_nowhere(
    pool3: SimulatedPool, settings3: Path, state: Path, tmp_path: Path
) -> None:
    pool3.password_file.write_text("wrong-canary-55aa\n")
    async with opened(settings3) as service:
        snapshot = await until(service, lambda now: bool(now.pools[0].manager_problem))
        assert "login refused" in snapshot.pools[0].manager_problem
        assert (await do(service, Verb.HA_OFF, _NAME))[0] is Outcome.REFUSED
        events = json.dumps([str(e) for job in service.jobs for e in service.events(job.job)])
    assert pool3.manager_door is not None
    assert pool3.manager_door.logins == ["refused"]
    assert "canary" not in events
    assert not _files_with(state, "wrong-canary")


async def test_the_password_is_nowhere_on_disk_nor_in_events(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    assert pool3.manager_door is not None
    pool3.manager_door.dialogue_only = True
    async with opened(settings3) as service:
        assert (await do(service, Verb.HA_OFF, _NAME))[0] is Outcome.DONE
        assert (await do(service, Verb.HA_ON, _NAME))[0] is Outcome.DONE
        await pool3.faults.manager_complains(f"Internal error near {PASSWORD}")
        outcome, _ = await do(service, Verb.HA_OFF, _NAME)
        # The plan hears it first, or the look for HA that goes on beside it.
        assert outcome in {Outcome.FAILED, Outcome.REFUSED}
        told = [str(event) for job in service.jobs for event in service.events(job.job)]
        assert not [text for text in told if PASSWORD in text]
        assert any("XXXXXX" in text for text in told)
    assert not _files_with(state, PASSWORD)


async def test_a_recording_does_not_hold_the_password(
    pool3: SimulatedPool, settings3: Path, state: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "recording"
    await pool3.faults.manager_complains(f"Internal error near {PASSWORD}")
    async with opening.service(load.load(settings3), record=str(kept)) as service:
        await service.settled(timeout=20.0)
        fact = await service.planner.ask_ha(key(service, _NAME))
    assert "XXXXXX" in fact.reason
    recorded = await asyncio.to_thread(kept.read_text)
    assert "Command: list server" in recorded
    assert PASSWORD not in recorded


async def test_a_manager_that_does_not_answer_in_time_is_no_source(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    _append(settings3, "\n[pools.pool1.budgets]\nmanager = 1.0\n")
    await pool3.faults.manager_hangs()
    async with opened(settings3) as service:
        snapshot = await until(service, lambda now: bool(now.pools[0].manager_problem))
        assert "no answer in 1 s" in snapshot.pools[0].manager_problem
        assert snapshot.vms[key(service, _NAME)].ha.source == "vm.cfg"
        assert (await do(service, Verb.STOP, _NAME))[0] is Outcome.REFUSED
    assert changes(pool3) == []


async def test_a_failure_of_the_manager_is_told_in_its_words(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    await pool3.faults.lock_machine(_NAME)
    async with opened(settings3) as service:
        outcome, text = await do(service, Verb.HA_OFF, _NAME)
    assert outcome is Outcome.FAILED
    assert "is locked by a job" in text
    assert pool3.truth().ha[DB.name]


async def test_a_garbled_answer_is_unknown_and_never_done(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        # The manager is asked nothing more, so that the garbled answer is the one to the edit.
        await until(service, _manager_has_told)
        plan = service.plan(intent(service, Verb.HA_OFF, _NAME))
        await pool3.faults.manager_garbles("OVM> edit vm id=\r\nStatus: Success\r\n")
        job = service.run(plan)
        assert await service.finished(job) is Outcome.UNKNOWN
        assert service.snapshot.vms[key(service, _NAME)].ha.state is HaState.UNKNOWN


async def test_a_lost_connection_is_read_back_and_the_plan_goes_on(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        await service.planner.ask_ha(key(service, _NAME))
        plan = service.plan(intent(service, Verb.HA_OFF, _NAME))
        await pool3.faults.manager_hangs()
        job = service.run(plan)
        await _sent(pool3, "edit")
        await pool3.faults.cut_manager()
        lost = await event_of(service, job, lambda e: "connection to admin@" in e.text)
        assert "read back" in lost.text
        await pool3.faults.manager_up()
        assert await service.finished(job) is Outcome.DONE
    assert not pool3.truth().ha[DB.name]


async def test_a_lost_command_that_was_not_done_is_given_again(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        await service.planner.ask_ha(key(service, _NAME))
        job = service.run(service.plan(intent(service, Verb.HA_OFF, _NAME)))
        await pool3.faults.manager_slow(200.0)
        await _sent(pool3, "edit")
        pool3.world.manager.complaint = "restarting"
        await pool3.faults.cut_manager()
        await event_of(service, job, lambda e: "connection to admin@" in e.text)
        await pool3.faults.manager_up()
        assert await service.finished(job) is Outcome.DONE
    assert not pool3.truth().ha[DB.name]


@pytest.mark.parametrize(
    ("verb", "name", "node", "word"),
    [(Verb.START, "idle", None, "start"), (Verb.MIGRATE, _NAME, "ovm3", "migrate")],
)
async def test_long_work_whose_connection_is_lost_is_waited_for_and_never_given_twice(
    pool3: SimulatedPool,
    settings3: Path,
    state: Path,
    verb: Verb,
    name: str,
    node: str | None,
    word: str,
) -> None:
    async with opened(settings3) as service:
        job = service.run(service.plan(intent(service, verb, name, node)))
        await _locked(pool3, service, name)
        await pool3.faults.cut_manager()
        await event_of(service, job, lambda e: "connection to admin@" in e.text)
        assert await service.finished(job) is Outcome.DONE, summary(service, job)
        assert service.snapshot.vms[key(service, name)].state is VmState.RUNNING
    assert [entry.argv[1] for entry in pool3.changes] == [word]
    assert pool3.truth().double_runs == {}


async def test_a_job_that_broke_off_goes_on_by_reading_back(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        await service.planner.ask_ha(key(service, _NAME))
        job = service.run(service.plan(intent(service, Verb.STOP, _NAME)))
        await _sent(pool3, "stop")
    async with opened(settings3) as service:
        await service.resume(job)
        assert await service.finished(job) is Outcome.DONE
        assert service.snapshot.vms[key(service, _NAME)].state is VmState.DOWN
    assert [entry.argv[1] for entry in pool3.changes] == ["edit", "stop"]


async def test_a_guest_that_ignores_the_stop_has_its_power_cut_by_the_manager_when_chosen(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    await pool3.faults.ignore_shutdown(_NAME)
    async with opened(settings3) as service:
        await service.planner.ask_ha(key(service, _NAME))
        job = service.run(_impatient(service.plan(intent(service, Verb.STOP, _NAME))))
        question = await event_of(service, job, lambda e: e.kind is EventKind.QUESTION)
        assert question.choices == ("destroy", "keep waiting", "abort")
        # The manager's own job ends when it has waited long enough, or finds the guest gone.
        pool3.world.manager.locked.clear()
        service.answer(job, "destroy")
        assert await service.finished(job) is Outcome.DONE
    assert [entry.argv[1] for entry in pool3.changes] == ["edit", "stop", "kill"]


async def test_a_node_cannot_be_chosen_for_a_start_of_the_managers(
    settings3: Path, state: Path
) -> None:
    async with opened(settings3) as service:
        with pytest.raises(PlanRefused, match="chooses the server of a start itself"):
            service.plan(intent(service, Verb.START, "idle", "ovm2"))


async def test_vm_cfg_that_says_something_else_than_the_manager_is_told(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    pool3.world.ha[DB.identity] = False
    async with opened(settings3) as service:
        await service.planner.ask_ha(key(service, _NAME))
        vm = service.snapshot.vms[key(service, _NAME)]
    assert vm.ha.state is HaState.OFF
    assert vm.ha.conflict.startswith("vm.cfg says on (read ")


async def test_a_drift_is_mended(pool3: SimulatedPool, tmp_path: Path, state: Path) -> None:
    settings = write_settings(pool3, tmp_path / "wanted.toml")
    settings.write_text(settings.read_text() + f'\n[pools.pool1.vms."{_NAME}"]\nha = false\n')
    async with opened(settings) as service:
        await service.planner.ask_ha(key(service, _NAME))
        assert service.snapshot.vms[key(service, _NAME)].drifts
        assert (await do(service, Verb.MEND_HA, _NAME))[0] is Outcome.DONE
    assert not pool3.truth().ha[DB.name]


async def test_the_command_line_lists_and_acts_by_friendly_name(
    pool3: SimulatedPool, settings3: Path, state: Path
) -> None:
    code, stdout, _ = await run(settings3, "list", "--json", "--ha")
    assert code == 0
    found = {vm["name"]: vm for vm in json.loads(stdout)}
    assert (found[DB.name]["label"], found[DB.name]["identity"]) == (_NAME, DB.uuid)
    assert found[DB.name]["ha_source"] == "manager"
    code, stdout, _ = await run(settings3, "list")
    assert f"web #{WEB.name[-4:]}" in stdout
    code, _, stderr = await run(settings3, "stop", "web", "--yes")
    assert (code, WEB.uuid in stderr, WEB2.uuid in stderr) == (2, True, True)
    code, _, stderr = await run(settings3, "ha", "off", _NAME, "--yes")
    assert code == 0
    assert f"] edit vm id={DB.name} highAvailability=No" in stderr
    assert not pool3.truth().ha[DB.name]


def _manager_has_told(snapshot: Snapshot) -> bool:
    return all(
        vm.ha.source == "manager" and vm.ha.state is not HaState.UNKNOWN
        for vm in snapshot.vms.values()
    )


def _impatient(plan: Plan) -> Plan:
    """Return `plan` with a short stop and a last wait of one second."""
    command = replace(plan.steps[-2], timeout=2.0)  # type: ignore[arg-type]  # a command
    wait = plan.steps[-1]
    assert isinstance(wait, WaitStep)
    return replace(plan, steps=(*plan.steps[:-2], command, replace(wait, budget=1.0)))


async def _sent(pool: SimulatedPool, verb: str) -> None:
    """Return once the manager has got a command."""
    got = asyncio.Event()

    def look(entry: Invocation) -> None:
        if entry.argv[1:2] == (verb,):
            got.set()

    pool.invocation_log.began = look
    for entry in pool.invocations:
        look(entry)
    async with asyncio.timeout(PATIENCE):
        await got.wait()


async def _locked(pool: SimulatedPool, service: Service, name: str) -> None:
    """Return once the manager works on a machine."""
    identity = key(service, name).identity
    async with asyncio.timeout(PATIENCE):
        while identity not in pool.world.manager.locked:
            await pool.world.timeline.sleep(0.2)


def _append(settings: Path, text: str) -> None:
    settings.write_text(settings.read_text() + text)


def _files_with(state: Path, text: str) -> list[Path]:
    files = [path for path in state.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if text.encode() in path.read_bytes()]
