"""Setup of a bare node and the check before and after it, over real sshd."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import EventKind, Outcome
from ovmtui.plan.checkup.diagnosis import Diagnosis
from ovmtui.plan.verdict import Standing
from ovmtui.runtime.service import Service
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, VmSpec
from tests.e2e.conftest import TIMES
from tests.e2e.driving import summary

World = Callable[[], AbstractAsyncContextManager[tuple[SimulatedPool, Service]]]
BARE = NodeKey("pool1", "ovm2")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[tuple[SimulatedPool, Service]]:
        spec = PoolSpec(
            nodes=(
                NodeSpec("ovm1"),
                NodeSpec("ovm2", ovmcli=False, xend_starts_at_boot=("ovmguest1", "other")),
            ),
            vms=(VmSpec("ovmguest1", node="ovm1"),),
            latencies=Latencies(manager=(0.5, 1.0)),
        )
        async with SimulatedPool(
            spec, front_end=FrontEnd.OPENSSH, speed=20.0, directory=tmp_path
        ) as pool:
            path = pool.write_settings(tmp_path / "ovmtui.toml")
            head, _, tail = path.read_text().partition("\n[pools.")
            path.write_text(f"{head}\n{TIMES}\n[pools.{tail}")
            async with opening.service(load.load(path)) as service:
                await service.settled(timeout=20.0)
                yield pool, service

    return opened


async def checked(service: Service) -> dict[tuple[str, str], Diagnosis]:
    found = await service.checkup.pool("pool1", locks=True)
    return {(one.place, one.name): one for one in found}


async def run(service: Service, *, anew: bool = False) -> tuple[Outcome | None, str]:
    job = service.run(await service.checkup.setup(BARE, anew=anew))
    outcome = await service.finished(job)
    return outcome, summary(service, job)


async def test_setup_of_a_bare_node_with_the_check_before_and_after(world: World) -> None:
    async with world() as (pool, service):
        before = await checked(service)
        missing = before["pool1/ovm2", "ovmcli"]
        assert missing.verdict.standing is Standing.FAILS
        assert missing.fix is not None
        assert missing.fix.text == "ovmtui setup ovm2"
        plan = await service.checkup.setup(BARE)
        assert [step.text.partition(" (answers")[0] for step in plan.steps] == [
            "write [el5_addons], [el5_oracle_addons] to /etc/yum.repos.d/oracle-ovmcli.repo",
            "yum -y install ovmcli",
            "verify that ovmcli is installed: rpm -q ovmcli",
            "ovm config",
            "ovm -u admin -p XXXXXX '-S\";\"' svr ls",
        ]
        outcome, text = await run(service)
        assert outcome is Outcome.DONE, text
        assert pool.world.nodes["ovm2"].wizard_answers == ("ovmmanager", "4443", "", "", "Y")
        written = pool.world.nodes["ovm2"].path("/etc/yum.repos.d/oracle-ovmcli.repo").read_text()
        assert "repo/EnterpriseLinux/EL5/oracle_addons/$basearch/" in written
        after = await checked(service)
        assert after["pool1/ovm2", "ovmcli"].is_well
        assert after["pool1/ovm2", "manager-login"].is_well
        # Done again it changes nothing.
        assert (await service.checkup.setup(BARE)).steps == ()


async def test_an_unexpected_question_is_never_answered(world: World) -> None:
    async with world() as (pool, service):
        await pool.faults.manager_asks("Delete the old configuration? (y/N): ")
        outcome, text = await run(service)
        assert outcome is Outcome.FAILED
        assert "Delete the old configuration? (y/N):" in text
        assert "stopped without an answer" in text
        assert pool.world.nodes["ovm2"].wizard_answers == ()


async def test_repositories_that_differ_are_shown_and_left_alone(world: World) -> None:
    async with world() as (pool, service):
        node = pool.world.nodes["ovm2"]
        node.write(
            "/etc/yum.repos.d/mine.repo", "[el5_addons]\nbaseurl=http://mirror/\nenabled=1\n"
        )
        with pytest.raises(PlanRefused) as refused:
            await service.checkup.setup(BARE)
        assert any("baseurl = http://mirror/" in reason for reason in refused.value.reasons)
        assert not [entry for entry in pool.changes if entry.node == "ovm2"]


async def test_a_file_that_is_there_already_is_backed_up(world: World) -> None:
    async with world() as (pool, service):
        node = pool.world.nodes["ovm2"]
        node.write("/etc/yum.repos.d/oracle-ovmcli.repo", "[other]\nbaseurl=http://x/\n")
        assert (await run(service))[0] is Outcome.DONE
        folder = node.path("/etc/yum.repos.d")
        assert (folder / "oracle-ovmcli.repo.before-ovmtui.1").read_text().startswith("[other]")
        text = (folder / "oracle-ovmcli.repo").read_text()
        assert "[other]" in text
        assert "[el5_addons]" in text


async def test_the_password_never_stands_in_what_is_kept(world: World, tmp_path: Path) -> None:
    async with world() as (pool, service):
        await run(service)
        password = pool.spec.manager_password.encode()
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if password in path.read_bytes()]


async def test_the_check_names_what_is_wrong_why_and_the_mend(world: World) -> None:
    async with world() as (pool, service):
        await service.planner.ask_ha(next(iter(service.snapshot.vms)))
        await pool.faults.close_relocation("ovm2")
        await pool.faults.set_mount("ovm2", f"/dev/sdb1 {pool.directory}/var ext3 rw 0 0\n")
        agent = pool.world.nodes["ovm2"].path("/etc/init.d/ovs-agent")
        agent.write_text("#!/bin/sh\necho 'fail! process OVSAgentServer is not running.'\n")
        service.refresh()
        await service.settled(timeout=10.0)
        found = await checked(service)
        bad = {name: one for (place, name), one in found.items() if place == "pool1/ovm2"}
        assert "is not reached from ovm1" in bad["relocation"].verdict.text
        assert bad["ovs-agent"].verdict.text == "fail! process OVSAgentServer is not running."
        link = bad["auto-start"]
        assert link.verdict.text.startswith("ovmguest1: HA is on")
        assert link.fix is not None
        assert link.fix.text == "rm /etc/xen/auto/ovmguest1"
        assert all(one.why for one in found.values())
        assert all(one.fix for one in bad.values() if one.verdict.standing is Standing.FAILS)
        assert found["pool1/ovm1", "relocation"].is_well
        assert found["pool1", "lock"].is_well
        # The mend is a plan like any other.
        plan = service.checkup.mend(link)
        job = service.run(plan)
        assert await service.finished(job) is Outcome.DONE, summary(service, job)
        assert not pool.world.nodes["ovm2"].path("/etc/xen/auto/ovmguest1").exists()
        assert pool.world.nodes["ovm2"].path("/etc/xen/auto/other").exists()
        assert any(e.kind is EventKind.LOCK for e in service.events(job))
