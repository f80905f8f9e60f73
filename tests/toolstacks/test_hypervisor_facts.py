from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.node import HypervisorFacts
from ovmtui.model.tool import Toolstack
from ovmtui.toolstacks.xm import DomainUptime, parse_info, parse_uptime
from tests.toolstacks.recorded import Recorded, recorded, recordings

UPTIMES = [one for one in recordings() if one.command in {"xm uptime", "xl uptime"}]
INFOS = [one for one in recordings() if one.command in {"xm info", "xl info", "xl info -n"}]


def test_xend_3_4() -> None:
    parsed = parse_info(recorded("xm-3.4/info-uptime-vcpu", "xm info").stdout)
    assert parsed.notes == ()
    assert parsed.value == HypervisorFacts(
        host="ovm1",
        total_memory_mib=16383,
        free_memory_mib=5972,
        cpus=8,
        cpu_model="bfebfbff:28100800:00000000:00000340:009ce3bd:00000000:00000001:00000000",
        xen_version="3.4.0",
        toolstack=Toolstack.XEND,
    )


@pytest.mark.parametrize("one", INFOS, ids=lambda one: f"{one.version} {one.command}")
def test_the_toolstack_of_every_recording(one: Recorded) -> None:
    """The xl of Xen 4.17 prints `xend_config_format`, too."""
    parsed = parse_info(one.stdout)
    if one.exit_status == 0:
        expected = Toolstack.LIBXL if one.version == "xl-4.17" else Toolstack.XEND
        assert parsed.value.toolstack is expected
        assert parsed.value.free_memory_mib
        assert parsed.value.cpu_model
    else:
        assert parsed.value == HypervisorFacts()
        assert parsed.notes


def test_libxl_without_the_line_that_it_prints_for_compatibility() -> None:
    text = recorded("xl-4.17/info", "xl info").stdout
    kept = [line for line in text.splitlines() if not line.startswith("xend_config_format")]
    assert parse_info("\n".join(kept)).value.toolstack is Toolstack.LIBXL
    assert parse_info("\n".join(kept)).value.xen_version == "4.17.7"


def test_a_cut_answer_leaves_the_toolstack_of_xend_unknown() -> None:
    text = recorded("xm-3.4/info-uptime-vcpu", "xm info").stdout
    cut = text[: text.index("cc_compiler")]
    assert parse_info(cut).value.toolstack is Toolstack.UNKNOWN


def test_values_that_are_none() -> None:
    parsed = parse_info("host :\ntotal_memory : lots\nfree_memory : -1\nnr_cpus :\nhw_caps :")
    assert parsed.value == HypervisorFacts()
    assert len(parsed.notes) == 2


def test_lines_that_go_on_are_no_facts() -> None:
    text = "node_to_memory         : node0:5\n  free_memory : 7\nfree_memory            : 9"
    assert parse_info(text).value.free_memory_mib == 9


@pytest.mark.parametrize("one", UPTIMES, ids=lambda one: f"{one.version}/{one.file}")
def test_every_recorded_uptime_is_read(one: Recorded) -> None:
    parsed = parse_uptime(one.stdout)
    assert parsed.notes == ()
    assert parsed.value is not None
    names = [row.split()[0] for row in one.stdout.strip().split("\n")[1:]]
    assert [row.name for row in parsed.value] == names
    assert all((row.domid is None) == (row.name == "managed1") for row in parsed.value)


def test_days_of_uptime() -> None:
    text = "Name ID Uptime \na  0 136 days,  0:38:43\nb  7 1 day, 14:54:59\nc      0:00:07\n"
    assert parse_uptime(text).value == (
        DomainUptime("a", 0, 136 * 86_400 + 38 * 60 + 43),
        DomainUptime("b", 7, 86_400 + 14 * 3600 + 54 * 60 + 59),
        DomainUptime("c", None, 7),
    )


def test_an_uptime_that_is_none() -> None:
    assert parse_uptime("Error: Most commands need root access.").value is None
    parsed = parse_uptime("Name ID Uptime\nv 5 for ever\nw 6 0:00:01")
    assert parsed.value == (DomainUptime("w", 6, 1),)
    assert len(parsed.notes) == 1


@given(st.binary())
def test_no_bytes_make_them_raise(data: bytes) -> None:
    text = data.decode(errors="replace")
    parse_info(text)
    parse_info(f"free_memory : {text}")
    parse_uptime(f"Name ID Uptime\n{text}")
