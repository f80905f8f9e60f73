"""Machines of OpenSVC services over real sshd: what drives them, and how failures end."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.errors import PlanRefused
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import EventKind, Level, Outcome
from ovmtui.model.service import AgentEra, Availability
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.plan.intent import Verb
from ovmtui.plan.logformat import LogWriter
from ovmtui.runtime.service import Service
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.invocations import Invocation
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, Power, VmSpec
from tests.e2e.conftest import TIMES
from tests.e2e.driving import do, intent, key, output, summary, until

_SAMPLE = (Path(__file__).parents[1] / "toolstacks/services/ovmguest1.conf").read_text()
_DOWN = _SAMPLE.replace("ipname = ovmguest1", "ipname = spare1")
_RESERVED = _SAMPLE.replace("mode = ovm", "mode = ovm\nscsireserv = true")

World = Callable[..., AbstractAsyncContextManager[tuple[SimulatedPool, Service]]]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return what opens a pool with agents, and the running side on it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    @contextlib.asynccontextmanager
    async def opened(
        version: str = "1.3", *, driver: str = "auto", text: str = _SAMPLE, more: str = ""
    ) -> AsyncIterator[tuple[SimulatedPool, Service]]:
        spec = PoolSpec(
            nodes=(
                NodeSpec("ovm1", opensvc=version),
                NodeSpec("ovm2", opensvc=version),
                NodeSpec("ovm3"),
            ),
            vms=(
                VmSpec("ovmguest1", node="ovm1", shutdown_seconds=4.0, disk="phy"),
                VmSpec("spare1", power=Power.DOWN, ha=False),
            ),
            services={"ovmguest1": text, "spare1": _DOWN, "broken": "[DEFAULT]\nnodes = x\n?\n"},
            latencies=Latencies(manager=(0.5, 1.0), migration_mib_per_second=400.0),
        )
        async with SimulatedPool(
            spec, front_end=FrontEnd.OPENSSH, speed=20.0, directory=tmp_path
        ) as pool:
            path = pool.write_settings(tmp_path / "ovmtui.toml")
            head, _, tail = path.read_text().partition("\n[pools.")
            tail = tail.replace("guest_address", f'driver = "{driver}"\n{more}guest_address', 1)
            path.write_text(f"{head}\n{TIMES}\n[pools.{tail}")
            async with opening.service(load.load(path)) as service:
                await service.settled(timeout=20.0)
                yield pool, service

    return opened


def machine(service: Service, name: str = "ovmguest1") -> Vm:
    return service.snapshot.vms[key(service, name)]


def changed(pool: SimulatedPool) -> list[str]:
    return [f"{entry.node}: {entry.text}" for entry in pool.changes]


async def asked(service: Service) -> Snapshot:
    """Return once the agents were asked for the service's status."""

    def told(now: Snapshot) -> bool:
        vm = now.vms[key(service, "ovmguest1")]
        statuses = vm.service.statuses.values() if vm.service else ()
        return len(statuses) == 2 and not any(status.problem for status in statuses)

    return await until(service, told)


def complain_once_the_agent_acts(pool: SimulatedPool, text: str) -> None:
    """Let the manager fail with exit code 0 when the agent switches HA."""

    def began(entry: Invocation) -> None:
        if entry.argv[:1] == ("ovm",) and "conf" in entry.argv:
            pool.world.manager.complaint = text

    pool.invocation_log.began = began


# What is seen


@pytest.mark.parametrize(
    ("version", "era"),
    [
        ("1.3", AgentEra.FIRST),
        ("1.4", AgentEra.FIRST),
        ("1.8", AgentEra.CACHED),
        ("1.9", AgentEra.LAST_1),
        ("2.1", AgentEra.SECOND),
    ],
)
async def test_agent_service_and_status_of_each_version(
    world: World, version: str, era: AgentEra
) -> None:
    async with world(version) as (_, service):
        now = await asked(service)
        agent = now.nodes[NodeKey("pool1", "ovm1")].agent
        assert agent is not None
        assert (agent.program, agent.era) == ("svcmgr", era)
        assert now.nodes[NodeKey("pool1", "ovm3")].agent is None
        managed = machine(service).service
        assert managed is not None
        assert (managed.environment, managed.wanted_ha) == ("DEV", True)
        here = managed.statuses[NodeKey("pool1", "ovm1")]
        there = managed.statuses[NodeKey("pool1", "ovm2")]
        # On its passive node a healthy service is down, whatever its heartbeat is.
        assert (here.avail, there.avail) == (Availability.UP, Availability.DOWN)
        assert (here.frozen, there.frozen) == (False, False)
        if era is not AgentEra.SECOND:
            assert there.heartbeat is Availability.UP
        broken = next(
            file
            for file in now.nodes[NodeKey("pool1", "ovm1")].services or ()
            if file.name == "broken"
        )
        assert "broken.conf:3: ?: neither a section nor key = value" in broken.notes[0]


