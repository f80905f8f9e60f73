from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.domain import DomainDetail, DomainState
from ovmtui.model.vmconfig import Disk, Interface
from ovmtui.toolstacks.xm import parse_list_long
from tests.toolstacks.recorded import Recorded, recorded, recordings

LONG = [
    one
    for one in recordings()
    if (" list -l" in one.command or "--long" in one.command) and one.exit_status == 0
]


def details_of(text: str) -> tuple[DomainDetail, ...]:
    parsed = parse_list_long(text)
    assert parsed.value is not None
    assert parsed.notes == ()
    return parsed.value


@pytest.mark.parametrize("one", LONG, ids=lambda one: f"{one.version} {one.command}")
def test_every_recorded_long_listing_is_read(one: Recorded) -> None:
    for detail in details_of(one.stdout):
        assert detail.uuid or detail.domid == 0
        assert detail.memory_mib
    assert len(LONG) == 9


def test_a_running_domain_of_xend() -> None:
    (detail,) = details_of(recorded("xm-3.4/list-long", "xm list -l ovmguest1").stdout)
    assert detail == DomainDetail(
        name="ovmguest1",
        domid=2,
        uuid="6b0e8a0e-6a5b-4b3c-a6f0-000000000101",
        state=DomainState.RUNNING,
        memory_mib=1024,
        vcpus=1,
        cpu_seconds=2.780538606,
        start_time=1795426702.8,
        disks=(
            Disk(
                kind="file",
                path="/var/ovs/mount/6A17B0B225C6485D8E2D03275FD3B842/running_pool/ovmguest1/System.img",
                device="xvda",
                mode="w",
            ),
        ),
        interfaces=(Interface(mac="00:16:3e:4a:2c:01", bridge="xenbr0"),),
    )


def test_states_of_xend() -> None:
    managed, domain_zero, paused = (
        details_of(recorded("xm-3.4/list-long", command).stdout)[0]
        for command in ("xm list -l managed1", "xm list --long Domain-0", "xm list -l paused1")
    )
    assert (managed.domid, managed.state) == (None, DomainState.HALTED)
    assert managed.disks[0].device == "xvda"
    assert (domain_zero.domid, domain_zero.state) == (0, DomainState.RUNNING)
    assert paused.state is DomainState.PAUSED


def test_all_domains_of_one_listing() -> None:
    text = "".join(one.stdout for one in LONG if one.version == "xm-3.4")
    assert [detail.name for detail in details_of(text)] == [
        "ovmguest1",
        "managed1",
        "Domain-0",
        "winsrv",
        "paused1",
    ]


def test_the_letters_of_a_kept_domain_count_more_than_its_status() -> None:
    text = "(domain (domid 5) (name v) (uuid %s) (status 0) (state ---s--))" % ("ab" * 16)
    assert details_of(text)[0].state is DomainState.SHUTDOWN


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ("(status 0)", DomainState.HALTED),
        ("(domid 5) (status 0)", DomainState.UNKNOWN),
        ("(domid 5) (status 1)", DomainState.PAUSED),
        ("(domid 5) (status 3)", DomainState.SUSPENDED),
        ("(domid 5) (status 5)", DomainState.CRASHED),
        ("(domid 5) (status 2) (state what)", DomainState.UNKNOWN),
        ("(domid 5)", DomainState.UNKNOWN),
    ],
)
def test_status_of_xend(facts: str, state: DomainState) -> None:
    text = f"(domain (name v) (uuid {'ab' * 16}) {facts})"
    assert details_of(text)[0].state is state


@pytest.mark.parametrize(
    ("entry", "disk"),
    [
        (
            "(vbd (uname phy:/dev/mapper/a) (dev hda:disk) (mode w!))",
            Disk("phy", "/dev/mapper/a", "hda", "w!"),
        ),
        (
            "(vbd (uname phy:mapper/a) (dev hdc:cdrom) (mode r))",
            Disk("phy", "/dev/mapper/a", "hdc:cdrom", "r"),
        ),
        (
            "(tap (uname tap:aio:/a/b.img) (dev xvda:disk) (mode w))",
            Disk("tap:aio", "/a/b.img", "xvda", "w"),
        ),
        (
            '(vbd (uname "file:/a (b)/it\\\'s.img") (dev xvda:disk) (mode w))',
            Disk("file", "/a (b)/it's.img", "xvda", "w"),
        ),
        ("(vbd (uname '') (dev hdc:cdrom) (mode r))", Disk("", "", "hdc:cdrom", "r")),
    ],
)
def test_kinds_of_disks(entry: str, disk: Disk) -> None:
    text = f"(domain (domid 5) (name v) (uuid {'ab' * 16}) (device {entry}))"
    assert details_of(text)[0].disks == (disk,)


