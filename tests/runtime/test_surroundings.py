"""What a plan is told of a machine's surroundings: its address above all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ovmtui.config.schema import Driver, Pool, Timeouts, Vm
from ovmtui.plan.driving import DriverChoice
from ovmtui.runtime.surroundings import context_of
from ovmtui.toolstacks.servicefile import parse
from tests.plan.pools import VM, domain, node, pool, with_agent

_SAMPLE = (Path(__file__).parents[1] / "toolstacks/services/ovmguest1.conf").read_text()
_SERVICE = parse(_SAMPLE.replace("ipname = ovmguest1", "ipname = 10.0.0.51"), "ovmguest1.conf")


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Pool(nodes=("ovm1",)), "10.0.0.51"),
        (Pool(nodes=("ovm1",), guest_address="{name}.example.com"), "10.0.0.51"),
        (Pool(nodes=("ovm1",), vms={"ovmguest1": Vm(address="192.0.2.7")}), "192.0.2.7"),
    ],
)
def test_the_services_address_counts_unless_the_machine_has_its_own(
    settings: Pool, address: str
) -> None:
    snapshot = pool(with_agent(node("ovm1", domain()), _SERVICE))
    told = context_of(
        VM,
        snapshot,
        settings,
        Timeouts(),
        manager=None,
        ha_remembered=None,
        reserved_mib={},
    )
    assert told.address == address


def test_the_machines_driver_counts_before_the_pools() -> None:
    settings = Pool(
        nodes=("ovm1",), driver=Driver.OPENSVC, vms={"ovmguest1": Vm(driver=Driver.DIRECT)}
    )
    told = context_of(
        VM,
        pool(node("ovm1", domain())),
        settings,
        Timeouts(),
        manager=None,
        ha_remembered=None,
        reserved_mib={},
    )
    assert told.driver is DriverChoice.DIRECT
