"""Oracle VM 3's friendly names in the grid, the filter and the notes."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vmconfig import ConfigFile, VmConfig
from ovmtui.runtime.merge import merge
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.rows import build
from ovmtui.ui.viewmodel.view import ViewState
from tests.plan.pools import NOW, POOL, domain, node, pool

PLACE = {column.id: index for index, column in enumerate(COLUMNS)}
HEX = "0004fb00000600000000000000000a{:02x}"
UUID = "0004fb00-0006-0000-0000-000000000a{:02x}"


def snapshot(*labels: str, ha: HaFact | None = None) -> Snapshot:
    files = tuple(
        ConfigFile(
            f"/OVS/Repositories/r/VirtualMachines/{HEX.format(number)}/vm.cfg",
            VmConfig(
                HEX.format(number),
                UUID.format(number),
                512,
                1,
                simple_name=label,
                high_availability=True,
            ),
        )
        for number, label in enumerate(labels)
    )
    domains = [
        domain(HEX.format(number), number + 1, uuid=UUID.format(number))
        for number in range(len(labels))
    ]
    nodes = (replace(node("ovm1", *domains), configs=files, scanned_at=NOW - 5),)
    facts = {} if ha is None else {VmKey(POOL, UUID.format(0)): ha}
    return replace(pool(*nodes), vms=MappingProxyType(merge(POOL, nodes, facts, previous={})))


def column(found: Snapshot, name: str, view: ViewState | None = None) -> list[str]:
    rows = build(found, view or ViewState(), jobs=(), now=NOW, wall=0.0).rows
    return [row.cells[PLACE[name]].text for row in rows]


def test_a_friendly_name_alone_or_with_what_tells_it_apart() -> None:
    found = snapshot("crm db; (prod)", "web", "web")
    assert column(found, "name") == ["crm db; (prod)", "web #0a01", "web #0a02"]


def test_a_friendly_name_is_hostile_text() -> None:
    assert column(snapshot("a\x1b[2Jb"), "name") == ["a␛[2Jb"]


def test_the_filter_finds_friendly_names_tags_and_uuids() -> None:
    found = snapshot("crm", "web", "web")
    for text, names in (
        ("name:web", ["web #0a01", "web #0a02"]),
        ("#0a02", ["web #0a02"]),
        (f"uuid:{UUID.format(0)}", ["crm"]),
        (HEX.format(0), ["crm"]),
    ):
        assert column(found, "name", ViewState(filter_text=text)) == names


def test_two_sources_of_ha_that_differ_are_told_in_the_row() -> None:
    found = snapshot("crm", ha=HaFact(HaState.OFF, "manager", "", NOW - 30))
    assert column(found, "ha") == ["▽ off"]
    assert column(found, "note") == [
        "HA: manager off, vm.cfg says on (read 25 s after the manager's answer)"
    ]


def test_vm_cfg_as_the_only_source_is_told_with_the_reason() -> None:
    found = snapshot("crm", ha=HaFact(reason="manager: connection refused"))
    assert column(found, "ha") == ["▲ on"]
    assert column(found, "note") == ["HA as of vm.cfg; manager: connection refused"]
