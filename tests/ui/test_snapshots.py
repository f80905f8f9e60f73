"""How each screen looks in each state that matters, on a small and on a usual terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from ovmtui.model.job import EventKind, Level, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.uptime import judge_uptime
from ovmtui.plan.verdict import Standing, Verdict
from ovmtui.ui.app import OvmtuiApp
from ovmtui.ui.preferences import Personal
from tests.ui.support import pools, scenes
from tests.ui.support.console import ScriptedConsole
from tests.ui.support.driving import SMALL, USUAL, Driver
from tests.ui.support.hostkeys import host_key_changed
from tests.ui.support.scenes import Scene, keys
from tests.ui.support.services import ScriptedChecker, with_services
from tests.ui.support.stopped import two_stopped

Compare = Callable[..., bool]


THEMES = ("ovmtui-light", "ovmtui-contrast", "ovmtui-cvd", "ovmtui-16", "ovmtui-mono")
"""Beside the dark one, in which everything else is shown."""


async def as_it_is(driver: Driver) -> None:
    """Show the main screen."""


async def job_running(driver: Driver) -> None:
    """Stop ovmguest1: HA is off already, the guest is being waited for."""
    console = driver.console
    job = console.begin(console.plan(Intent(Verb.STOP, pools.vm_key(1))))
    label, ha = "OVMGUEST1.OVM", "OVMGUEST1.HB#1"
    off = "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d"
    console.happen(job, EventKind.GUARD, "runs on ovm1, and nowhere else: running on ovm1")
    console.happen(job, EventKind.STEP, off, step=0, node="ovm1", label=ha)
    console.happen(
        job, EventKind.OUTPUT, "High availability has been disabled.", step=0, node="ovm1", label=ha
    )
    console.happen(job, EventKind.STEP_END, step=0, outcome=Outcome.DONE, node="ovm1", label=ha)
    console.happen(job, EventKind.STEP_END, step=1, outcome=Outcome.DONE, node="ovm1", label=ha)
    console.happen(job, EventKind.STEP, "xm shutdown ovmguest1", step=2, node="ovm1", label=label)
    console.happen(job, EventKind.STEP_END, step=2, outcome=Outcome.DONE, node="ovm1", label=label)
    wait = "wait for container down status"
    console.happen(job, EventKind.STEP, wait, step=3, node="ovm1", label=label)
    await driver.go_to(1)
    await driver.settle()


async def question(driver: Driver) -> None:
    await driver.go_to(1)
    await driver.press("S", "y")
    job = driver.console.jobs[0].job
    driver.console.happen(job, EventKind.STEP, "wait for container down status", step=3)
    driver.console.happen(
        job,
        EventKind.QUESTION,
        "wait for container down status: 120 s are over",
        choices=("destroy", "keep waiting", "abort"),
        level=Level.WARNING,
    )
    await driver.settle()
    await driver.press("a")


async def plan_refused(driver: Driver) -> None:
    driver.console.verdicts["memory"] = Verdict(
        Standing.FAILS, "needs 2064 MiB, ovm3 has 100 MiB free"
    )
    driver.console.verdicts["disks"] = Verdict(Standing.UNKNOWN, "no answer in 15 s")
    await driver.go_to(6)
    await driver.press("s", "y")


async def reboot_young(driver: Driver) -> None:
    driver.console.verdicts["up-long-enough"] = judge_uptime(
        "Name ID Uptime\novmguest1 1 0:00:41\n", "", 1
    )
    await driver.go_to(1)
    await driver.press("R", "y")


async def jobs(driver: Driver) -> None:
    await job_running(driver)
    failed = driver.console.begin(driver.console.plan(Intent(Verb.STOP, pools.vm_key(2))))
    driver.console.end(failed, Outcome.FAILED, "web01 is running on ovm1; HA is off")
    await driver.settle()
    await driver.press("J")


async def several(driver: Driver) -> None:
    for number in (1, 4):
        await driver.go_to(number)
        await driver.press("space")
    await driver.press("w")


SCENES: dict[str, tuple[Callable[[], Snapshot], Scene]] = {
    "empty": (pools.empty, as_it_is),
    "connecting": (pools.connecting, as_it_is),
    "home": (pools.healthy, keys()),
    "node_dead": (pools.one_node_dead, keys(at=8)),
    "job_running": (pools.healthy, job_running),
    "plan_ready": (lambda: pools.healthy(production=True), keys("S")),
    "plan_reboot": (pools.healthy, keys("R")),
    "plan_reboot_young": (pools.healthy, reboot_young),
    "plan_pause": (lambda: pools.healthy(production=True), keys("P")),
    "plan_unpause": (pools.one_paused, keys("P")),
    "plan_unpause_leftover": (pools.paused_leftover, keys("P", at=4)),
    "several_reboot": (pools.healthy, keys("R", marked=(1, 2, 6))),
    "several_pause": (pools.one_paused, keys("P", marked=(1, 2))),
    "plan_refused": (pools.healthy, plan_refused),
    "plan_impossible": (pools.split_brain, keys("S")),
    "targets": (pools.one_node_dead, keys("m")),
    "split_brain": (pools.split_brain, keys()),
    "hostile": (pools.hostile, as_it_is),
    "question": (pools.healthy, question),
    "name": (pools.healthy, keys("D", "y")),
    "help": (pools.healthy, keys("question_mark")),
    "jobs": (pools.healthy, jobs),
    "nodes": (pools.one_node_dead, keys("n")),
    "details": (pools.split_brain, keys("enter")),
    "alerts": (pools.split_brain, keys("exclamation_mark")),
    "unfinished": (pools.healthy, as_it_is),
    "jobs_stopped": (pools.healthy, keys("escape", "J")),
    "filter": (pools.healthy, keys("slash", *"nodde:x")),
    "services": (with_services, keys(at=4)),
    "drift": (with_services, keys("slash", *"ha:drift", "enter", at=4)),
    "plan_agent": (with_services, keys("S")),
    "plan_mend_ha": (with_services, keys("w", at=4)),
    "plan_frozen": (lambda: with_services(frozen=True), keys("S")),
    "details_service": (with_services, keys("enter", at=4)),
    "several": (with_services, several),
    "check": (with_services, keys("C")),
    "check_bad": (with_services, keys("C", "b", "down")),
    "check_mend": (with_services, keys("C", "down", "enter")),
    "host_key_changed": (pools.healthy, host_key_changed),
    **scenes.SCENES,
}


def checked(console: ScriptedConsole) -> None:
    """Let a check find what is scripted."""
    console.checker = ScriptedChecker(console.snapshot)


PREPARED = {
    "unfinished": two_stopped,
    "jobs_stopped": two_stopped,
    "check": checked,
    "check_bad": checked,
    "check_mend": checked,
    **scenes.PREPARED,
}
"""What a scene's console knows before the application starts."""


