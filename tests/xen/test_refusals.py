"""What is refused on real Xen, where Xen itself would have done it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.xen.conftest import Ovmtui
from tests.xen.pool import NODES, Link, XenPool
from tests.xen.rows import Row
from tests.xen.settings import CUT_OFF

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]

OVS1, OVS2 = NODES


@pytest.mark.row(Row.NO_ROOM_TO_START)
def test_a_machine_that_does_not_fit_is_not_started(pool: XenPool, ovmtui: Ovmtui) -> None:
    done = ovmtui("start", "big01", "--yes")

    assert done.returncode == 3
    assert "memory" in done.stdout
    assert pool.placement() == set()


@pytest.mark.row(Row.NO_ROOM_TO_MOVE)
def test_a_machine_is_not_moved_to_where_it_does_not_fit(pool: XenPool, ovmtui: Ovmtui) -> None:
    pool.create(OVS1, "wide01")
    pool.create(OVS2, "wide02")

    done = ovmtui("migrate", "wide01", "--to", "ovs2", "--yes")

    assert done.returncode == 3
    assert "ovs2 has the memory free: fails" in done.stdout
    assert "migration sender" not in done.stdout
    assert pool.placement() == {("wide01", "ovs1"), ("wide02", "ovs2")}


@pytest.mark.row(Row.DOUBLE_START)
def test_a_running_machine_is_not_started_on_the_other_node(pool: XenPool, ovmtui: Ovmtui) -> None:
    """Xen itself would do it, and two systems would write to one disk."""
    pool.create(OVS1, "db01")

    done = ovmtui("start", "db01", "--on", "ovs2", "--yes")

    assert done.returncode == 3
    assert pool.placement() == {("db01", "ovs1")}


@pytest.mark.row(Row.TWO_CONSOLES)
def test_one_of_two_consoles_starts_it(pool: XenPool, ovmtui: Ovmtui, tmp_path: Path) -> None:
    """They share nothing on this side, as two administrators do."""
    (tmp_path / "bob").mkdir()
    bob = replace(ovmtui, environment={**ovmtui.environment, "HOME": str(tmp_path / "bob")})
    begins = ((ovmtui, "ovs1"), (bob, "ovs2"))
    wishes = [(console, ("start", "db01", "--on", node, "--yes")) for console, node in begins]

    begun = [(console, console.begin(*words), words) for console, words in wishes]
    ends = [console.ended(process, *words) for console, process, words in begun]

    assert sorted(end.returncode for end in ends) == [0, 3]
    assert len(pool.placement()) == 1


@pytest.mark.row(Row.CUT_OFF)
def test_what_a_cut_off_node_runs_is_not_down(pool: XenPool, ovmtui: Ovmtui, config: Path) -> None:
    pool.create(OVS2, "db01")
    config.write_text(pool.settings(timeouts=CUT_OFF))
    with pool.cut(OVS2, Link.CONSOLE):
        seen = ovmtui("list", "--json")
        start = ovmtui("start", "db01", "--on", "ovs1", "--yes")
        assert pool.guests(OVS1) == frozenset()

    assert seen.returncode == 4
    assert "ovs2" in seen.stderr
    assert {machine["state"] for machine in json.loads(seen.stdout)} == {"unknown"}
    assert start.returncode in {3, 4}
    assert "ovs2" in start.stdout
    assert pool.placement() == {("db01", "ovs2")}


@pytest.mark.row(Row.SILENT)
def test_nothing_starts_while_a_node_hangs(pool: XenPool, ovmtui: Ovmtui, config: Path) -> None:
    """It accepts connections and answers nothing; and it may run the machine."""
    config.write_text(pool.settings(timeouts=CUT_OFF))
    with pool.frozen(OVS2):
        done = ovmtui("start", "web01", "--on", "ovs1", "--yes")
        assert done.returncode in {3, 4}
        assert "ovs2" in done.stdout
        assert pool.guests(OVS1) == frozenset()
