"""The flows on nodes with libxl's `xl`, over real sshd; one node of the pool has xend."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import Transit
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.tool import Program, Toolstack
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.steps import VerifyStep
from ovmtui.plan.verdict import Standing
from ovmtui.runtime.service import Service
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, Power, Tools, VmSpec
from tests.e2e.conftest import SPEED, Open
from tests.e2e.driving import do, event_of, intent, key, output, summary, until
from tests.e2e.test_flows import changes, impatient

TOOLS = (Tools.XL, Tools.XL, Tools.SHIM, Tools.BOTH)
SPEC = PoolSpec(
    nodes=tuple(
        NodeSpec(f"ovm{number}", memory_mib=16_383, tools=tools)
        for number, tools in enumerate(TOOLS, 1)
    ),
    vms=(
        VmSpec("ovmguest1", node="ovm1", shutdown_seconds=4.0),
        VmSpec("web01", node="ovm1", directory="36_web01"),
        VmSpec("oradb01", node="ovm2", memory_mib=4096, vcpus=4),
        VmSpec("build7", power=Power.DOWN, ha=False),
        VmSpec("erp2", node="ovm3", ha=False),
        VmSpec("frozen1", node="ovm3", power=Power.PAUSED),
        VmSpec("old1", node="ovm4", ha=False),
    ),
    latencies=Latencies(manager=(1.0, 2.0), migration_mib_per_second=50.0),
)


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    async with SimulatedPool(
        SPEC, front_end=FrontEnd.OPENSSH, speed=SPEED, directory=tmp_path
    ) as simulated:
        yield simulated


async def refusal(service: Service, verb: Verb, name: str, node: str) -> str:
    """Return why a plan may not begin; it must not have changed anything."""
    job = service.run(service.plan(intent(service, verb, name, node)))
    assert await service.finished(job) is Outcome.REFUSED
    return summary(service, job)


async def test_each_node_is_driven_with_its_own_program(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        tools = {node.key.name: node.tool for node in service.snapshot.nodes.values()}
        assert {name: (t.program, t.toolstack) for name, t in tools.items() if t} == {
            "ovm1": (Program.XL, Toolstack.LIBXL),
            "ovm2": (Program.XL, Toolstack.LIBXL),
            "ovm3": (Program.XL, Toolstack.LIBXL),
            "ovm4": (Program.XM, Toolstack.XEND),
        }
        assert all(node.certain for node in service.snapshot.nodes.values())
        states = {vm.name: vm.state for vm in service.snapshot.vms.values()}
        assert states["frozen1"] is VmState.PAUSED
        assert states["build7"] is VmState.DOWN
        assert len(states) == len(SPEC.vms)
    asked = {(entry.node, entry.argv[0]) for entry in pool.invocations if "list" in entry.argv}
    assert asked == {("ovm1", "xl"), ("ovm2", "xl"), ("ovm3", "xl"), ("ovm4", "xm")}


async def test_stop_and_start_keep_the_order_and_the_ha(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        shown = service.plan(intent(service, Verb.STOP, "ovmguest1"))
        assert "xl shutdown ovmguest1" in [step.text for step in shown.steps]
        outcome, text = await do(service, Verb.STOP, "ovmguest1")
        assert (outcome, text.split(";")[0]) == (
            Outcome.DONE,
            "ovmguest1 is down: no node lists it",
        )
        outcome, text = await do(service, Verb.START, "ovmguest1", "ovm3")
        assert outcome is Outcome.DONE, text
    words = [entry.argv for entry in pool.changes]
    assert [argv[1] if argv[0] == "xl" else argv[-1] for argv in words] == [
        "-d",
        "shutdown",
        "create",
        "-e",
    ]
    assert pool.truth().double_runs == {}


async def test_a_migration_tells_how_far_its_first_pass_is(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        await until(
            service, lambda now: now.vms[key(service, "oradb01")].state is VmState.MIGRATING
        )
        assert await service.finished(job) is Outcome.DONE
        told = [e.text for e in service.events(job) if e.kind is EventKind.PROGRESS]
        percents = [int(m[1]) for text in told if (m := re.search(r"(\d+) % of the memory", text))]
        assert len(set(percents)) > 2
        assert percents == sorted(percents)
        assert "Migration successful." in output(service, job)
        vm = service.snapshot.vms[key(service, "oradb01")]
        assert [node.name for node in vm.nodes] == ["ovm1"]
    assert changes(pool) == ["ovm2: xl migrate oradb01 ovm1"]
    assert pool.truth().double_runs == {}


async def test_no_migration_between_the_two_toolstacks(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        for name, node in (("oradb01", "ovm4"), ("old1", "ovm1")):
            with pytest.raises(PlanRefused, match="neither receives a migration of the other"):
                service.plan(intent(service, Verb.MIGRATE, name, node))
        targets = {t.node.name: t.reasons for t in service.targets(key(service, "oradb01"))}
        assert any("xend" in reason for reason in targets["ovm4"])
        assert targets["ovm1"] == ()


async def test_what_xl_would_notice_too_late_is_looked_at_before(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.leave_memory("ovm1", 1000)
    async with open_service() as service:
        assert "1000 MiB free" in await refusal(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert "paused" in await refusal(service, Verb.MIGRATE, "frozen1", "ovm2")
        copy = pool.world.nodes["ovm3"].find("erp2")
        assert copy is not None
        # Somebody's machine of the same name, which is another one.
        pool.world.build(pool.world.nodes["ovm2"], replace(copy.machine, uuid="9" * 32))
        assert "its name is free on ovm2" in await refusal(service, Verb.MIGRATE, "erp2", "ovm2")
    assert changes(pool) == []


async def test_a_login_that_xl_needs_is_tried_before_and_told_by_the_check(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.break_login("ovm2", "ovm1")
    async with open_service() as service:
        text = await refusal(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert "Host key verification failed" in text
        found = {
            (one.place, one.name): one for one in await service.checkup.pool("pool1", locks=False)
        }
        bad = found["pool1/ovm2", "migration-login"]
        assert bad.verdict.standing is Standing.FAILS
        assert "ovm1: Host key verification failed." in bad.verdict.text
        assert bad.fix is not None
        assert bad.fix.text.startswith("on ovm2: ssh root@ovm1 true")
        good = found["pool1/ovm1", "migration-login"]
        assert (good.is_well, good.verdict.text) == (True, "logs in to ovm2, ovm3")
        assert ("pool1/ovm4", "migration-login") not in found
        assert ("pool1/ovm1", "relocation") not in found
        assert found["pool1", "same-toolstack"].verdict.standing is Standing.FAILS
        await pool.faults.mend_login("ovm2", "ovm1")
        assert (await do(service, Verb.MIGRATE, "oradb01", "ovm1"))[0] is Outcome.DONE


async def test_a_guest_that_ignores_the_request_is_destroyed_only_when_chosen(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.ignore_shutdown("ovmguest1")
    async with open_service() as service:
        job = service.run(impatient(service.plan(intent(service, Verb.STOP, "ovmguest1"))))
        question = await event_of(service, job, lambda e: e.kind is EventKind.QUESTION)
        assert question.choices == ("destroy", "keep waiting", "abort")
        service.answer(job, "destroy")
        assert await service.finished(job) is Outcome.DONE
    own = [entry.argv for entry in pool.changes if entry.argv[0] == "xl"]
    assert own == [("xl", "shutdown", "ovmguest1"), ("xl", "destroy", "1")]


async def test_a_half_built_copy_is_destroyed_and_the_machine_runs_on(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "leftover")
    async with open_service() as service:
        outcome, text = await do(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert outcome is Outcome.FAILED
        assert "Migration failed, resuming at sender." in text
        await until(
            service,
            lambda now: any(
                copy.domain.transit is Transit.INCOMING
                for copy in now.vms[key(service, "oradb01")].copies
            ),
        )
        with pytest.raises(PlanRefused):
            service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1"))
        outcome, text = await do(service, Verb.REPAIR, "oradb01")
        assert outcome is Outcome.DONE, text
    assert [copy.name for copy in pool.world.nodes["ovm1"].guests()] == ["ovmguest1", "web01"]
    assert changes(pool)[-1].startswith("ovm1: xl destroy ")
    assert pool.truth().double_runs == {}


async def test_a_source_that_stayed_is_destroyed_once_the_machine_runs_on_its_target(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "renamed")
    async with open_service() as service:
        plan = service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1"))
        verify = plan.steps[-1]
        assert isinstance(verify, VerifyStep)
        plan = replace(plan, steps=(*plan.steps[:-1], replace(verify, patience=1.0)))
        job = service.run(plan)
        assert await service.finished(job) is Outcome.FAILED
        notes = [e.text for e in service.events(job) if e.kind is EventKind.NOTE]
        assert any("ovmtui repair oradb01 --on ovm2" in text for text in notes)
        await until(
            service,
            lambda now: any(
                copy.domain.transit is Transit.DEPARTED
                for copy in now.vms[key(service, "oradb01")].copies
            ),
        )
        outcome, text = await do(service, Verb.REPAIR, "oradb01")
        assert outcome is Outcome.DONE, text
    assert list(pool.world.nodes["ovm2"].guests()) == []
    assert pool.truth().running[SPEC.vms[2].identity] == ("ovm1",)


async def test_a_migration_under_way_is_no_leftover(
    pool: SimulatedPool, open_service: Open
) -> None:
    await pool.faults.fail_migration("oradb01", "stuck")
    async with open_service() as service:
        job = service.run(service.plan(intent(service, Verb.MIGRATE, "oradb01", "ovm1")))
        await event_of(service, job, lambda e: e.kind is EventKind.PROGRESS)
        await until(service, lambda now: len(now.vms[key(service, "oradb01")].copies) == 2)
        plan = service.plan(intent(service, Verb.REPAIR, "oradb01"))
        seen = {finding.name: finding.verdict for finding in await service.preflight(plan)}
        assert seen["no-migration-1"].standing is Standing.FAILS
        assert "migrate-receive" in seen["no-migration-1"].text
        assert "xl migrate oradb01 ovm1" in seen["no-migration-2"].text


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("save", "failed to suspend at sender"),
        ("transport", "Broken pipe; Migration failed, resuming at sender."),
    ],
)
async def test_a_failed_migration_says_why_and_the_machine_runs_on(
    pool: SimulatedPool, open_service: Open, fault: str, reason: str
) -> None:
    await pool.faults.fail_migration("oradb01", fault)
    async with open_service() as service:
        outcome, text = await do(service, Verb.MIGRATE, "oradb01", "ovm1")
        assert outcome is Outcome.FAILED
        assert reason in text
        assert "oradb01 is running on ovm2" in text
    assert pool.truth().running[SPEC.vms[2].identity] == ("ovm2",)


async def test_a_node_whose_xl_hangs_is_unknown_and_nothing_is_started(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        await pool.faults.set_xend("ovm2", "hanging")
        node = NodeKey("pool1", "ovm2")
        await until(service, lambda now: not now.nodes[node].certain)
        assert service.snapshot.vms[key(service, "oradb01")].state is VmState.UNKNOWN
        assert "ovm2" in await refusal(service, Verb.START, "build7", "ovm1")
    assert changes(pool) == []


async def test_a_xend_that_dies_beside_xl_leaves_its_node_to_xl(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        node = NodeKey("pool1", "ovm4")
        await pool.faults.set_xend("ovm4", "stopped")
        await until(
            service, lambda now: (tool := now.nodes[node].tool) is not None and tool.is_libxl
        )
        await pool.faults.set_xend("ovm4", "up")
        # A deep look, as before every plan.
        await service.checkup.pool("pool1", locks=False)
        tool = service.snapshot.nodes[node].tool
        assert tool is not None
        assert (tool.program, tool.reason) == (
            Program.XM,
            "xm and xl are there, and xend answers",
        )
