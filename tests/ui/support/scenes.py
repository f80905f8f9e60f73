"""More scenes: several machines at once, nodes, choosing what is seen, the other pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ovmtui.model.batch import Stage
from ovmtui.model.job import EventKind, JobState, Level, Outcome, Stream
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Intent, Verb
from ovmtui.runtime.companions import PastJob
from tests.ui.support import pools
from tests.ui.support.console import WALL, ScriptedConsole
from tests.ui.support.driving import Driver

Scene = Callable[[Driver], Awaitable[None]]
PATH = f"{pools.REPOSITORY}/ovmguest1/vm.cfg"


def keys(*pressed: str, at: int = 1, marked: tuple[int, ...] = ()) -> Scene:
    """Return the scene after some keys, with machines marked and the cursor on machine `at`."""

    async def scene(driver: Driver) -> None:
        for number in marked:
            await driver.go_to(number)
            await driver.press("space")
        await driver.go_to(at)
        await driver.press(*pressed)

    return scene


async def batch_running(driver: Driver) -> None:
    await keys("E", "plus", "y")(driver)
    batches = driver.console.batches
    batch = batches.states[0].batch
    move = driver.console.plan(Intent(Verb.MIGRATE, pools.vm_key(7)))
    job = driver.console.begin(move)
    driver.console.happen(job, EventKind.STEP, "xm migrate -l erp2 ovm3", step=0, node="ovm1")
    driver.console.happen(job, EventKind.PROGRESS, "iteration 2, 41 %", step=0)
    batches.happen(batch, 0, stage=Stage.RUNNING, job=job, began=WALL - 38, title=move.title)
    done = "ovmguest1 is running on ovm3; HA is on"
    batches.happen(batch, 1, stage=Stage.ENDED, outcome=Outcome.DONE, job="x", text=done)
    await driver.settle()


async def batch_over(driver: Driver) -> None:
    await keys("S", "y", marked=(1, 2, 3))(driver)
    batches = driver.console.batches
    batch = batches.states[0].batch
    ends = (
        (Outcome.DONE, "ovmguest1 is down: no node lists it; HA is off"),
        (Outcome.FAILED, "xm shutdown web01: exit code 1; web01 is running on ovm1; HA is off"),
        (Outcome.UNKNOWN, "ovm2 does not answer; web02 is running on ovm2 when last seen"),
    )
    for number, (outcome, text) in enumerate(ends):
        batches.happen(
            batch, number, stage=Stage.ENDED, outcome=outcome, text=text, job=f"job-{number}"
        )
    await driver.settle()


async def batch_stopping(driver: Driver) -> None:
    await batch_running(driver)
    await driver.press("x")


async def bring_back(driver: Driver) -> None:
    vms = driver.console.snapshot.vms
    batches = driver.console.batches
    batches.coming_home = [(vms[pools.vm_key(3)], pools.node_key("ovm1"))]
    reasons = ("it is on ovm3 now, no longer on ovm2",)
    batches.staying = [Move(pools.vm_key(8), "ldap1", reasons=reasons)]
    await keys("B")(driver)


async def migrating(driver: Driver) -> None:
    """One migration whose tool says how far it is, and one for which it is estimated."""
    console = driver.console
    first = console.begin(console.plan(Intent(Verb.MIGRATE, pools.vm_key(8))))
    console._states[first] = replace(console._states[first], started_at=WALL - 20)
    console.end(first, Outcome.DONE, "ldap1 is running on ovm2; HA is off")
    for number in (1, 2):
        job = console.begin(console.plan(Intent(Verb.MIGRATE, pools.vm_key(number))))
        console.happen(job, EventKind.STEP, "xm migrate -l", step=0, node="ovm1")
        if number == 1:
            console.happen(job, EventKind.PROGRESS, "41 %", step=0)
    await driver.go_to(1)
    await driver.settle()


async def output(driver: Driver) -> None:
    """Output with a search in it."""
    job = driver.console.begin(driver.console.plan(Intent(Verb.STOP, pools.vm_key(1))))
    label = "OVMGUEST1.OVM"
    for number in range(30):
        text = f"line {number} of what the command says"
        driver.console.happen(job, EventKind.OUTPUT, text, step=0, node="ovm1", label=label)
    driver.console.happen(
        job,
        EventKind.OUTPUT,
        "Error: something on standard error",
        step=0,
        node="ovm1",
        label=label,
        stream=Stream.STDERR,
        level=Level.INFO,
    )
    await driver.go_to(1)
    await driver.press("tab", "slash", *"line 2", "enter", "N")


async def output_dates(driver: Driver) -> None:
    await output(driver)
    await driver.press("d", "plus")


async def kept_filter(driver: Driver) -> None:
    await keys("slash", *"ha:off !web", "enter", "K")(driver)


def past(title: str, user: str, ago: float, outcome: Outcome, summary: str) -> PastJob:
    verb, name = title.split()[:2]
    state = JobState(title, title, verb, pools.vm_key(1), name, ("ovm1: xm list",), WALL - ago)
    return PastJob(replace(state, outcome=outcome, summary=summary), user, "desk")


def with_history(console: ScriptedConsole) -> None:
    """Let the journal have four jobs of three people."""
    down = "is down: no node lists it; HA is off"
    console.records = [
        past("stop web01", "ben", 900, Outcome.DONE, f"web01 {down}"),
        past("migrate oradb01 → ovm2", "ann", 7200, Outcome.DONE, "oradb01 is running on ovm2"),
        past("start mail1", "ann", 86400, Outcome.REFUSED, "nothing was done: memory is short"),
        past("stop build7", "root", 172800, Outcome.FAILED, f"build7 {down}"),
    ]


def with_files(console: ScriptedConsole) -> None:
    """Let ovm2 have another copy of a vm.cfg than the others."""
    text = (
        'name = "ovmguest1"\nmemory = 2048\nvcpus = 2\nbootloader = "/usr/bin/pygrub"\n'
        'vncpasswd = "XXXXXX"\n'
    )
    console.files = {
        ("ovm1", PATH): text,
        ("ovm2", PATH): text.replace("2048", "4096"),
        ("ovm3", PATH): text,
    }


SCENES: dict[str, tuple[Callable[[], Snapshot], Scene]] = {
    "marks_hidden": (pools.healthy, keys("slash", *"web", "enter", "A", marked=(1, 4))),
    "bulk_plan": (pools.healthy, keys("S", marked=(1, 2, 6))),
    "bulk_plan_hidden": (
        lambda: pools.healthy(production=True),
        keys("slash", *"web", "enter", "S", marked=(1, 2)),
    ),
    "bulk_typed": (pools.healthy, keys("D", "y", marked=(1, 2))),
    "bulk_targets": (pools.healthy, keys("m", marked=(1, 2))),
    "batch_running": (pools.healthy, batch_running),
    "batch_stopping": (pools.healthy, batch_stopping),
    "batch_over": (pools.healthy, batch_over),
    "evacuate": (pools.healthy, keys("E")),
    "bring_back": (pools.healthy, bring_back),
    "balance": (pools.uneven, keys("n", "percent_sign")),
    "maintenance": (pools.in_maintenance, keys()),
    "nodes_maintenance": (pools.in_maintenance, keys("n", "down")),
    "read_only_pool": (pools.read_only, keys("S")),
    "migrating": (pools.healthy, migrating),
    "grouped": (pools.healthy, keys("p", "down", "enter")),
    "grouped_by_ha": (pools.one_node_dead, keys("p", "down", "down", "down", "enter")),
    "columns": (pools.healthy, keys("c", "down", "down", "space")),
    "columns_chosen": (
        pools.healthy,
        keys("c", *["down"] * 7, "space", "end", "space", "escape"),
    ),
    "filter_completed": (pools.healthy, keys("slash", *"ha:d", "tab")),
    "filter_kept": (pools.healthy, kept_filter),
    "sort": (pools.healthy, keys("o")),
    "command": (pools.healthy, keys("colon", *"mig")),
    "command_wrong": (pools.healthy, keys("colon", *"migrat web01", "enter")),
    "command_complete": (pools.healthy, keys("colon", *"migrate web")),
    "find": (pools.healthy, keys("f", *"ov")),
    "history": (pools.healthy, keys("H")),
    "history_search": (pools.healthy, keys("H", "slash", *"ann")),
    "settings": (lambda: pools.healthy(production=True), keys("comma")),
    "sources": (pools.one_node_dead, keys("i")),
    "messages": (pools.healthy, keys("K", "S", "escape", "r", "M")),
    "raw": (pools.healthy, keys("enter", "v")),
    "help_of_jobs": (pools.healthy, keys("J", "question_mark")),
    "palette": (pools.healthy, keys("ctrl+p", *"evac")),
    "output": (pools.healthy, output),
    "output_dates": (pools.healthy, output_dates),
}

PREPARED = {"history": with_history, "history_search": with_history, "raw": with_files}
"""What a scene's console knows before the application starts."""
