"""What breaks in the middle: guests, the nodes' network, the console itself."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from tests.xen.conftest import Ovmtui
from tests.xen.pool import NODES, Link, XenPool
from tests.xen.rows import Row

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]

OVS1, OVS2 = NODES
UNDER_WAY = "Ready to receive domain"
"""What `xl migrate` says when the transfer begins."""


def await_placement(pool: XenPool, wanted: set[tuple[str, str]], *, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while (found := pool.placement()) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(2)


@pytest.mark.row(Row.IGNORES_SHUTDOWN)
def test_a_guest_that_ignores_the_shutdown_runs_on_with_ha(
    pool: XenPool, ovmtui: Ovmtui, config: Path
) -> None:
    pool.create(OVS1, "stuck01")
    pool.manager.tell(ha_stuck01="on")
    config.write_text(pool.settings(budgets={"down": 20}))

    done = ovmtui("stop", "stuck01", "--yes")

    assert done.returncode == 5
    assert "not reached (budget 20 s)" in done.stdout
    assert pool.placement() == {("stuck01", "ovs1")}
    assert pool.manager.ha("stuck01") == "on"


@pytest.mark.row(Row.FORCED)
def test_it_is_destroyed_when_told(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "stuck01")

    done = ovmtui("stop", "stuck01", "--yes", "--force-after", "20")

    assert done.returncode == 0
    assert " destroy " in done.stdout
    assert pool.placement() == set()


@pytest.mark.row(Row.CRASH)
def test_a_crashed_guest_is_shown_and_cleared(pool: XenPool, ovmtui: Ovmtui) -> None:
    assert ovmtui("start", "crash01", "--on", "ovs1", "--yes").returncode == 0
    deadline = time.monotonic() + 600
    while "c" not in pool.domains(OVS1)["crash01"][1]:
        assert time.monotonic() < deadline
        time.sleep(2)

    machines = json.loads(ovmtui("list", "--json").stdout)
    (crashed,) = (machine for machine in machines if machine["name"] == "crash01")
    assert crashed["state"] == "crashed"
    assert ovmtui("start", "crash01", "--on", "ovs2", "--yes").returncode in {2, 3}
    assert ovmtui("stop", "crash01", "--yes").returncode in {2, 3}
    assert pool.placement() == {("crash01", "ovs1")}

    assert ovmtui("destroy", "crash01", "--yes").returncode == 0
    assert pool.placement() == set()


@pytest.mark.row(Row.LINK_CUT)
def test_a_migration_whose_network_is_cut_leaves_one_machine(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "dirty01")
    words = ("migrate", "dirty01", "--to", "ovs2", "--yes")
    process = ovmtui.begin(*words)
    said = ovmtui.read_until(process, UNDER_WAY)
    with pool.cut(OVS2, Link.POOL):
        done = ovmtui.ended(process, *words, said=said)
        ovmtui.transcript.look("the network still cut")
        assert "dirty01" in pool.guests(OVS1)
        assert "dirty01" not in pool.guests(OVS2)

    assert done.returncode in {1, 4}
    assert "dirty01 is running on ovs1" in done.stdout
    # What the target has of it goes as soon as its sshd gives the sender up.
    await_placement(pool, {("dirty01", "ovs1")}, timeout=300)


@pytest.mark.row(Row.KILLED)
def test_a_killed_console_is_gone_on_with(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "db01")
    pool.manager.tell(ha_db01="on")
    process = ovmtui.begin("migrate", "db01", "--to", "ovs2", "--yes")
    said = ovmtui.read_until(process, UNDER_WAY)
    process.kill()
    ovmtui.ended(process, "migrate", "db01", "--to", "ovs2", "--yes", said=said)
    (lock,) = re.findall(r"locked for this plan: (\S+)", said)

    (stopped,) = json.loads(ovmtui("jobs", "--json").stdout)
    assert (stopped["verb"], stopped["under_way"]) == ("migrate", False)
    # Whoever comes meanwhile is kept out.
    assert ovmtui("stop", "db01", "--yes").returncode == 3

    assert ovmtui("jobs", "resume", "--all", "--yes").returncode == 0
    assert pool.placement() == {("db01", "ovs2")}
    assert pool.manager.ha("db01") == "on"
    assert ovmtui("jobs").stdout == "every job has ended\n"
    assert is_free(pool, lock)


@pytest.mark.row(Row.OUTLIVES)
def test_a_migration_outlives_its_console(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "db01")
    words = ("migrate", "db01", "--to", "ovs2", "--yes")
    process = ovmtui.begin(*words)
    said = ovmtui.read_until(process, UNDER_WAY)
    process.kill()
    ovmtui.ended(process, *words, said=said)

    await_placement(pool, {("db01", "ovs2")}, timeout=600)


def is_free(pool: XenPool, lock: str) -> bool:
    """Whether every node could take `lock`."""
    tries = f"[ ! -e {lock} ] || flock -n {lock} true"
    return all(pool.ssh(node, tries).returncode == 0 for node in NODES)


@pytest.mark.row(Row.LOCK)
def test_a_plan_s_lock_holds_on_both_nodes(pool: XenPool, ovmtui: Ovmtui) -> None:
    """OCFS2 makes flock cluster-wide, on which one plan for a machine at a time rests."""
    pool.create(OVS1, "db01")
    words = ("migrate", "db01", "--to", "ovs2", "--yes")
    process = ovmtui.begin(*words)
    said = ovmtui.read_until(process, UNDER_WAY)
    (lock,) = re.findall(r"locked for this plan: (\S+)", said)
    for node in NODES:
        assert pool.ssh(node, f"flock -n {lock} true").returncode == 1, node.name
    done = ovmtui.ended(process, *words, said=said)

    assert done.returncode == 0
    assert is_free(pool, lock)
