"""Verbs under faults that chance chooses, at times that chance chooses."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.runtime.service import Service
from ovmtui.simulator.breakage import MigrationFault, ProgramFault
from ovmtui.simulator.node import Xend
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.driving import until
from tests.faults.cells import CASES, Case
from tests.faults.ground import console_at, pool_at
from tests.faults.injection import wish
from tests.faults.matrix import PATIENCE
from tests.faults.truth import Ending, Kind, Witness, no_lock_is_held

REPETITIONS = 200 if os.environ.get("OVMTUI_FAULTS") else 3
_LONGEST_PAUSE = 2.5
"""Seconds between two faults; most verbs take about as long."""


@dataclass(frozen=True)
class Blow:
    """Something that breaks, after a pause."""

    pause: float
    name: str
    strike: Callable[[], Awaitable[None]]


def blows(pool: SimulatedPool, chance: Random, machine: str) -> list[Blow]:
    """Return one to four faults, chosen by chance."""
    faults = pool.faults

    def choose() -> Blow:
        node = chance.choice(pool.nodes).name
        program = chance.choice(["xm", "xm", "ovm", "ping", "ssh"])
        fault = chance.choice(list(ProgramFault)).value
        xend = chance.choice([state.name.lower() for state in Xend if state is not Xend.UP])
        migration = chance.choice(list(MigrationFault)).value
        strikes: dict[str, Callable[[], Awaitable[None]]] = {
            f"{node} dies": lambda: faults.kill_node(node),
            f"{node} reboots": lambda: faults.reboot_node(node),
            f"{node} falls silent": lambda: faults.silence_node(node),
            f"{node} is cut off": lambda: faults.cut_connections(node),
            f"xend of {node} is {xend}": lambda: faults.set_xend(node, xend),
            f"{program} of {node} is {fault}": lambda: faults.break_program(node, program, fault),
            "the manager is down": faults.manager_down,
            "the manager complains": faults.manager_complains,
            "the manager is slow": faults.manager_slow,
            f"a migration fails: {migration}": lambda: faults.fail_migration(machine, migration),
            "its guest ignores a shutdown": lambda: faults.ignore_shutdown(machine),
            "its guest powers itself off": lambda: faults.vanish(machine),
            f"the storage of {node} hangs": lambda: faults.hang_storage(node),
        }
        name = chance.choice(list(strikes))
        return Blow(chance.uniform(0.0, _LONGEST_PAUSE), name, strikes[name])

    return [choose() for _ in range(chance.randint(1, 4))]


async def strike(planned: list[Blow], struck: list[str]) -> None:
    for blow in planned:
        await asyncio.sleep(blow.pause)
        struck.append(f"{blow.pause:.2f} s: {blow.name}")
        await blow.strike()


async def heal(pool: SimulatedPool, machine: str) -> None:
    faults = pool.faults
    for node in pool.nodes:
        for program in ("xm", "ovm", "ping", "ssh"):
            await faults.mend_program(node.name, program)
        await faults.release_storage(node.name)
        await faults.set_xend(node.name, "up")
        await faults.restore_node(node.name)
    await faults.manager_up()
    await faults.clear_migration(machine)
    await faults.ignore_shutdown(machine, ignores=False)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", range(REPETITIONS))
async def test_whatever_breaks_nothing_is_lost_and_nothing_runs_twice(
    seed: int, tmp_path: Path
) -> None:
    chance = Random(seed)
    case = chance.choice([case for case in CASES if not case.others])
    struck: list[str] = [f"seed {seed}: {case.name}"]
    async with pool_at(tmp_path) as pool:
        witness = Witness(pool)
        planned = blows(pool, chance, case.machine)
        closes_at = chance.uniform(0.3, 4.0) if chance.random() < 0.3 else None
        try:
            job = await first_console(tmp_path, case, witness, planned, struck, closes_at=closes_at)
            await heal(pool, case.machine)
            if job is not None:
                await further_consoles(tmp_path, job, witness, struck)
            assert pool.truth().double_runs == {}
            await no_lock_is_held(pool, within=30.0)
        except AssertionError as error:
            raise AssertionError("\n".join([*struck, str(error)])) from error


async def first_console(
    directory: Path,
    case: Case,
    witness: Witness,
    planned: list[Blow],
    struck: list[str],
    *,
    closes_at: float | None,
) -> str | None:
    """Run the verb while everything breaks; return its job, when there is one."""
    async with console_at(directory) as service:
        service.subscribe(witness.hear)
        await service.planner.ask_ha(wish(service, case.verb, case.machine, None).vm)
        try:
            plan = service.plan(wish(service, case.verb, case.machine, case.node))
        except PlanRefused:
            return None
        striking = asyncio.create_task(strike(planned, struck))
        job = service.run(plan)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(closes_at or PATIENCE):
                await service.finished(job)
        await striking
        if closes_at is None:
            ending = witness.ending(service, job)
            struck.append(f"  {ending.outcome.value}: {ending.summary}")
            ending.check()
        else:
            struck.append(f"{closes_at:.2f} s: the console is closed")
    return job


async def further_consoles(directory: Path, job: str, witness: Witness, struck: list[str]) -> None:
    """Go on with the job until it ends well, or says why it cannot."""
    for _ in range(2):
        async with console_at(directory) as service:
            service.subscribe(witness.hear)
            await until(service, lambda now: all(node.certain for node in now.nodes.values()))
            ending = await resumed(service, job, witness)
            if ending is None:
                return
            struck.append(f"  gone on with, {ending.outcome.value}: {ending.summary}")
            ending.check()
            if ending.kind is Kind.FINISHED:
                return


async def resumed(service: Service, job: str, witness: Witness) -> Ending | None:
    try:
        await service.resume(job)
    except PlanRefused:
        return None
    async with asyncio.timeout(PATIENCE):
        await service.finished(job)
    return witness.ending(service, job)
