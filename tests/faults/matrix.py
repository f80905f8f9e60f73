"""Playing a cell of the fault matrix: the verb runs, the fault strikes, the plan goes on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from ovmtui.errors import PlanRefused
from ovmtui.model.job import Outcome
from ovmtui.plan.evacuation import machines_on
from ovmtui.plan.plan import Plan
from ovmtui.plan.resolve import find_any_node, find_vm
from ovmtui.plan.steps import CommandStep, ProbeStep
from ovmtui.runtime.companions import order_of
from ovmtui.runtime.service import Service
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.driving import until
from tests.faults.cells import EVACUATED, Case, Cell, Fault
from tests.faults.ground import begin, console_at, pool_at
from tests.faults.injection import Injection, wish
from tests.faults.truth import Ending, Witness, no_lock_is_held

PATIENCE = 60.0
"""Seconds after which something hangs that must not."""


async def play(cell: Cell, directory: Path) -> tuple[list[Ending], list[Ending]]:
    """Break something in a step; return how each job ended, and how after it was gone on with."""
    async with pool_at(directory) as pool, asyncio.timeout(2 * PATIENCE):
        witness = Witness(pool)
        if cell.fault is Fault.KILLED:
            first = second = await killed(cell, pool, directory, witness)
        else:
            first, second = await broken(cell, pool, directory, witness)
        await no_lock_is_held(pool, within=15.0)
        return first, second


async def broken(
    cell: Cell, pool: SimulatedPool, directory: Path, witness: Witness
) -> tuple[list[Ending], list[Ending]]:
    """Break something in a step of this process's own console."""
    injection = Injection(cell, pool, directory)
    async with console_at(
        directory, gate=injection.gate, clock=injection.clock, opened=injection.opened
    ) as service:
        injection.plan_of = service.plan_of
        service.subscribe(witness.hear)
        async with asyncio.timeout(PATIENCE):
            jobs = await run(service, cell.case, directory)
        first = [witness.ending(service, job) for job in jobs]
        await injection.settle()
        assert injection.done, "the step was never reached"
        if cell.fault is Fault.SECOND_CONSOLE:
            assert injection.rival == Outcome.REFUSED.value, injection.rival
        await injection.heal()
        service.refresh()
        await until(service, lambda now: all(node.certain for node in now.nodes.values()))
        return first, [await gone_on(service, ending, witness) for ending in first]


async def run(service: Service, case: Case, directory: Path) -> list[str]:
    """Run the verb to its end, and return its jobs."""
    if case.others:
        return await evacuated(service)
    plan = await plan_for(service, case)
    job = service.run(plan)
    await service.finished(job)
    return [job]


async def evacuated(service: Service) -> list[str]:
    """Move away what is on the node of the evacuation, and return the jobs."""
    home = find_any_node(service.snapshot, EVACUATED)
    wanted = ((vm, None) for vm in machines_on(home, service.snapshot))
    planned = tuple(service.planner.moves(wanted))
    batch = await service.batches.begin(
        order_of(planned, title=f"evacuate {home.name}", emptied=home)
    )
    ended = await service.batches.finished(batch)
    return [item.job for item in ended.items if item.job]


async def plan_for(service: Service, case: Case) -> Plan:
    """Return the plan, with the manager's flag known as to a console open for a while."""
    await service.planner.ask_ha(find_vm(service.snapshot, case.machine))
    plan = service.plan(wish(service, case.verb, case.machine, case.node))
    assert len(plan.steps) == case.steps_of_a_job, "the plan has other steps than the table"
    return plan


async def gone_on(service: Service, first: Ending, witness: Witness) -> Ending:
    """Go on with a job that has not ended well, and return how it ended then."""
    job = first.events[0].job
    try:
        await service.resume(job)
    except PlanRefused:
        return first
    async with asyncio.timeout(PATIENCE):
        await service.finished(job)
    return witness.ending(service, job)


async def killed(
    cell: Cell, pool: SimulatedPool, directory: Path, witness: Witness
) -> list[Ending]:
    """Kill a console of a process of its own in the step; go on in another one."""
    case, (_, index) = cell.case, cell.place
    async with console_at(directory, user="looker") as service:
        aimed = replace(case, machine=cell.machine, others=())
        plan = service.plan(wish(service, aimed.verb, aimed.machine, aimed.node))
    step = plan.steps[index]
    begun = asyncio.Event()
    # The target of an evacuation is chosen anew: what comes before it must do.
    shown = step.what if isinstance(step, ProbeStep) else step.text
    text = shown.rpartition(" ")[0] if case.others else shown
    pool.invocation_log.began = lambda entry: begun.set() if text in entry.text else None
    subject = EVACUATED if case.others else case.machine
    process = await begin(directory, *case.words, subject, *case.options, "--yes")
    assert process.stderr is not None
    label = f" {cell.machine.upper()}"
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if text in line and label in line:
                break
        if isinstance(step, CommandStep):
            await begun.wait()
    process.kill()
    await process.communicate()
    async with console_at(directory, user="ann") as service:
        service.subscribe(witness.hear)
        (stopped,) = await service.unfinished()
        await service.resume(stopped.state.job)
        async with asyncio.timeout(PATIENCE):
            await service.finished(stopped.state.job)
            jobs = [stopped.state.job]
            jobs += await evacuated(service) if case.others else []
        return [witness.ending(service, job) for job in jobs]
