"""Reboot, pause and unpause over real sshd: what the nodes list decides, never an exit code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.command import Command
from ovmtui.model.domain import DomainState
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep, VerifyStep, WaitStep
from ovmtui.runtime.service import Service
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import VmSpec
from tests.e2e.conftest import MACHINES, SPEED, Open, spec
from tests.e2e.driving import do, event_of, intent, key, summary, until
from tests.e2e.test_cli import begin, run

YOUNG = VmSpec("young1", node="ovm2", uptime=1.0, ha=False)
STAYS_YOUNG = pytest.mark.parametrize("pool", [0.2], indirect=True)
"""A pool that lives so slowly that the machine is no minute old at the end of the test."""


@pytest.fixture
async def pool(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SimulatedPool]:
    """A pool with a machine that has just been started, too."""
    everything = replace(spec(), vms=(*MACHINES, YOUNG))
    async with SimulatedPool(
        everything,
        front_end=FrontEnd.OPENSSH,
        speed=getattr(request, "param", SPEED),
        directory=tmp_path,
    ) as simulated:
        yield simulated


def domid(service: Service, name: str) -> int | None:
    home = service.snapshot.vms[key(service, name)].home
    assert home is not None
    return home.domain.domid


def impatient(plan: Plan, number: int) -> Plan:
    """Return `plan` with one wait of a second."""
    steps = list(plan.steps)
    wait = steps[number]
    assert isinstance(wait, WaitStep)
    steps[number] = replace(wait, budget=1.0)
    return replace(plan, steps=tuple(steps))


def verbs(pool: SimulatedPool) -> list[str]:
    return [entry.text for entry in pool.changes]


async def test_a_reboot_ends_when_it_is_back_as_another_domain_and_answers(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        before = domid(service, "ovmguest1")
        outcome, text = await do(service, Verb.REBOOT, "ovmguest1")
        assert outcome is Outcome.DONE, text
        assert "ovmguest1 is running on ovm1" in text
        assert domid(service, "ovmguest1") != before
    assert verbs(pool) == ["xm reboot ovmguest1"]
    answered = [e.argv[0] for e in pool.invocations if e.argv[0] in {"ping", "ssh"}]
    assert set(answered) == {"ping", "ssh"}
    assert pool.truth().double_runs == {}
    assert pool.truth().ha["ovmguest1"], "HA is not touched"


@STAYS_YOUNG
async def test_what_was_started_just_now_is_refused_and_stays(
    pool: SimulatedPool, open_service: Open, settings_file: Path
) -> None:
    async with open_service() as service:
        findings = await service.preflight(service.plan(intent(service, Verb.REBOOT, "young1")))
        (age,) = [finding for finding in findings if finding.name == "up-long-enough"]
        assert "xend does not restart what was up less than 60 s" in age.verdict.text
        assert not age.overridable
        outcome, text = await do(service, Verb.REBOOT, "young1")
    assert outcome is Outcome.REFUSED
    assert "the machine would be gone" in text
    code, stdout, _ = await run(settings_file, "plan", "reboot", "young1", "--json")
    standing = {h["guard"]: h["standing"] for h in json.loads(stdout)["must_hold"]}
    assert (code, standing["up-long-enough"]) == (3, "fails")
    assert pool.changes == ()


async def test_an_age_that_cannot_be_told_refuses(pool: SimulatedPool, open_service: Open) -> None:
    async with open_service() as service:
        plan = service.plan(intent(service, Verb.REBOOT, "web01"))
        check = replace(plan.checks[0], script="exit 1")
        job = service.run(replace(plan, checks=(check,)))
        assert await service.finished(job) is Outcome.REFUSED
        assert "how long it has been up cannot be told: exit code 1" in summary(service, job)
    assert pool.changes == ()


async def test_a_machine_that_vanishes_instead_is_told_with_what_is_safe_next(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        plan = impatient(service.plan(intent(service, Verb.REBOOT, "plain1")), 2)
        job = service.run(plan)
        await event_of(service, job, lambda e: e.kind is EventKind.STEP and e.step == 1)
        await pool.faults.vanish("plain1")
        assert await service.finished(job) is Outcome.FAILED
        assert "plain1 is down: no node lists it" in summary(service, job)
        notes = [e.text for e in service.events(job) if e.kind is EventKind.NOTE]
        assert any("`ovmtui start plain1`" in note for note in notes)
        assert (await do(service, Verb.START, "plain1", "ovm4"))[0] is Outcome.DONE
    assert pool.truth().double_runs == {}


async def test_a_guest_that_ignores_a_reboot_is_asked_about_and_never_destroyed(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.ignore_shutdown("web01")
    async with open_service() as service:
        before = domid(service, "web01")
        job = service.run(impatient(service.plan(intent(service, Verb.REBOOT, "web01")), 1))
        question = await event_of(service, job, lambda e: e.kind is EventKind.QUESTION)
        assert question.choices == ("keep waiting", "leave it")
        service.answer(job, "leave it")
        assert await service.finished(job) is Outcome.CANCELLED
        assert "web01 is running on ovm1" in summary(service, job)
        assert domid(service, "web01") == before
    assert verbs(pool) == ["xm reboot web01"]


async def test_pause_and_unpause_are_judged_by_the_listed_state(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        before = domid(service, "web01")
        outcome, text = await do(service, Verb.PAUSE, "web01")
        assert (outcome, "web01 is paused on ovm1" in text) == (Outcome.DONE, True)
        assert service.snapshot.vms[key(service, "web01")].state is VmState.PAUSED
        outcome, text = await do(service, Verb.PAUSE, "web01")
        assert (outcome, "it is paused, not running" in text) == (Outcome.REFUSED, True)
        outcome, text = await do(service, Verb.UNPAUSE, "web01")
        assert (outcome, "web01 is running on ovm1" in text) == (Outcome.DONE, True)
        assert domid(service, "web01") == before
    assert verbs(pool) == ["xm pause web01", "xm unpause web01"]


@pytest.mark.parametrize(
    ("verb", "name", "stays"),
    [
        (Verb.PAUSE, "web01", "web01 is running on ovm1"),
        (Verb.UNPAUSE, "frozen1", "frozen1 is paused on ovm4"),
    ],
)
async def test_a_tool_that_exits_with_0_and_does_nothing_is_found_out(
    pool: SimulatedPool, open_service: Open, verb: Verb, name: str, stays: str
) -> None:
    async with open_service() as service:
        plan = service.plan(intent(service, verb, name))
        command, verify = plan.steps
        assert isinstance(command, CommandStep)
        assert isinstance(verify, VerifyStep)
        idle = replace(command, command=Command(("true",)))
        job = service.run(replace(plan, steps=(idle, replace(verify, patience=1.0))))
        assert await service.finished(job) is Outcome.FAILED
        assert stays in summary(service, job)


async def test_the_paused_copy_of_a_failed_migration_is_never_unpaused(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "leftover")
    async with open_service() as service:
        await do(service, Verb.MIGRATE, "oradb01", "ovm1")
        seen = await until(service, lambda now: len(now.vms[key(service, "oradb01")].copies) == 2)
        states = {copy.domain.state for copy in seen.vms[key(service, "oradb01")].copies}
        assert DomainState.PAUSED in states
        for verb in (Verb.UNPAUSE, Verb.PAUSE, Verb.REBOOT):
            with pytest.raises(PlanRefused):
                service.plan(intent(service, verb, "oradb01"))
    assert not any("pause" in entry.text for entry in pool.changes)


async def test_the_command_line_reboots_pauses_and_unpauses_with_its_exit_codes(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, stdout, stderr = await run(settings_file, "plan", "reboot", "erp2")
    assert (code, stderr) == (0, ""), stderr
    assert "1. ovm3: xm reboot erp2" in stdout
    assert "[ok] it has been up for 60 s: up for 10 d" in stdout
    code, _, stderr = await run(settings_file, "reboot", "erp2", "--yes")
    assert (code, "INFO    ERP2.OVM     xm reboot erp2" in stderr) == (0, True), stderr
    code, _, stderr = await run(settings_file, "unpause", "web01", "--yes")
    assert (code, "it is running, not paused" in stderr) == (3, True)
    code, _, stderr = await run(settings_file, "unpause", "frozen1", "--yes")
    assert code == 0, stderr
    code, _, stderr = await run(settings_file, "pause", "Domain-0", "--yes")
    assert (code, "never acts on it" in stderr) == (2, True)
    code, _, _ = await run(settings_file, "--read-only", "pause", "web01", "--yes")
    assert code == 3
    assert verbs(pool) == ["xm reboot erp2", "xm unpause frozen1"]


async def test_a_reboot_whose_console_was_killed_goes_on_without_asking_the_guest_again(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    process = await begin(settings_file, "reboot", "ovmguest1", "--yes")
    assert process.stderr is not None
    async with asyncio.timeout(30):
        async for line in process.stderr:
            if b"wait for container down status" in line:
                break
    process.kill()
    await process.wait()
    code, _, stderr = await run(settings_file, "jobs", "resume", "--all", "--yes")
    assert code == 0, stderr
    assert "ovmguest1 is running on ovm1" in stderr
    assert verbs(pool) == ["xm reboot ovmguest1"]
