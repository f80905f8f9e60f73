"""The flows on real Xen, without a screen. Truth is what `xl list` says on the nodes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.xen.conftest import Ovmtui
from tests.xen.pool import NODES, XenPool
from tests.xen.rows import Row

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]

OVS1, OVS2 = NODES
MACHINES = {"web01", "db01", "stuck01", "slow01", "big01", "dirty01"} | {
    "crash01",
    "wide01",
    "wide02",
}


def listed(ovmtui: Ovmtui, *options: str) -> dict[str, dict[str, Any]]:
    done = ovmtui("list", *options, "--json")
    assert done.returncode == 0, done.stderr
    return {machine["name"]: machine for machine in json.loads(done.stdout)}


@pytest.mark.row(Row.GRID)
def test_the_grid_is_what_the_nodes_list(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS2, "slow01")
    pool.manager.tell(ha_slow01="on")

    machines = listed(ovmtui, "--ha")

    assert set(machines) == MACHINES
    states = {name: (machine["state"], machine["nodes"]) for name, machine in machines.items()}
    others = MACHINES - {"slow01"}
    assert states == {"slow01": ("running", ["ovs2"]), **{name: ("down", []) for name in others}}
    assert {name for name, machine in machines.items() if machine["ha"] == "on"} == {"slow01"}
    assert machines["slow01"]["copies"][0]["id"] == pool.domains(OVS2)["slow01"][0]


@pytest.mark.row(Row.START)
def test_a_start_waits_until_the_guest_can_be_logged_in_to(pool: XenPool, ovmtui: Ovmtui) -> None:
    done = ovmtui("start", "web01", "--on", "ovs1", "--ha", "--yes")

    assert done.returncode == 0
    ping, login, ha = (
        done.stdout.index(text)
        for text in ("wait for container ping", "wait for container operational", "vm conf")
    )
    assert ping < login < ha, "HA goes on before the guest is up"
    assert pool.placement() == {("web01", "ovs1")}
    assert pool.manager.ha("web01") == "on"
    # The same login, from the other node.
    guest = "ssh -o StrictHostKeyChecking=no -o BatchMode=yes -n 192.168.77.110 hostname"
    assert pool.ssh(OVS2, guest).returncode == 0


@pytest.mark.row(Row.MIGRATE)
def test_a_machine_moves_there_and_back(pool: XenPool, ovmtui: Ovmtui) -> None:
    """Its disk is on the shared repository, which both nodes must see."""
    pool.create(OVS1, "db01")
    for target in ("ovs2", "ovs1"):
        done = ovmtui("migrate", "db01", "--to", target, "--yes")
        assert done.returncode == 0
        assert "migration sender: Target reports successful startup." in done.stdout
        assert pool.placement() == {("db01", target)}


@pytest.mark.row(Row.DESTROY)
def test_a_destroy_switches_ha_off_first(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS2, "slow01")
    pool.manager.tell(ha_slow01="on")

    done = ovmtui("destroy", "slow01", "--yes")

    assert done.returncode == 0
    assert re.search(r"vm conf .* -d$[\s\S]*HA is off$[\s\S]*x[ml] destroy \d", done.stdout, re.M)
    assert pool.placement() == set()
    assert pool.manager.ha("slow01") == "off"


@pytest.mark.row(Row.PAUSE)
def test_a_machine_is_held_and_let_go(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "slow01")

    assert ovmtui("pause", "slow01", "--yes").returncode == 0
    assert "p" in pool.domains(OVS1)["slow01"][1]
    assert listed(ovmtui)["slow01"]["state"] == "paused"

    assert ovmtui("unpause", "slow01", "--yes").returncode == 0
    assert "p" not in pool.domains(OVS1)["slow01"][1]
    assert listed(ovmtui)["slow01"]["state"] == "running"


@pytest.mark.row(Row.REBOOT)
def test_a_machine_is_rebooted_where_it_is(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "web01")
    before = pool.domains(OVS1)["web01"][0]

    done = ovmtui("reboot", "web01", "--yes")

    assert done.returncode == 0
    assert pool.placement() == {("web01", "ovs1")}
    assert pool.domains(OVS1)["web01"][0] != before


@pytest.mark.row(Row.EVACUATE)
def test_a_node_is_emptied_and_filled_again(pool: XenPool, ovmtui: Ovmtui) -> None:
    for name in ("db01", "slow01"):
        pool.create(OVS1, name)

    assert ovmtui("evacuate", "ovs1", "--yes").returncode == 0
    assert pool.placement() == {("db01", "ovs2"), ("slow01", "ovs2")}

    assert ovmtui("bring-back", "ovs1", "--yes").returncode == 0
    assert pool.placement() == {("db01", "ovs1"), ("slow01", "ovs1")}
