"""The fault matrix: every step of every verb, and what may break in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ovmtui.errors import PlanRefused
from ovmtui.model.job import EventKind, JobEvent, Outcome
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.resolve import find_node, find_vm
from ovmtui.plan.steps import CommandStep, HaReadStep, ProbeStep, Step
from ovmtui.runtime.service import Service
from ovmtui.simulator.breakage import ProgramFault
from ovmtui.simulator.invocations import Invocation
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.driving import until
from tests.faults.ground import (
    GatedJournal,
    SkewedClock,
    begin,
    console_at,
    pool_at,
)
from tests.faults.truth import Ending, Witness, no_lock_is_held

PATIENCE = 60.0
"""Seconds after which something hangs that must not."""


class Fault(Enum):
    """What breaks."""

    NODE_DIES = "node dies"
    SSH_CUT = "SSH cut"
    HANGS = "command hangs"
    GARBAGE = "garbage output"
    EXIT_CODE = "exit ≠ 0"
    ERROR_TEXT = "`Error:`, exit 0"
    MANAGER_DOWN = "manager down"
    KILLED = "console killed -9"
    DISK_FULL = "disk full"
    SECOND_CONSOLE = "second console"
    CLOCK_JUMP = "clock jump"


_OF_PROGRAMS = {
    Fault.HANGS: ProgramFault.HANGING,
    Fault.GARBAGE: ProgramFault.GARBLED,
    Fault.EXIT_CODE: ProgramFault.FAILING,
    Fault.ERROR_TEXT: ProgramFault.COMPLAINING,
}


@dataclass(frozen=True)
class Case:
    """A verb on a machine, and the steps that its plan has."""

    name: str
    verb: Verb
    machine: str
    node: str | None
    steps: tuple[str, ...]
    """What each is about, for the table; a test holds them against the plan."""
    ha_wanted: bool
    """Whether HA is on after it has gone well."""
    rival: tuple[Verb, str | None]
    """What a second console tries at the same time, and on which node."""
    words: tuple[str, ...]
    """The verb on the command line."""
    options: tuple[str, ...] = ()


CASES = (
    Case(
        "start",
        Verb.START,
        "build7",
        "ovm1",
        ("create", "up", "ping", "operational", "HA on", "HA verified"),
        ha_wanted=True,
        rival=(Verb.START, "ovm3"),
        words=("start",),
        options=("--on", "ovm1", "--ha"),
    ),
    Case(
        "stop",
        Verb.STOP,
        "web01",
        None,
        ("HA off", "HA verified", "shutdown", "down"),
        ha_wanted=False,
        rival=(Verb.MIGRATE, "ovm3"),
        words=("stop",),
    ),
    Case(
        "migrate",
        Verb.MIGRATE,
        "oradb01",
        "ovm3",
        ("migrate", "verify"),
        ha_wanted=True,
        rival=(Verb.MIGRATE, "ovm1"),
        words=("migrate",),
        options=("--to", "ovm3"),
    ),
    Case(
        "ha on",
        Verb.HA_ON,
        "plain1",
        None,
        ("HA on", "HA verified"),
        ha_wanted=True,
        rival=(Verb.STOP, None),
        words=("ha", "on"),
    ),
    Case(
        "ha off",
        Verb.HA_OFF,
        "web01",
        None,
        ("HA off", "HA verified"),
        ha_wanted=False,
        rival=(Verb.STOP, None),
        words=("ha", "off"),
    ),
)


@dataclass(frozen=True)
class Cell:
    """One fault in one step."""

    case: Case
    step: int
    fault: Fault

    @property
    def name(self) -> str:
        """For the report of the tests."""
        return f"{self.case.name}-{self.case.steps[self.step]}-{self.fault.value}".replace(" ", "_")


CELLS = tuple(
    Cell(case, step, fault) for case in CASES for step in range(len(case.steps)) for fault in Fault
)


class Injection:
    """Breaks something once, when the step has begun."""

    def __init__(self, cell: Cell, pool: SimulatedPool, directory: Path) -> None:
        self._cell = cell
        self._pool = pool
        self._directory = directory
        self._plan: Plan | None = None
        self._node = ""
        self._program = ""
        self.clock = SkewedClock()
        self.journal: GatedJournal | None = None
        self.rival: str = ""
        """How the second console's attempt ended."""
        self.done = False
        self._begun = asyncio.Event()
        self._breaking: asyncio.Task[None] | None = None

    def opened(self, journal: GatedJournal) -> None:
        """Know the journal whose disk may be full."""
        self.journal = journal

    def aim(self, plan: Plan) -> None:
        """Know the plan whose step it is."""
        self._plan = plan
        step = plan.steps[self._cell.step]
        self._node = step.node.name if step.node else ""
        self._program = program_of(step)

    async def gate(self, event: JobEvent) -> None:
        """Hold the engine up while something is broken: its intent is on disk now."""
        if self.done or self._plan is None or event.kind is not EventKind.STEP:
            return
        if event.step != self._cell.step:
            return
        self.done = True
        step = self._plan.steps[self._cell.step]
        if isinstance(step, CommandStep) and self._cell.fault not in {
            *_OF_PROGRAMS,
            Fault.MANAGER_DOWN,
            Fault.SECOND_CONSOLE,
        }:
            # Once its program is at work, not before it was started.
            self._breaking = asyncio.create_task(self._once_begun())
        else:
            await self._break()

    async def settle(self) -> None:
        """Wait until everything is broken that was to be."""
        if self._breaking is not None:
            assert self._begun.is_set(), "the command was never begun"
            await self._breaking

    async def heal(self) -> None:
        """Mend everything."""
        faults = self._pool.faults
        for node in self._pool.nodes:
            for program in ("xm", "ovm", "ping", "ssh"):
                await faults.mend_program(node.name, program)
            await faults.restore_node(node.name)
        await faults.manager_up()
        if self.journal is not None:
            await self.journal.make_room()
        self.clock.wall_skew = 0.0

    async def _once_begun(self) -> None:
        assert self._plan is not None
        shown = self._plan.steps[self._cell.step].text

        def notice(entry: Invocation) -> None:
            if entry.text == shown:
                self._begun.set()

        self._pool.invocation_log.began = notice
        await self._begun.wait()
        await self._break()

    async def _break(self) -> None:
        faults, fault = self._pool.faults, self._cell.fault
        match fault:
            case Fault.NODE_DIES:
                await faults.kill_node(self._node)
            case Fault.SSH_CUT:
                await faults.cut_connections(self._node)
            case Fault.MANAGER_DOWN:
                await faults.manager_down()
            case Fault.DISK_FULL:
                assert self.journal is not None
                await self.journal.fill_up()
            case Fault.SECOND_CONSOLE:
                await self._compete()
            case Fault.CLOCK_JUMP:
                self.clock.wall_skew -= 86_400.0
                self.clock.monotonic_skew += 3_600.0
            case Fault.KILLED:
                raise AssertionError("a console is killed from outside")
            case _:
                how = _OF_PROGRAMS[fault].value
                await faults.break_program(self._node, self._program, how)

    async def _compete(self) -> None:
        verb, node = self._cell.case.rival
        async with console_at(self._directory, user="bob") as rival:
            try:
                plan = rival.plan(wish(rival, verb, self._cell.case.machine, node))
                outcome = await rival.finished(rival.run(plan))
                self.rival = "none" if outcome is None else outcome.value
            except PlanRefused:
                self.rival = Outcome.REFUSED.value


