"""The flows on real Xen, without a screen. Truth is what `xl list` says on the nodes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import Any

import pytest

from tests.xen.conftest import Ovmtui
from tests.xen.pool import NODES, REPOSITORY, XenPool

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]

OVS1, OVS2 = NODES
MACHINES = {"web01", "db01", "stuck01", "slow01", "big01", "dirty01"}


def listed(ovmtui: Ovmtui) -> dict[str, dict[str, Any]]:
    done = ovmtui("list", "--json")
    assert done.returncode == 0, done.stderr
    return {machine["name"]: machine for machine in json.loads(done.stdout)}


def said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def test_stopped_machines_are_down_and_ha_is_unknown(pool: XenPool, ovmtui: Ovmtui) -> None:
    machines = listed(ovmtui)

    assert set(machines) == MACHINES
    assert {machine["state"] for machine in machines.values()} == {"down"}
    assert {machine["ha"] for machine in machines.values()} == {"unknown"}


@pytest.mark.parametrize("name", ["web01", "db01"])
def test_start_migrate_stop(pool: XenPool, ovmtui: Ovmtui, name: str) -> None:
    """db01 has a disk on the shared repository, which both nodes must see."""
    start = ovmtui("start", name, "--on", "ovs1", "--yes")
    assert start.returncode == 0, said(start)
    assert f"{name.upper()}.OVM" in said(start)
    assert "wait for container ping" in said(start)
    assert pool.placement() == {(name, "ovs1")}

    move = ovmtui("migrate", name, "--to", "ovs2", "--yes")
    assert move.returncode == 0, said(move)
    assert "migration sender: Target reports successful startup." in said(move)
    assert pool.placement() == {(name, "ovs2")}
    assert listed(ovmtui)[name]["state"] == "running"

    stop = ovmtui("stop", name, "--yes")
    assert stop.returncode == 0, said(stop)
    assert "wait for container down status" in said(stop)
    assert pool.placement() == set()
    assert listed(ovmtui)[name]["state"] == "down"


def test_a_running_machine_is_not_started_on_the_other_node(pool: XenPool, ovmtui: Ovmtui) -> None:
    """Xen itself would do it, and two systems would write to one disk."""
    assert ovmtui("start", "db01", "--on", "ovs1", "--yes").returncode == 0

    again = ovmtui("start", "db01", "--on", "ovs2", "--yes")

    assert again.returncode == 3
    assert pool.placement() == {("db01", "ovs1")}


def test_a_machine_that_does_not_fit_is_refused(pool: XenPool, ovmtui: Ovmtui) -> None:
    done = ovmtui("start", "big01", "--yes")

    assert done.returncode == 3
    assert "memory" in said(done)
    assert pool.placement() == set()


def test_a_guest_that_ignores_the_shutdown_is_destroyed_only_when_told(
    pool: XenPool, ovmtui: Ovmtui
) -> None:
    assert ovmtui("start", "stuck01", "--on", "ovs1", "--yes").returncode == 0

    done = ovmtui("stop", "stuck01", "--yes", "--force-after", "20")

    assert done.returncode == 0, said(done)
    assert "xm destroy" in said(done)
    assert pool.placement() == set()


def test_nothing_starts_while_a_node_is_silent(pool: XenPool, ovmtui: Ovmtui) -> None:
    """The silent node may run it."""
    with pool.frozen(OVS2):
        done = ovmtui("start", "web01", "--on", "ovs1", "--yes")
        assert done.returncode in {3, 4}
        assert "ovs2" in said(done)
        assert pool.guests(OVS1) == frozenset()


def test_a_migration_outlives_the_console(
    pool: XenPool, ovmtui: Ovmtui, command: tuple[str, ...], environment: dict[str, str]
) -> None:
    assert ovmtui("start", "web01", "--on", "ovs1", "--yes").returncode == 0
    with subprocess.Popen(
        [*command, "migrate", "web01", "--to", "ovs2", "--yes"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as console:
        assert console.stdout is not None
        for line in console.stdout:
            if "Ready to receive domain" in line:
                break
        os.kill(console.pid, signal.SIGKILL)

    deadline = time.monotonic() + 600
    while pool.guests(OVS1) and time.monotonic() < deadline:
        time.sleep(2)
    assert pool.placement() == {("web01", "ovs2")}


def test_a_lock_on_the_repository_holds_on_both_nodes(pool: XenPool) -> None:
    """OCFS2 makes flock cluster-wide, on which one plan for a machine at a time rests."""
    lock = f"{REPOSITORY}/running_pool/10_web01/.lock"
    holder = pool.ssh(OVS1, f"setsid flock {lock} sleep 12 >/dev/null 2>&1 & sleep 2")
    assert holder.returncode == 0
    assert pool.ssh(OVS2, f"flock -n {lock} true").returncode == 1
    assert pool.ssh(OVS2, f"flock -w 60 {lock} true").returncode == 0
