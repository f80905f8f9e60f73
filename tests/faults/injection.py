"""Breaking something, once, in one step of what a console does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
from tests.faults.cells import Cell, Fault
from tests.faults.ground import GatedJournal, SkewedClock, console_at

_OF_PROGRAMS = {
    Fault.HANGS: ProgramFault.HANGING,
    Fault.GARBAGE: ProgramFault.GARBLED,
    Fault.EXIT_CODE: ProgramFault.FAILING,
    Fault.ERROR_TEXT: ProgramFault.COMPLAINING,
}


class Injection:
    """Breaks something once, when the step has begun."""

    def __init__(self, cell: Cell, pool: SimulatedPool, directory: Path) -> None:
        self._cell = cell
        self._pool = pool
        self._directory = directory
        self._jobs: list[str] = []
        self._node = ""
        self._program = ""
        self.plan_of: Callable[[str], Plan]
        """Gives the plan of a job of the console whose work is broken."""
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

    async def gate(self, event: JobEvent) -> None:
        """Hold the engine up while something is broken: its intent is on disk now."""
        if event.job not in self._jobs:
            self._jobs.append(event.job)
        place = (self._jobs.index(event.job), event.step)
        if self.done or event.kind is not EventKind.STEP or place != self._cell.place:
            return
        self.done = True
        step = self.plan_of(event.job).steps[self._cell.place[1]]
        self._node = step.node.name if step.node else ""
        self._program = program_of(step)
        if isinstance(step, CommandStep) and self._cell.fault not in {
            *_OF_PROGRAMS,
            Fault.MANAGER_DOWN,
            Fault.SECOND_CONSOLE,
        }:
            # Once its program is at work, not before it was started.
            self._breaking = asyncio.create_task(self._once_begun(step.text))
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
            for program in ("xm", "ovm", "ping", "ssh", "svcmgr"):
                await faults.mend_program(node.name, program)
            await faults.restore_node(node.name)
        await faults.manager_up()
        if self.journal is not None:
            await self.journal.make_room()
        self.clock.wall_skew = 0.0

    async def _once_begun(self, shown: str) -> None:
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
                plan = rival.plan(wish(rival, verb, self._cell.machine, node))
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