def program_of(step: Step) -> str:
    """Return the program by which a step works or looks."""
    match step:
        case CommandStep() | ProbeStep() | HaReadStep():
            return str(step.command.argv[0])
        case _:
            return "xm"


def wish(service: Service, verb: Verb, machine: str, node: str | None) -> Intent:
    """Return what the operator wants."""
    vm = find_vm(service.snapshot, machine)
    where = find_node(service.snapshot, vm.pool, node) if node else None
    return Intent(verb, vm, where, want_ha=True if verb is Verb.START else None)


async def play(cell: Cell, directory: Path) -> tuple[Ending, Ending]:
    """Break something in a step; return how the plan ended, and how after it was gone on with.

    Both are the same when nothing was left to do.
    """
    case = cell.case
    async with pool_at(directory) as pool, asyncio.timeout(2 * PATIENCE):
        injection = Injection(cell, pool, directory)
        witness = Witness(pool, case.machine)
        if cell.fault is Fault.KILLED:
            first, second = await killed(cell, pool, directory, witness)
        else:
            async with console_at(
                directory, gate=injection.gate, clock=injection.clock, opened=injection.opened
            ) as service:
                service.subscribe(witness.hear)
                plan = await plan_for(service, case)
                injection.aim(plan)
                first = await ended(service, service.run(plan), witness)
                await injection.settle()
                assert injection.done, "the step was never reached"
                if cell.fault is Fault.SECOND_CONSOLE:
                    assert injection.rival == Outcome.REFUSED.value, injection.rival
                await injection.heal()
                second = await gone_on(service, first, witness)
        await no_lock_is_held(pool, within=15.0)
        return first, second


async def plan_for(service: Service, case: Case) -> Plan:
    """Return the plan, with the manager's flag known as to a console open for a while."""
    await service.ask_ha(find_vm(service.snapshot, case.machine))
    plan = service.plan(wish(service, case.verb, case.machine, case.node))
    assert len(plan.steps) == len(case.steps), "the plan has other steps than the table"
    return plan


async def ended(service: Service, job: str, witness: Witness) -> Ending:
    """Return how a job has ended, once it has."""
    async with asyncio.timeout(PATIENCE):
        await service.finished(job)
    return witness.ending(service.events(job))


async def gone_on(service: Service, first: Ending, witness: Witness) -> Ending:
    """Go on with a job that has not ended well, and return how it ended then."""
    job = first.events[0].job
    service.refresh()
    await until(service, lambda now: all(node.certain for node in now.nodes.values()))
    try:
        await service.resume(job)
    except PlanRefused:
        return first
    return await ended(service, job, witness)


async def killed(
    cell: Cell, pool: SimulatedPool, directory: Path, witness: Witness
) -> tuple[Ending, Ending]:
    """Kill a console of a process of its own in the step; go on in another one."""
    case = cell.case
    async with console_at(directory, user="looker") as service:
        plan = await plan_for(service, case)
    step = plan.steps[cell.step]
    begun = asyncio.Event()
    if isinstance(step, CommandStep):
        pool.invocation_log.began = lambda entry: (
            begun.set() if entry.text == step.command.shown else None
        )
    words = [*case.words, case.machine, *case.options]
    process = await begin(directory, *words, "--yes")
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if step.text in line:
                break
        if isinstance(step, CommandStep):
            await begun.wait()
    process.kill()
    await process.communicate()
    async with console_at(directory, user="ann") as service:
        service.subscribe(witness.hear)
        (stopped,) = await service.unfinished()
        await service.resume(stopped.state.job)
        second = await ended(service, stopped.state.job, witness)
    return second, second