async def test_a_local_directory_names_services_without_any_agent(
    world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "services"
    folder.mkdir()
    (folder / "spare1.env").write_text(_SAMPLE.replace("nodes = ovm1 ovm2", "nodes = ovm3"))
    async with world(more=f'services = "{folder}"\n', text="[DEFAULT]\n") as (_, service):
        await until(service, lambda now: bool(now.pool("pool1").services))
        spare = machine(service, "spare1").service
        assert spare is not None
        # What the nodes have counts before what lies here.
        assert spare.file.general.nodes == ("ovm1", "ovm2")


# Driven directly: the seed's sessions


async def test_the_direct_driver_keeps_the_seeds_order(world: World) -> None:
    async with world(driver="direct") as (pool, service):
        assert (await do(service, Verb.MIGRATE, "ovmguest1", "ovm2"))[0] is Outcome.DONE
        assert (await do(service, Verb.STOP, "ovmguest1"))[0] is Outcome.DONE
        assert (await do(service, Verb.START, "ovmguest1", "ovm1"))[0] is Outcome.DONE
    config = pool.repository.partition("*")[0]
    assert [line for line in changed(pool) if "create" not in line] == [
        "ovm2: svcmgr -s ovmguest1 --cluster --waitlock 60 mount",
        "ovm1: xm migrate -l ovmguest1 ovm2",
        "ovm2: svcmgr -s ovmguest1 --cluster --waitlock 60 prstart",
        "ovm1: ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
        "ovm2: xm shutdown ovmguest1",
        "ovm1: ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e",
    ]
    assert any(line.startswith(f"ovm1: xm create {config}") for line in changed(pool))


_SEED = {
    Verb.STOP: [
        "INFO    OVMGUEST1.HB#1    ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
        "INFO    OVMGUEST1.HB#1    High availability has been disabled.",
        "INFO    OVMGUEST1.OVM     xm shutdown ovmguest1",
        "INFO    OVMGUEST1.OVM     wait for container down status",
    ],
    Verb.START: [
        "INFO    OVMGUEST1.OVM     xm create CFG",
        "INFO    OVMGUEST1.OVM     output:",
        'Using config file "CFG".',
        "Started domain ovmguest1 (id=N)",
        "INFO    OVMGUEST1.OVM     wait for container up status",
        "INFO    OVMGUEST1.OVM     wait for container ping",
        "INFO    OVMGUEST1.OVM     wait for container operational",
        "INFO    OVMGUEST1.HB#1    ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e",
        "INFO    OVMGUEST1.HB#1    High availability has been enabled.",
    ],
    Verb.MIGRATE: [
        "INFO    OVMGUEST1         exec 'svcmgr -s ovmguest1 --cluster --waitlock 60 mount' "
        "on node ovm2",
        "INFO    OVMGUEST1.OVM     xm migrate -l ovmguest1 ovm2",
        "INFO    OVMGUEST1         exec 'svcmgr -s ovmguest1 --cluster --waitlock 60 prstart' "
        "on node ovm2",
    ],
}
"""The log lines of the three sessions, in their order, without times, paths and ids."""


def logged(service: Service, job: str) -> list[str]:
    """Return a job's log as it is printed, without times, paths and ids."""
    writer = LogWriter(zone=UTC)
    text = "\n".join(line for event in service.events(job) for line in writer.lines(event))
    text = re.sub(r"^\d\d:\d\d:\d\d ", "", text, flags=re.MULTILINE)
    text = re.sub(r"/\S*/vm\.cfg", "CFG", text)
    return re.sub(r"\(id=\d+\)", "(id=N)", text).split("\n")


async def test_the_direct_driver_logs_the_seeds_lines_in_their_order(world: World) -> None:
    async with world(driver="direct") as (_, service):
        await service.planner.ask_ha(key(service, "ovmguest1"))
        for verb, node in ((Verb.STOP, None), (Verb.START, "ovm1"), (Verb.MIGRATE, "ovm2")):
            job = service.run(service.plan(intent(service, verb, "ovmguest1", node)))
            assert await service.finished(job) is Outcome.DONE
            lines = iter(logged(service, job))
            # Each of them stands there, and in this order, among what else is told.
            missing = [line for line in _SEED[verb] if line not in lines]
            assert missing == [], logged(service, job)


async def test_an_address_that_answers_keeps_a_machine_from_being_started(world: World) -> None:
    async with world(driver="direct") as (pool, service):
        path = pool.world.nodes["ovm1"].path("/etc/opensvc/spare1.conf")
        for node in ("ovm1", "ovm2"):
            other = pool.world.nodes[node].path("/etc/opensvc/spare1.conf")
            other.write_text(path.read_text().replace("ipname = spare1", "ipname = ovmguest1"))
        service.refresh()

        def told(now: Snapshot) -> bool:
            managed = now.vms[key(service, "spare1")].service
            return bool(managed and managed.file.general.addresses[0].name == "ovmguest1")

        await until(service, told)
        outcome, text = await do(service, Verb.START, "spare1", "ovm1")
        assert outcome is Outcome.REFUSED
        assert "nothing answers at ovmguest1 yet: something answers there" in text
        assert changed(pool) == []


# Driven by the agent


@pytest.mark.parametrize("version", ["1.3", "1.8", "1.9", "2.1"])
async def test_the_agent_stops_starts_and_migrates(world: World, version: str) -> None:
    async with world(version) as (pool, service):
        await asked(service)
        job = service.run(service.plan(intent(service, Verb.STOP, "ovmguest1")))
        assert await service.finished(job) is Outcome.DONE, summary(service, job)
        assert any("xm shutdown ovmguest1" in line for line in output(service, job))
        assert not pool.truth().ha["ovmguest1"]
        start = service.run(service.plan(intent(service, Verb.START, "ovmguest1", "ovm1")))
        assert await service.finished(start) is Outcome.DONE, summary(service, start)
        assert pool.truth().ha["ovmguest1"]
        moved = await do(service, Verb.MIGRATE, "ovmguest1", "ovm2")
        assert moved[0] is Outcome.DONE, moved[1]
        assert pool.truth().double_runs == {}
        (places,) = pool.truth().running.values()
        assert places == ("ovm2",)
    acted = [line for line in changed(pool) if " svcmgr " in line]
    assert ("--cluster" in acted[0]) is version.startswith("1")


async def test_the_agents_lines_stream_with_their_levels(world: World) -> None:
    async with world() as (pool, service):
        await asked(service)
        complain_once_the_agent_acts(pool, "no such user")
        job = service.run(service.plan(intent(service, Verb.STOP, "ovmguest1")))
        await service.finished(job)
        lines = [e for e in service.events(job) if e.kind is EventKind.OUTPUT]
    assert any("OVMGUEST1.HB#1" in e.text and e.level is Level.ERROR for e in lines)


# The failures of the agent, each ending better than there


async def test_a_failing_list_is_unknown_and_nothing_is_run(world: World) -> None:
    async with world() as (pool, service):
        await asked(service)
        await pool.faults.set_xend("ovm1", "crashed")
        await until(service, lambda now: not now.nodes[NodeKey("pool1", "ovm1")].certain)
        outcome, text = await do(service, Verb.STOP, "ovmguest1")
        assert outcome is Outcome.REFUSED
        assert "Unable to connect to xend" in text
        assert changed(pool) == []


async def test_an_error_with_exit_code_0_is_a_failure_and_is_told(world: World) -> None:
    async with world() as (pool, service):
        await asked(service)
        complain_once_the_agent_acts(pool, "Internal server error")
        job = service.run(service.plan(intent(service, Verb.STOP, "ovmguest1")))
        assert await service.finished(job) is Outcome.FAILED
        assert "Error: Internal server error" in summary(service, job)
        # The agent went on and stopped it: what that means is said.
        notes = [e.text for e in service.events(job) if e.kind is EventKind.NOTE]
        assert any("the pool may start it again at any moment" in text for text in notes)


async def test_a_guest_that_never_answers_ends_with_the_truth(world: World) -> None:
    async with world() as (pool, service):
        await asked(service)
        await pool.faults.break_program("ovm1", "ping", "failing")
        plan = service.plan(replace(intent(service, Verb.START, "spare1", "ovm1")))
        job = service.run(plan)
        assert await service.finished(job) is Outcome.FAILED
        text = summary(service, job)
        assert "Waited too long for startup" in text
        assert "spare1 is running on ovm1" in text


async def test_a_guest_that_ignores_the_shutdown_is_gone_in_the_end(world: World) -> None:
    async with world() as (pool, service):
        await asked(service)
        await pool.faults.ignore_shutdown("ovmguest1")
        plan = service.plan(intent(service, Verb.STOP, "ovmguest1"))
        command = next(step for step in plan.steps if "svcmgr" in step.text)
        assert "power cut" in getattr(command, "meaning", "")
        job = service.run(plan)
        assert await service.finished(job) is Outcome.FAILED
        text = summary(service, job)
        assert "Waited too long for shutdown" in text
        assert "ovmguest1 is down" in text
        assert "ovm1: xm destroy ovmguest1" in changed(pool)


async def test_a_failed_migration_says_who_holds_the_reservation(world: World) -> None:
    async with world(text=_RESERVED, driver="direct") as (pool, service):
        await pool.faults.fail_migration("ovmguest1")
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "ovmguest1", "ovm2")))
        assert await service.finished(job) is Outcome.FAILED
        notes = [e.text for e in service.events(job) if e.kind is EventKind.NOTE]
        assert any("by ovm1: another node holds the reservation" in text for text in notes)
        assert any("by ovm2: this node holds the reservation" in text for text in notes)
        assert any("ovmtui reserve ovmguest1" in text for text in notes)
        outcome, _ = await do(service, Verb.RESERVE, "ovmguest1")
        assert outcome is Outcome.DONE
        (holder,) = pool.world.reservations.values()
        assert holder == f"0x{pool.world.nodes['ovm1'].mac}"


