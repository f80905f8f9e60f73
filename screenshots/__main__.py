"""`python -m screenshots`: run the console on the simulated pool and take its pictures.

The program is the real one, over real SSH; only its terminal is Textual's own, without a
screen. Each picture is taken when what it is to show is on the screen.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList

from ovmtui.cli.opening import service
from ovmtui.config import load
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import VmState
from ovmtui.runtime.service import Service
from ovmtui.simulator.demo import demo_spec
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies
from ovmtui.ui.app import OvmtuiApp

FOLDER = Path(__file__).parent
# A manager that answers at once, so that nobody waits for 31 machines' HA.
LATENCIES = Latencies(manager=(0.1, 0.2), migration_mib_per_second=800.0)
PATIENCE = 60.0
_CHECKED = 10
"""Lines that a check of the demo has at least."""


async def take() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as directory:
        os.environ["XDG_STATE_HOME"] = directory
        async with SimulatedPool(replace(demo_spec(), latencies=LATENCIES)) as pool:
            path = pool.write_settings(Path(directory) / "ovmtui.toml")
            async with service(load.load(path)) as running:
                await running.settled(timeout=PATIENCE)
                await _until(running, _ha_is_known)
                for size in ((140, 40), (80, 24)):
                    await _tour(running, size)


async def _tour(running: Service, size: tuple[int, int]) -> None:
    app = OvmtuiApp(running)
    name = f"{size[0]}x{size[1]}"
    wide = size[0] > 100
    async with app.run_test(size=size) as pilot:
        await pilot.pause(6.0 if wide else 1.0)
        await pilot.press("slash", *"oradb01", "enter", "escape")
        await pilot.pause()
        _keep(app, f"home-{name}")
        await pilot.press("question_mark")
        await pilot.pause()
        _keep(app, f"help-{name}")
        await pilot.press("escape", "n")
        await pilot.pause()
        _keep(app, f"nodes-{name}")
        await pilot.press("escape", "C")
        while app.screen.query_one("#list", OptionList).option_count < _CHECKED:
            await pilot.pause(0.2)
        await pilot.pause()
        _keep(app, f"check-{name}")
        await pilot.press("escape")
        await _choose(pilot, "oradb01" if wide else "oradb02")
        await pilot.press("m")
        await pilot.pause(0.5)
        _keep(app, f"targets-{name}")
        await pilot.press("enter")
        await pilot.pause(2.0)
        _keep(app, f"plan-{name}")
        await pilot.press("y")
        await _until(running, _somebody_migrates)
        await pilot.pause(2.0)
        _keep(app, f"migration-{name}")
        await _until(running, lambda snapshot: not _somebody_migrates(snapshot))
        while any(job.running for job in running.jobs):
            await pilot.pause(0.2)
        await _many(app, running, pilot, name)


async def _many(app: OvmtuiApp, running: Service, pilot: Pilot[None], name: str) -> None:
    """Take the pictures of what concerns many machines, and of the pages around them."""
    await pilot.press("H")
    await pilot.pause(1.0)
    _keep(app, f"history-{name}")
    await pilot.press("escape", "colon", *"migrate web")
    await pilot.pause()
    _keep(app, f"command-{name}")
    await pilot.press("escape", "p", "down", "enter")
    await pilot.pause()
    _keep(app, f"grouped-{name}")
    await pilot.press("p", "enter", "colon", *"theme ovmtui-contrast", "enter")
    await pilot.pause()
    _keep(app, f"contrast-{name}")
    await pilot.press("colon", *"theme ovmtui-dark", "enter", "colon", *"evacuate ovm3", "enter")
    await pilot.pause(1.0)
    _keep(app, f"evacuation-{name}")
    await pilot.press("plus", "y")
    batch = running.batches
    while not batch.states[-1].ended:
        await pilot.pause(0.2)
    _keep(app, f"batch-{name}")
    await pilot.press("x")
    while batch.states[-1].running:
        await pilot.pause(0.2)
    await running.batches.set_maintenance(NodeKey("pool1", "ovm3"), on=False)


async def _choose(pilot: Pilot[None], name: str) -> None:
    await pilot.press("slash", *name, "enter")
    await pilot.pause()
    await pilot.press("escape")


async def _until(running: Service, holds: Callable[[Snapshot], bool]) -> None:
    reached = asyncio.Event()
    stop = running.subscribe(lambda update: reached.set() if holds(running.snapshot) else None)
    if not holds(running.snapshot):
        async with asyncio.timeout(PATIENCE):
            await reached.wait()
    stop()


def _ha_is_known(snapshot: Snapshot) -> bool:
    return all(vm.ha.state is not HaState.UNKNOWN for vm in snapshot.vms.values())


def _somebody_migrates(snapshot: Snapshot) -> bool:
    return any(vm.state is VmState.MIGRATING for vm in snapshot.vms.values())


def _keep(app: OvmtuiApp, name: str) -> None:
    (FOLDER / f"{name}.svg").write_text(app.export_screenshot(title="ovmtui"), encoding="utf-8")
    sys.stdout.write(f"{name}.svg\n")


asyncio.run(take())