def shown(
    compare: Compare,
    scene: str,
    size: tuple[int, int],
    *,
    theme: str = "ovmtui-dark",
    personal: Personal | None = None,
) -> bool:
    snapshot, play = SCENES[scene]
    console = ScriptedConsole(snapshot(), context=pools.context())
    if (prepare := PREPARED.get(scene)) is not None:
        prepare(console)
    app = OvmtuiApp(console, theme=theme, personal=personal)

    async def before(pilot: Pilot[Any]) -> None:
        driver = Driver(app, console, pilot)
        await driver.settle()
        await play(driver)
        await driver.settle()

    same = compare(app, terminal_size=size, run_before=before)
    # A picture is taken of a crashed application, too.
    assert app._exception is None
    return same


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "140x40"])
@pytest.mark.parametrize("scene", SCENES)
def test_screen(snap_compare: Compare, scene: str, size: tuple[int, int]) -> None:
    assert shown(snap_compare, scene, size)


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "140x40"])
@pytest.mark.parametrize("theme", THEMES)
def test_home_in_each_theme(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert shown(snap_compare, "job_running", size, theme=theme)


@pytest.mark.parametrize("theme", THEMES)
def test_dangers_in_each_theme(snap_compare: Compare, theme: str) -> None:
    assert shown(snap_compare, "split_brain", USUAL, theme=theme)


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "140x40"])
@pytest.mark.parametrize("scene", ["job_running", "split_brain", "batch_running", "plan_refused"])
def test_with_ascii_only(snap_compare: Compare, scene: str, size: tuple[int, int]) -> None:
    assert shown(snap_compare, scene, size, personal=Personal(ascii=True))


@pytest.mark.parametrize("scene", ["job_running", "targets", "split_brain", "check"])
def test_without_colours(
    snap_compare: Compare, monkeypatch: pytest.MonkeyPatch, scene: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(snap_compare, scene, USUAL)


def test_no_colour_really_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = OvmtuiApp(ScriptedConsole(pools.healthy()))
    assert app.theme == "ovmtui-mono"
    assert app.native_ansi_color
