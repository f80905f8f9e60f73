"""HA on the pool: what the manager and its agents do, and when the manager fails."""

from __future__ import annotations

import pytest

from tests.xen.conftest import Ovmtui
from tests.xen.pool import NODES, XenPool
from tests.xen.rows import Row

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]

OVS1, OVS2 = NODES


def guarded(pool: XenPool, name: str) -> None:
    """Have `name` run on ovs1 with HA on, and wait until the agent looks after it."""
    pool.create(OVS1, name)
    pool.manager.tell(**{f"ha_{name}": "on", "agent": "on"})
    pool.manager.await_agent(f"ovs1: {name} is seen")


@pytest.mark.row(Row.STOP)
def test_what_is_stopped_stays_down(pool: XenPool, ovmtui: Ovmtui) -> None:
    guarded(pool, "slow01")

    done = ovmtui("stop", "slow01", "--yes")

    assert done.returncode == 0
    assert pool.manager.ha("slow01") == "off"
    pool.manager.await_agent("ovs1: slow01 has gone with HA off")
    assert pool.placement() == set()


@pytest.mark.row(Row.STOP_ORDER)
def test_the_agent_starts_again_what_went_down_with_ha_on(pool: XenPool, ovmtui: Ovmtui) -> None:
    """Without this the row above would prove nothing."""
    guarded(pool, "slow01")
    before = pool.domains(OVS1)["slow01"][0]

    pool.must(OVS1, "xl shutdown slow01")

    pool.manager.await_agent("ovs1: slow01 had vanished and is started again")
    assert pool.domains(OVS1)["slow01"][0] != before
    assert pool.placement() == {("slow01", "ovs1")}


@pytest.mark.row(Row.MANAGER_FAILS)
@pytest.mark.parametrize("how", ["down", "error"])
def test_nothing_is_shut_down_past_a_manager_that_fails(
    pool: XenPool, ovmtui: Ovmtui, how: str
) -> None:
    pool.create(OVS1, "slow01")
    pool.manager.tell(ha_slow01="on", failing=how)

    done = ovmtui("stop", "slow01", "--yes")

    assert done.returncode == 3
    assert "Error: " in done.stdout
    assert pool.placement() == {("slow01", "ovs1")}
    assert pool.manager.ha("slow01") == "on"


@pytest.mark.row(Row.MANAGER_LIES)
def test_nothing_is_shut_down_when_ha_reads_back_as_on(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "slow01")
    pool.manager.tell(ha_slow01="on", failing="deaf")

    done = ovmtui("stop", "slow01", "--yes")

    assert done.returncode == 1
    assert " shutdown " not in done.stdout
    assert pool.placement() == {("slow01", "ovs1")}