def test_a_disk_with_an_unknown_mode_is_noted() -> None:
    entry = "(vbd (uname file:/a) (dev xvda) (mode x))"
    parsed = parse_list_long(f"(domain (domid 5) (name v) (device {entry}))")
    assert parsed.value is not None
    assert parsed.value[0].disks == ()
    assert any("disk" in text for text in parsed.notes)


def test_a_listing_of_libxl() -> None:
    details = details_of(recorded("xl-4.17/list-long", "xl list -l").stdout)
    assert [detail.name for detail in details] == [
        "Domain-0",
        "10_web01",
        "11_db01",
        "18_pv01",
        "12_stuck01",
    ]
    assert (details[0].domid, details[0].uuid, details[0].memory_mib) == (0, None, 640)
    assert details[2] == DomainDetail(
        name="11_db01",
        domid=2,
        uuid="0004fb00-0006-0000-0000-000000000011",
        memory_mib=96,
        vcpus=1,
        disks=(
            Disk(
                kind="",
                path="/var/ovs/mount/0A1B2C3D4E5F60718293A4B5C6D7E8F9/running_pool/11_db01/System.img",
                device="xvda",
                mode="w",
            ),
        ),
        interfaces=(Interface(mac="00:16:3e:77:00:11", bridge="xenbr0"),),
    )


def test_a_cut_listing_of_libxl_is_no_listing() -> None:
    text = recorded("xl-4.17/list-long", "xl list -l").stdout
    for end in range(2, len(text.rstrip()) - 1, 501):
        assert parse_list_long(text[:end]).value is None


def test_a_cut_listing_of_xend_lacks_the_domain_that_it_ends_in_and_says_so() -> None:
    first = recorded("xm-3.4/list-long", "xm list -l ovmguest1").stdout
    second = recorded("xm-3.4/list-long", "xm list -l paused1").stdout
    for end in range(1, len(second.rstrip()) - 1, 101):
        parsed = parse_list_long(first + second[:end])
        assert parsed.value is not None
        assert [detail.name for detail in parsed.value] == ["ovmguest1"]
        assert parsed.notes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Error: Unable to connect to xend: Connection refused. Is xend running?",
        "()",
        "(vm (name v))",
        "[]",
        "{}",
        "[1]",
        "[" * 100_000,
        "(" * 100_000,
        "'" * 100_001,
        '[{"domid": ' + "9" * 5000 + "}]",
    ],
    ids=range(11),
)
def test_what_is_no_listing_gives_no_domain(text: str) -> None:
    parsed = parse_list_long(text)
    assert not parsed.value
    assert parsed.notes


def test_libxl_entries_of_the_wrong_kind_are_noted() -> None:
    entries: list[object] = [
        1,
        None,
        {"domid": True, "config": {"c_info": {"name": "a"}}},
        {"domid": -1, "config": {"c_info": {"name": "a"}}},
        {"domid": 3, "config": {"c_info": {"name": ["a"]}}},
        {"domid": 4, "config": {"c_info": {"name": "b"}, "disks": [7], "nics": [{"mac": "x"}]}},
    ]
    parsed = parse_list_long(json.dumps(entries))
    assert parsed.value is not None
    assert [detail.name for detail in parsed.value] == ["b"]
    assert parsed.value[0].interfaces == (Interface(mac=None, bridge=None),)
    assert len(parsed.notes) == 7


def test_a_read_only_disk_of_libxl_is_told_by_the_absence_of_the_flag() -> None:
    disks = [{"pdev_path": "/a.iso", "vdev": "hdc", "is_cdrom": 1}, {"vdev": "xvda"}]
    entry = {"domid": 4, "config": {"c_info": {"name": "b", "uuid": "ab" * 16}, "disks": disks}}
    (detail,) = details_of(json.dumps([entry]))
    assert detail.disks == (Disk("", "/a.iso", "hdc:cdrom", "r"), Disk("", "", "xvda", "r"))


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    text = data.decode(errors="replace")
    for start in ("", "(domain ", "[", '[{"domid":1,"config":'):
        parse_list_long(start + text)


@given(st.text("()[]{}'\"\\ \ndomainnameuuid:,0129", max_size=400))
def test_no_broken_structure_makes_it_raise(text: str) -> None:
    parse_list_long("(" + text)
    parse_list_long("[" + text)
