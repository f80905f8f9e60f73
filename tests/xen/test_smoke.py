"""The short test of every change: one machine is started, moved and stopped."""

from __future__ import annotations

import pytest

from tests.xen.conftest import Ovmtui
from tests.xen.pool import XenPool
from tests.xen.rows import Row

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]


@pytest.mark.row(Row.SMOKE)
def test_start_move_and_stop(pool: XenPool, ovmtui: Ovmtui) -> None:
    assert ovmtui("start", "web01", "--on", "ovs1", "--ha", "--yes").returncode == 0
    assert pool.placement() == {("web01", "ovs1")}
    assert pool.manager.ha("web01") == "on"

    assert ovmtui("migrate", "web01", "--to", "ovs2", "--yes").returncode == 0
    assert pool.placement() == {("web01", "ovs2")}

    assert ovmtui("stop", "web01", "--yes").returncode == 0
    assert pool.placement() == set()
    assert pool.manager.ha("web01") == "off"
