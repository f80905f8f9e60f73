"""Mounts, space, yum repositories, the wizard, and what a check asks: read from real forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.storage import mount_of
from ovmtui.toolstacks import mounts, nodecheck, ovmwizard, yumrepos
from ovmtui.toolstacks.probe import SectionResult

_MOUNTS = """\
rootfs / rootfs rw 0 0
/dev/sda2 / ext3 rw,data=ordered 0 0
/dev/mapper/ovs /var/ovs/mount/6A17 ocfs2 rw,_netdev,datavolume,heartbeat=local 0 0
filer:/export/ovs\\040two /OVS/Repositories/ab nfs4 ro,vers=4 0 0
nonsense
"""


def test_mounts_with_kind_mode_and_escapes() -> None:
    read = mounts.parse_mounts(_MOUNTS)
    ocfs2 = mount_of("/var/ovs/mount/6A17/running_pool/x/vm.cfg", read.value)
    nfs = mount_of("/OVS/Repositories/ab/VirtualMachines/1/vm.cfg", read.value)
    assert ocfs2 is not None
    assert nfs is not None
    assert (ocfs2.kind, ocfs2.writable, ocfs2.is_shared) == ("ocfs2", True, True)
    assert (nfs.source, nfs.writable) == ("filer:/export/ovs two", False)
    assert len(read.notes) == 1
    root = mount_of("/var/ovs/mount/6A17x", read.value)
    assert root is not None
    assert root.kind == "ext3"


def test_space_is_told_for_what_df_lists_only() -> None:
    text = (
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
        "/dev/mapper/ovs 1048576 1024 1047552 1% /var/ovs/mount/6A17\n"
        "df: /OVS: Stale NFS file handle\n"
    )
    known = {m.path: m for m in mounts.with_space(mounts.parse_mounts(_MOUNTS).value, text)}
    assert known["/var/ovs/mount/6A17"].free_kib == 1_047_552
    assert known["/OVS/Repositories/ab"].free_kib is None


@given(st.text(max_size=300))
def test_no_mounts_break_the_reading(text: str) -> None:
    mounts.with_space(mounts.parse_mounts(text).value, text)


_GOOD = yumrepos.text_of(tuple(yumrepos.REPOSITORIES))


def test_the_repositories_of_the_page_are_recognised() -> None:
    found = yumrepos.read_repositories({"/etc/yum.repos.d/a.repo": _GOOD})
    assert {one.name for one in found} == {"el5_addons", "el5_oracle_addons"}
    assert all(not one.differences for one in found)


def test_a_repository_that_differs_says_how() -> None:
    changed = _GOOD.replace("enabled=1", "enabled=0", 1)
    found = yumrepos.read_repositories({"/etc/yum.conf": "[main]\n", "/x.repo": changed})
    assert found[0].differences == ("enabled = 0 (should be: 1)",)
    assert found[1].differences == ()


def test_a_file_that_is_no_ini_is_not_read() -> None:
    assert yumrepos.read_repositories({"/x.repo": "no section\n"}) == ()


_ANSWERS = ovmwizard.ManagerSite("mgr").answers


def test_each_question_of_the_wizard_is_answered() -> None:
    said = "This is a wizard.\nCTRL-C to exit.\n\nOracle VM Manager hostname: "
    assert ovmwizard.answer_to(said, _ANSWERS, quiet=False) == "mgr"
    assert ovmwizard.answer_to("mgr\nOracle VM Manager port number: ", _ANSWERS, quiet=False) == (
        "4443"
    )
    assert (
        ovmwizard.answer_to("Deploy path (leave blank for default): ", _ANSWERS, quiet=False) == ""
    )
    assert ovmwizard.answer_to("Enable HTTPS support? (Y/n): ", _ANSWERS, quiet=False) == "Y"


def test_what_asks_nothing_yet_is_waited_for() -> None:
    assert ovmwizard.answer_to("Oracle VM Manager host", _ANSWERS, quiet=False) is None
    assert ovmwizard.answer_to("Configuration complete.\n", _ANSWERS, quiet=False) is None


@pytest.mark.parametrize(
    ("said", "quiet"),
    [
        ("Overwrite? (y/N): ", False),
        ("Password:", False),
        ("Oracle VM Manager hostname [old]: ", False),
        ("press a key", True),
        ("", True),
    ],
)
def test_an_unknown_question_is_never_answered(said: str, quiet: bool) -> None:
    with pytest.raises(ovmwizard.UnexpectedQuestion):
        ovmwizard.answer_to(said, _ANSWERS, quiet=quiet)


def _sections(**results: tuple[str, int | None]) -> dict[str, SectionResult]:
    return {
        name.replace("_", "-"): SectionResult(text, "", status)
        for name, (text, status) in results.items()
    }


@pytest.mark.parametrize(
    ("text", "status", "expected"),
    [
        ("ok! process OVSMonitorServer exists.\nok! all\n", 0, ""),
        ("ok! one\nfail! two\n", 0, "fail! two"),
        ("ok! one\n", 1, "exit code 1"),
        ("missing\n", 3, "/etc/init.d/ovs-agent is not there"),
        ("", None, None),
    ],
)
def test_the_pools_agent_is_judged_as_opensvc_does(
    text: str, status: int | None, expected: str | None
) -> None:
    assert nodecheck.read_answers(_sections(ovs_agent=(text, status))).ovs_agent == expected


def test_what_was_not_told_is_not_known() -> None:
    answers = nodecheck.read_answers({})
    assert (answers.user_id, answers.ovmcli, answers.ovs_agent, answers.auto_start) == (
        None,
        None,
        None,
        None,
    )
    assert nodecheck.open_ports({}) is None
    assert nodecheck.open_ports(_sections(ports=("open 0\nopen 2\n", 0))) is None
    found = nodecheck.open_ports(_sections(ports=("open 0\nopen 2\ndone\n", 0)))
    assert found == frozenset({0, 2})