async def test_a_mount_that_fails_ends_the_plan_before_the_migration(world: World) -> None:
    async with world(driver="direct") as (pool, service):
        await pool.faults.break_program("ovm2", "svcmgr", "failing")
        outcome, text = await do(service, Verb.MIGRATE, "ovmguest1", "ovm2")
        assert outcome is Outcome.FAILED
        assert "ovmguest1 is running on ovm1" in text
        assert not any("xm migrate" in line for line in changed(pool))


async def test_a_frozen_service_is_refused_before_anything_is_run(world: World) -> None:
    async with world() as (pool, service):
        await asked(service)
        outcome, _ = await do(service, Verb.FREEZE, "ovmguest1")
        assert outcome is Outcome.DONE
        await until(
            service,
            lambda now: bool(
                (managed := now.vms[key(service, "ovmguest1")].service) and managed.frozen_on
            ),
        )
        before = changed(pool)
        outcome, text = await do(service, Verb.STOP, "ovmguest1")
        assert outcome is Outcome.REFUSED
        assert "thaw it first" in text
        assert changed(pool) == before
        assert (await do(service, Verb.THAW, "ovmguest1"))[0] is Outcome.DONE


async def test_a_lock_that_is_held_is_told_and_nothing_has_changed(world: World) -> None:
    async with world() as (pool, service):
        await asked(service)
        await pool.faults.hold_agent_lock("ovm1", "ovmguest1")
        outcome, text = await do(service, Verb.STOP, "ovmguest1")
        assert outcome is Outcome.FAILED
        assert "timed out waiting for lock" in text
        assert "ovmguest1 is running on ovm1; HA is on" in text


async def test_a_node_without_the_service_cannot_be_chosen(world: World) -> None:
    async with world() as (_, service):
        targets = {
            target.node.name: target for target in service.targets(key(service, "ovmguest1"))
        }
        assert "not among the nodes of service ovmguest1" in targets["ovm3"].reasons


async def test_drift_is_seen_and_mended(world: World) -> None:
    async with world() as (pool, service):
        await service.planner.ask_ha(key(service, "ovmguest1"))
        assert not machine(service).drifts
        with pytest.raises(PlanRefused):
            service.plan(intent(service, Verb.MEND_HA, "ovmguest1"))
        assert (await do(service, Verb.HA_OFF, "ovmguest1"))[0] is Outcome.DONE
        assert machine(service).drifts
        assert (await do(service, Verb.MEND_HA, "ovmguest1"))[0] is Outcome.DONE
        assert machine(service).ha.state is HaState.ON
        assert pool.truth().ha["ovmguest1"]
