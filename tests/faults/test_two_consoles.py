"""Two consoles start one machine on two nodes at the same moment."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import VmKey
from ovmtui.model.job import Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.resolve import find_node, find_vm
from ovmtui.runtime.service import Service
from tests.e2e.driving import until
from tests.faults.ground import console_at, pool_at

TIMES = 100 if os.environ.get("OVMTUI_FAULTS") else 3
NOTHING_TO_WAIT_FOR = "ping = false\noperational = false"


async def started(service: Service, node: str) -> tuple[Outcome | None, str]:
    """Start the machine; return how that ended."""
    vm = find_vm(service.snapshot, "build7")
    wish = Intent(Verb.START, vm, find_node(service.snapshot, vm.pool, node), want_ha=False)
    try:
        job = service.run(service.plan(wish))
    except PlanRefused as error:
        return Outcome.REFUSED, "; ".join(error.reasons)
    outcome = await service.finished(job)
    return outcome, next(state.summary for state in service.jobs if state.job == job)


def is_down(vm: VmKey, now: Snapshot) -> bool:
    return now.vms[vm].state is VmState.DOWN


@pytest.mark.timeout(600)
async def test_exactly_one_of_them_creates_it_each_time(tmp_path: Path) -> None:
    async with (
        pool_at(tmp_path, settings=NOTHING_TO_WAIT_FOR) as pool,
        console_at(tmp_path, user="ann") as ann,
        console_at(tmp_path, user="bob") as bob,
    ):
        for time in range(1, TIMES + 1):
            async with asyncio.timeout(60):
                ends = await asyncio.gather(started(ann, "ovm1"), started(bob, "ovm3"))
            outcomes = sorted(outcome.value for outcome, _ in ends if outcome)
            assert outcomes == ["done", "refused"], ends
            refused = next(text for outcome, text in ends if outcome is Outcome.REFUSED)
            assert "locked by" in refused or "running on" in refused or "is listed" in refused, ends
            creates = [entry for entry in pool.changes if "create" in entry.argv]
            assert len(creates) == time, ends
            assert pool.truth().double_runs == {}
            await pool.faults.vanish("build7")
            for console in (ann, bob):
                vm = find_vm(console.snapshot, "build7")
                console.refresh()
                await until(console, partial(is_down, vm))
