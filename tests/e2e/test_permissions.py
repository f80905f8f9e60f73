"""Ways round a read-only console or pool, and round the verbs that a pool allows: all closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.command import Command
from ovmtui.model.identity import NodeKey, subject_node
from ovmtui.plan.checkup.diagnosis import Diagnosis, Fix
from ovmtui.plan.intent import Verb
from ovmtui.plan.steps import WaitStep
from ovmtui.plan.verdict import Standing, Verdict
from ovmtui.runtime.companions import Order, Task, order_of
from ovmtui.runtime.service import Service
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import intent, key
from tests.e2e.test_cli import begin, run
from tests.e2e.test_confirm import say

OVM1 = NodeKey("pool1", "ovm1")
FIX = Fix("service xend restart", OVM1, Command(("service", "xend", "restart")))
SICK = Diagnosis("pool1", OVM1, "xend", "xend answers", Verdict(Standing.FAILS, "no"), "why", FIX)
VERBS = (
    "stop ovmguest1",
    "start build7",
    "migrate web01 --to ovm2",
    "destroy web01",
    "ha off web01",
    "reboot web01",
    "pause web01",
    "mend-ha web01",
)


class NoTerminal:
    """A terminal that must not be asked for."""

    kind = "vt100"
    size = (80, 24)

    async def typed(self) -> bytes:
        raise AssertionError("somebody was let in")

    def show(self, data: bytes) -> None:
        raise AssertionError("somebody was let in")


async def refused_everywhere(service: Service, why: str) -> None:
    """Try each way to a node that the screens and the command line have."""
    for script in ("", "xm console 3"):
        with pytest.raises(PlanRefused, match=why):
            await service.visit(OVM1, script, NoTerminal())
    with pytest.raises(PlanRefused, match=why):
        service.run(service.checkup.mend(SICK))
    with pytest.raises(PlanRefused, match=why):
        service.run(await service.checkup.setup(OVM1, anew=True))


async def test_a_read_only_pool_has_no_way_round(
    pool: SimulatedPool, open_service: Open, settings_file: Path
) -> None:
    say(settings_file, "", "read_only = true")
    async with open_service() as service:
        await refused_everywhere(service, "read-only")
        wish = intent(service, Verb.STOP, "ovmguest1")
        order = Order("stop", (Task(wish.vm, "ovmguest1", "stop ovmguest1", wish),))
        with pytest.raises(PlanRefused, match="read-only"):
            await service.batches.begin(order)
        with pytest.raises(PlanRefused, match="read-only"):
            await service.batches.set_maintenance(OVM1, on=True)
        assert not service.snapshot.nodes[OVM1].maintenance
        await service.checkup.pool("pool1", locks=True)
    assert pool.changes == ()
    assert not list(pool.directory.rglob(".ovmtui-check*"))


@pytest.mark.timeout(180)
async def test_the_command_line_of_a_read_only_console_changes_nothing(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    process = await begin(settings_file, "reboot", "erp2", "--yes")
    assert process.stderr is not None
    async for line in process.stderr:
        if b"wait for container down status" in line:
            break
    process.kill()
    await process.wait()
    before = pool.changes
    for words in (
        *VERBS[:2],
        "jobs resume --all",
        "jobs close --all",
        "evacuate ovm1",
        "bring-back ovm1",
        "setup ovm1 --reconfigure",
    ):
        _, stdout, stderr = await run(settings_file, "--read-only", *words.split(), "--yes")
        told = stdout + stderr
        assert "read-only" in told or "no machine was to be moved" in told, (words, told)
    assert pool.changes == before
    _, stdout, _ = await run(settings_file, "jobs")
    assert "reboot erp2" in stdout


async def test_verbs_that_a_pool_does_not_allow_are_refused_whoever_asks(
    pool: SimulatedPool, open_service: Open, settings_file: Path
) -> None:
    say(settings_file, "", 'verbs = ["stop", "start"]')
    async with open_service() as service:
        await refused_everywhere(service, "does not allow")
        for verb in (Verb.MIGRATE, Verb.DESTROY, Verb.HA_OFF, Verb.REBOOT, Verb.PAUSE):
            target = "ovm2" if verb is Verb.MIGRATE else None
            with pytest.raises(PlanRefused, match="does not allow"):
                service.plan(intent(service, verb, "web01", target))
        (move,) = service.batches.moves([(service.snapshot.vms[key(service, "web01")], None)])
        assert (move.plan, move.reasons) == (None, ("pool pool1 does not allow migrate",))
        order = order_of([move], title="evacuate ovm1", emptied=OVM1)
        batch = await service.batches.begin(order)
        assert not (await service.batches.finished(batch)).running
        # What was planned by somebody who was allowed to is refused where it would run.
        plan = service.plan(intent(service, Verb.STOP, "web01"))
        waits = [step for step in plan.steps if isinstance(step, WaitStep)]
        assert not any(choice.key == "destroy" for wait in waits for choice in wait.choices)
        assert subject_node(plan.vm) is None
    assert pool.changes == ()


@pytest.mark.timeout(180)
async def test_the_command_line_refuses_what_a_pool_does_not_allow(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    say(settings_file, "", 'verbs = ["start", "stop"]')
    for words in VERBS[2:]:
        code, _, stderr = await run(settings_file, *words.split(), "--yes")
        assert (code, "refused: pool pool1 does not allow" in stderr) == (3, True), stderr
        if "ha " not in words:
            code, _, stderr = await run(settings_file, "plan", *words.split())
            assert (code, "does not allow" in stderr) == (3, True), stderr
    code, _, stderr = await run(settings_file, "stop", "web01", "--force-after", "5", "--yes")
    assert (code, "does not allow destroy" in stderr) == (3, True), stderr
    code, stdout, _ = await run(settings_file, "evacuate", "ovm1", "--yes")
    assert (code, "does not allow migrate" in stdout) == (3, True)
    assert pool.changes == ()


async def test_a_job_of_a_verb_that_is_forbidden_since_is_not_gone_on_with(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    process = await begin(settings_file, "reboot", "erp2", "--yes")
    assert process.stderr is not None
    async for line in process.stderr:
        if b"wait for container down status" in line:
            break
    process.kill()
    await process.wait()
    before = pool.changes
    say(settings_file, "", 'verbs = ["start", "stop"]')
    code, _, stderr = await run(settings_file, "jobs", "resume", "--all", "--yes")
    assert (code, "does not allow reboot" in stderr) == (3, True), stderr
    # It can be closed all the same: that touches nothing on the node.
    code, _, stderr = await run(settings_file, "jobs", "close", "--all", "--yes")
    assert code == 0, stderr
    assert pool.changes == before


async def test_a_verb_that_there_is_none_of_is_told_with_its_line(
    settings_file: Path, state: Path
) -> None:
    say(settings_file, "", 'verbs = ["stopp"]')
    code, _, stderr = await run(settings_file, "config", "check")
    assert code == 2
    assert "did you mean `stop`?" in stderr
