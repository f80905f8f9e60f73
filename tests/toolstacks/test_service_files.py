"""What is read from service files of all eras, good and broken: one row for each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.service import Service, ServiceFile
from ovmtui.toolstacks.servicefile import parse, service_name

_FOLDER = Path(__file__).parent / "services"


@dataclass(frozen=True)
class Expected:
    """What a file says; what is not named has its default."""

    general: dict[str, object]
    notes: tuple[str, ...] = ()
    """Each the beginning of a note, in any order: all there are."""
    on: dict[str, dict[str, object]] = field(default_factory=dict)
    """What a node makes of it, where that differs."""


_TWO = ("ovm1", "ovm2")
_FILES = {
    "ovmguest1.conf": Expected(
        {
            "environment": "DEV",
            "nodes": _TWO,
            "orchestrate": "start",
            "drives_machine": True,
            "vm_name": "ovmguest1",
            "heartbeat": "hb#1",
            "wanted_ha": True,
            "addresses": ("ovmguest1",),
        }
    ),
    "crm.env": Expected(
        {
            "environment": "PRD",
            "nodes": _TWO,
            "recovery_nodes": ("ovm9",),
            "orchestrate": "start",
            "vm_name": "crm",
            "guest_os": "Linux",
            "wanted_ha": True,
            "addresses": ("crm.example.com",),
        }
    ),
    "erp.env": Expected(
        {
            "environment": "PPRD",
            "vm_uuid": "0004fb00-0006-0000-a1b2-c3d4e5f60718",
            "reservations": True,
            "wanted_ha": True,
            "vm_name": "erp",
        }
    ),
    "hr.env": Expected(
        {
            "container": "container#1",
            "vm_name": "hrprod",
            "vm_uuid": "0004fb00-0006-0000-a1b2-c3d4e5f60719",
            "guest_os": "windows",
            "nodes": ("ovm1", "ovm2", "ovm3"),
            "orchestrate": "start",
            "wanted_ha": True,
        }
    ),
    "web.env": Expected(
        {
            "container": "container#1",
            "vm_name": "web",
            "vm_uuid": "0004fb00-0006-0000-0000-0000000000aa",
            "wanted_ha": None,
        }
    ),
    "noha.conf": Expected({"environment": "TST", "orchestrate": "no", "wanted_ha": False}),
    "maintenance.conf": Expected(
        {"heartbeat": None, "heartbeat_disabled": True, "wanted_ha": None}
    ),
    "maintenance_on.conf": Expected(
        {"heartbeat": "hb#1", "wanted_ha": True}, on={"ovm2": {"wanted_ha": None}, "ovm1": {}}
    ),
    "disabled.conf": Expected({"disabled": True, "wanted_ha": None}),
    "scoped.conf": Expected(
        {"addresses": ("scoped.pool",), "recovery_nodes": ("dr1",), "wanted_ha": True},
        on={
            "OVM2": {"addresses": ("scoped.ovm2",)},
            "ovm1": {"addresses": ("scoped.pool",)},
            "dr1": {"addresses": ("scoped.dr",), "wanted_ha": None},
        },
    ),
    "scoped_upper.conf": Expected(
        {"nodes": ("OVM1", "Ovm2"), "addresses": ("rest",)},
        on={"OVM1": {"addresses": ("first",)}, "ovm2": {"addresses": ("rest",)}},
    ),
    "many_ips.conf": Expected({"addresses": ("one", "two", "ten")}),
    "references.conf": Expected(
        {
            "vm_name": "references",
            "start_timeout": 240.0,
            "stop_timeout": 90.0,
            "addresses": ("references.prod.example.com",),
        }
    ),
    "second_generation.conf": Expected(
        {
            "orchestrate": "ha",
            "container": "container#1",
            "reservations": True,
            "start_timeout": 240.0,
            "wanted_ha": None,
        }
    ),
    "continued.conf": Expected({"nodes": ("ovm1", "ovm2", "ovm3"), "wanted_ha": True}),
    "windows_ends.conf": Expected({"nodes": _TWO, "environment": "DEV", "wanted_ha": True}),
    "typo_type.env": Expected(
        {"heartbeat": None, "heartbeat_unclear": True, "wanted_ha": None},
        notes=("typo_type.env:5: [hb#1] type: `OVM` is no type",),
    ),
    "hb_without_type.conf": Expected(
        {"wanted_ha": None}, notes=("hb_without_type.conf:4: [hb#1] type: is missing",)
    ),
    "hb_without_number.conf": Expected(
        {"wanted_ha": None}, notes=("hb_without_number.conf:4: [hb]: needs a number",)
    ),
    "bad_values.conf": Expected(
        {
            "environment": None,
            "orchestrate": None,
            "vm_uuid": None,
            "vm_name": "bad_values",
            "addresses": (),
            "wanted_ha": True,
        },
        notes=(
            "bad_values.conf:3: [DEFAULT] env: `PROD` is no environment",
            "bad_values.conf:4: [DEFAULT] orchestrate: `always`",
            "bad_values.conf:6: [DEFAULT] vm_uuid: `not-a-uuid` is no UUID",
            "bad_values.conf:7: [DEFAULT] vm_name: `-rf` is no machine's name",
            "bad_values.conf:10: [hb#1] disable: `perhaps` is neither",
            "bad_values.conf:12: [ip#1] ipname: `$(reboot)` is no address",
            "bad_values.conf:13: [ip#2] ipname: is missing",
        ),
    ),
    "bad_timeouts.conf": Expected(
        {"vm_uuid": None, "start_timeout": None, "drives_machine": True},
        notes=(
            "bad_timeouts.conf:5: [container#1] uuid: `{nothing.there}` refers to",
            "bad_timeouts.conf:6: [container#1] start_timeout: `soon` is no duration",
        ),
    ),
    "no_default.conf": Expected(
        {"drives_machine": False, "wanted_ha": None},
        notes=("no_default.conf:1: [DEFAULT]: there is no such section",),
    ),
    "before_section.conf": Expected(
        {"nodes": (), "drives_machine": True},
        notes=(
            "before_section.conf:1: nodes: stands before the first section",
            "before_section.conf:2: nodes: is missing",
            "before_section.conf:4: this line is nothing: neither a section",
            "before_section.conf:5: = empty key: neither a section",
        ),
    ),
    "twice.conf": Expected(
        {"nodes": _TWO, "drives_machine": True},
        notes=(
            "twice.conf:4: nodes: given twice, in line 2, too",
            "twice.conf:5: [DEFAULT]: section given twice",
            "twice.conf:6: mode: given twice, in line 3, too",
        ),
    ),
    "binary.conf": Expected(
        {"drives_machine": False},
        notes=(
            "binary.conf:1: ␀␁",
            "binary.conf:1: [DEFAULT]: there is no such section",
            "binary.conf:2: [[[: neither a section",
            "binary.conf:3: [unclosed: neither a section",
        ),
    ),
    "other_container.conf": Expected({"drives_machine": False, "environment": "PRD"}),
    "empty.conf": Expected(
        {"drives_machine": False}, notes=("empty.conf:1: [DEFAULT]: there is no such section",)
    ),
}


def _read(name: str) -> ServiceFile:
    return parse((_FOLDER / name).read_bytes().decode("utf-8", "replace"), name)


def _said(service: Service) -> dict[str, object]:
    names = (*Service.__dataclass_fields__, "wanted_ha")
    said = {name: getattr(service, name) for name in names}
    return said | {"addresses": tuple(address.name for address in service.addresses)}


def test_every_file_has_its_row() -> None:
    assert {path.name for path in _FOLDER.iterdir()} == set(_FILES)


@pytest.mark.parametrize("name", sorted(_FILES))
def test_what_is_read(name: str) -> None:
    file, expected = _read(name), _FILES[name]
    said = _said(file.general)
    assert {key: said[key] for key in expected.general} == expected.general
    for node, values in expected.on.items():
        seen = _said(file.on(node))
        assert {key: seen[key] for key in values} == values, node


@pytest.mark.parametrize("name", sorted(_FILES))
def test_mistakes_are_told_with_file_line_and_key(name: str) -> None:
    notes = sorted(_read(name).notes)
    expected = sorted(_FILES[name].notes)
    assert len(notes) == len(expected), notes
    for note, beginning in zip(notes, expected, strict=True):
        assert note.startswith(beginning)


def test_a_doubtful_heartbeat_never_reads_as_high_availability_off() -> None:
    for name in ("typo_type.env", "hb_without_type.conf", "hb_without_number.conf"):
        assert _read(name).general.wanted_ha is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/etc/opensvc/ovmguest1.conf", "ovmguest1"),
        ("/opt/opensvc/etc/crm.env", "crm"),
        ("/opt/opensvc/etc/node.conf", None),
        ("/opt/opensvc/etc/auth.conf", None),
        ("/opt/opensvc/etc/ovmguest1", None),
        ("/etc/opensvc/.conf", None),
        ("/etc/opensvc/-s.conf", None),
    ],
)
def test_which_files_are_services(path: str, name: str | None) -> None:
    assert service_name(path) == name


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    file = parse(text, "x.conf")
    assert file.name == "x"
    assert all("\x1b" not in note for note in file.notes)


@given(
    st.lists(
        st.sampled_from(
            [
                "[DEFAULT]",
                "[hb#1]",
                "nodes = a b",
                "type = ovm",
                "mode=ovm",
                "disable@a = true",
                " x",
                "a = {a}",
                "b = {b.c}{b.c}",
                ";",
                "=",
            ]
        )
    )
)
def test_no_order_of_lines_breaks_the_reading(lines: list[str]) -> None:
    file = parse("\n".join(lines), "x.conf")
    for service in (file.general, *file.scoped.values()):
        assert service.wanted_ha in {True, False, None}
