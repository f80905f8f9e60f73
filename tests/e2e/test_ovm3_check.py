"""`ovmtui check` of an Oracle VM 3 manager: how far a call comes, and what mends it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.ovm3 import opened, pool_in, write_settings
from tests.e2e.test_cli import run


@pytest.fixture
async def pool3(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    async with pool_in(tmp_path) as pool:
        yield pool


async def found(settings: Path) -> dict[str, dict[str, str]]:
    _, stdout, _ = await run(settings, "check", "--json")
    return {one["check"]: one for one in json.loads(stdout) if one["check"].startswith("manager-")}


async def test_all_is_well_with_a_manager_that_knows_our_servers(
    pool3: SimulatedPool, tmp_path: Path, state: Path
) -> None:
    checks = await found(write_settings(pool3, tmp_path / "ovmtui.toml"))
    assert {name: one["standing"] for name, one in checks.items()} == dict.fromkeys(
        ("manager-port", "manager-login", "manager-servers", "manager-pool"), "holds"
    )


async def test_a_manager_that_is_down_is_told_with_what_to_try(
    pool3: SimulatedPool, tmp_path: Path, state: Path
) -> None:
    await pool3.faults.manager_down()
    checks = await found(write_settings(pool3, tmp_path / "ovmtui.toml"))
    assert list(checks) == ["manager-port"]
    assert "connection refused" in checks["manager-port"]["seen"]
    assert f"ssh -p {pool3.manager_port} admin@127.0.0.1" in checks["manager-port"]["fix"]


async def test_a_wrong_password_and_an_unknown_host_key_have_their_own_mends(
    pool3: SimulatedPool, tmp_path: Path, state: Path
) -> None:
    settings = write_settings(pool3, tmp_path / "ovmtui.toml")
    pool3.password_file.write_text("wrong\n")
    checks = await found(settings)
    assert checks["manager-port"]["standing"] == "holds"
    assert "login refused" in checks["manager-login"]["seen"]
    assert "user and password" in checks["manager-login"]["fix"]
    hosts = pool3.known_hosts.read_text().splitlines(keepends=True)
    pool3.known_hosts.write_text("".join(hosts[:-1]))
    checks = await found(settings)
    assert "host key not known" in checks["manager-login"]["seen"]
    assert f"ssh -p {pool3.manager_port} admin@127.0.0.1" in checks["manager-login"]["fix"]


async def test_names_that_the_manager_does_not_have_are_told(
    pool3: SimulatedPool, tmp_path: Path, state: Path
) -> None:
    settings = write_settings(pool3, tmp_path / "ovmtui.toml")
    text = settings.read_text().replace('name = "ovm3"', 'name = "other3"')
    settings.write_text(text.replace('pool = "pool1"', 'pool = "elsewhere"'))
    checks = await found(settings)
    assert "does not list other3" in checks["manager-servers"]["seen"]
    assert "it lists ovm1, ovm2, ovm3" in checks["manager-servers"]["seen"]
    assert checks["manager-pool"]["standing"] == "fails"


async def test_nothing_is_set_up_on_a_node_of_oracle_vm_3(
    pool3: SimulatedPool, tmp_path: Path, state: Path
) -> None:
    async with opened(write_settings(pool3, tmp_path / "ovmtui.toml")) as service:
        with pytest.raises(PlanRefused, match="nothing set up"):
            await service.checkup.setup(NodeKey("pool1", "ovm1"))
