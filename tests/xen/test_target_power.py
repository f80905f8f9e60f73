"""The power of a migration's target is cut. Last of all: the node boots again each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xen.conftest import Ovmtui
from tests.xen.pool import NODES, XenPool
from tests.xen.rows import Row
from tests.xen.settings import CUT_OFF

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]

OVS1, OVS2 = NODES


@pytest.mark.row(Row.DEAD_TARGET)
def test_nothing_is_moved_to_a_dead_node(pool: XenPool, ovmtui: Ovmtui, config: Path) -> None:
    pool.create(OVS1, "slow01")
    config.write_text(pool.settings(timeouts=CUT_OFF))
    pool.cut_power(OVS2)

    done = ovmtui("migrate", "slow01", "--to", "ovs2", "--yes")

    assert done.returncode in {3, 4}
    assert "ovs2" in done.stdout
    assert "migration sender" not in done.stdout
    assert pool.guests(OVS1) == {"slow01"}


@pytest.mark.row(Row.DEAD_TARGET_MIDWAY)
def test_a_machine_whose_target_dies_stays_where_it_is(
    pool: XenPool, ovmtui: Ovmtui, config: Path
) -> None:
    pool.create(OVS1, "dirty01")
    config.write_text(pool.settings(timeouts=CUT_OFF))
    words = ("migrate", "dirty01", "--to", "ovs2", "--yes")
    process = ovmtui.begin(*words)
    said = ovmtui.read_until(process, "Ready to receive domain")
    pool.cut_power(OVS2)
    done = ovmtui.ended(process, *words, said=said)

    assert done.returncode in {1, 4}
    assert "dirty01 is running on ovs1" in done.stdout
    assert pool.guests(OVS1) == {"dirty01"}
