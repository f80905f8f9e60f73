"""A recording that was kept: what its nodes said is read as it was read then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from ovmtui.model.job import Outcome
from ovmtui.model.vm import VmState
from ovmtui.runtime.replay import ReplayConsole
from ovmtui.runtime.tape import read_tape
from ovmtui.toolstacks import probe, xm
from ovmtui.ui.app import OvmtuiApp

KEPT = Path(__file__).parent / "recordings" / "migration.jsonl"


async def state_at(seconds: float) -> tuple[VmState, list[str]]:
    console = ReplayConsole(read_tape(KEPT), at=seconds)
    console.start()
    vm = next(vm for vm in console.snapshot.vms.values() if vm.name == "oradb01")
    await console.close()
    return vm.state, [node.name for node in vm.nodes]


async def test_a_migration_is_seen_from_its_beginning_to_its_end() -> None:
    tape = read_tape(KEPT)
    seen = [await state_at(tape.length * part / 20) for part in range(2, 21)]
    assert (VmState.RUNNING, ["ovm2"]) in seen
    assert (VmState.MIGRATING, ["ovm1", "ovm2"]) in seen
    assert seen[-1] == (VmState.RUNNING, ["ovm1"])
    console = ReplayConsole(tape, at=tape.length)
    console.start()
    (job,) = console.jobs
    await console.close()
    assert (job.title, job.outcome) == ("migrate oradb01 → ovm1", Outcome.DONE)


def test_what_the_nodes_said_is_read_as_it_was_read_then() -> None:
    read = 0
    for line in KEPT.read_text().splitlines():
        said = json.loads(line)
        nonce = re.search(r"@([0-9a-f]{16})", said.get("script", ""))
        if said["is"] == "run" and nonce:
            sections = probe.read(said["stdout"], said["stderr"], nonce[1])
            if (listing := sections.get(probe.DOMAINS)) is not None:
                parsed = xm.parse_list(listing.stdout)
                assert parsed.value is not None
                assert parsed.notes == ()
                assert any(domain.is_domain_zero for domain in parsed.value)
                read += 1
    assert read > 10


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
def test_replay_screen(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    tape = read_tape(KEPT)
    console = ReplayConsole(tape, at=int(tape.length * 0.6) + 0.5)
    console.toggle()
    app = OvmtuiApp(console, read_only=True, replay=console)

    async def before(pilot: Pilot[Any]) -> None:
        console.start()
        await pilot.pause()
        vm = next(vm for vm in console.snapshot.vms.values() if vm.name == "oradb01")
        app.home.go_to(vm.key)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
    assert app._exception is None
