from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.toolstacks.complaint import libxl_errors
from ovmtui.toolstacks.xm import error_text
from tests.toolstacks.recorded import Recorded, recorded, recordings

# `grep` that finds nothing says nothing.
FAILED = [one for one in recordings() if one.exit_status != 0 and "| grep" not in one.command]


@pytest.mark.parametrize("one", FAILED, ids=lambda one: f"{one.version} {one.command}"[:60])
def test_every_recorded_failure_says_why_in_one_short_line(one: Recorded) -> None:
    text = error_text(one.stdout, one.stderr)
    assert text
    assert "\n" not in text
    assert "Usage" not in text
    assert len(text) <= 401


@pytest.mark.parametrize(
    ("source", "command", "text"),
    [
        (
            "xm-3.4/xend-down",
            "xm list",
            "Error: Unable to connect to xend: No such file or directory. Is xend running?",
        ),
        (
            "xm-3.4/shutdown-reboot-destroy",
            "xm shutdown Domain-0",
            "Error: Domain 0 cannot be shutdown",
        ),
        (
            "xm-3.4/shutdown-reboot-destroy",
            "xm destroy",
            "Error: 'xm destroy' requires 1 arguments.",
        ),
        ("xl-4.17/list-empty", "xl list 99", "Error: Domain '99' does not exist."),
        (
            "xl-4.17/list-empty",
            "xl list nosuch",
            "nosuch is an invalid domain identifier (rc=-6)",
        ),
        ("xl-4.17/list-empty", "xl nosuchverb", "command not implemented"),
        (
            "xl-4.17/create",
            "xl create /OVS/running_pool/99_none/vm.cfg",
            "Failed to read config file: /OVS/running_pool/99_none/vm.cfg: "
            "No such file or directory",
        ),
        (
            "xl-4.17/create",
            "xl create /OVS/running_pool/14_big01/vm.cfg",
            "panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for "
            "domain: Out of memory; xc_dom_boot_mem_init failed: Cannot allocate memory",
        ),
    ],
)
def test_the_reason_without_the_noise(source: str, command: str, text: str) -> None:
    one = recorded(source, command)
    assert error_text(one.stdout, one.stderr) == text


def test_a_name_that_is_taken_under_libxl() -> None:
    (one,) = (
        one
        for one in FAILED
        if one.file == "create" and "already exists" in one.stderr and one.version == "xl-4.17"
    )
    assert error_text("", one.stderr) == 'Domain with name "10_web01" already exists.'


def test_what_succeeded_before_is_no_part_of_the_error() -> None:
    one = recorded(
        "xm-3.4/create",
        "xm create /var/ovs/mount/6A17B0B225C6485D8E2D03275FD3B842/running_pool/nodisk/vm.cfg",
    )
    assert one.stdout.startswith("Using config file")
    assert error_text(one.stdout, one.stderr) == "Error: Disk isn't accessible"


def test_the_reason_of_a_migrations_failure_comes_first_and_its_last_word_behind() -> None:
    taken = [
        one
        for one in FAILED
        if one.file == "migrate-fail" and 'name "10_web01" already exists' in one.stderr
    ]
    assert error_text("", taken[0].stderr) == (
        'Domain with name "10_web01" already exists.; Migration failed due to problems at target.'
    )
    unsuspended = recorded("xl-4.17/migrate-fail", "timeout 90 xl migrate 10_web01 ovs2")
    assert error_text("", unsuspended.stderr) == (
        "guest didn't acknowledge suspend, cancelling request; "
        "Migration failed, failed to suspend at sender."
    )


@pytest.mark.parametrize(
    ("source", "command", "said"),
    [
        ("create", "xl unpause 18_pv01", "Unpausing domain: Invalid argument"),
        ("shutdown-dom0", "xl pause 0", "Pausing domain: Invalid argument"),
    ],
)
def test_what_xl_complains_of_with_exit_code_0(source: str, command: str, said: str) -> None:
    found = [
        libxl_errors(one.stderr)
        for one in recordings()
        if (one.file, one.command, one.exit_status) == (source, command, 0)
    ]
    assert said in found


def test_a_guest_that_cannot_be_asked_at_all() -> None:
    # The words of xl 4.4; those of 4.17 are recorded.
    text = (
        "Shutting down domain 3\n"
        "PV control interface not available: external graceful shutdown not possible.\n"
        'Use "-F" to fallback to ACPI power event.\n'
        "shutdown failed (rc=-9)\n"
    )
    assert error_text("", text) == (
        "PV control interface not available: external graceful shutdown not possible."
    )


def test_successes_are_no_complaints() -> None:
    for one in recordings():
        if one.exit_status == 0 and one.command.startswith(("xl create", "xl shutdown", "xl list")):
            assert libxl_errors(one.stderr) == ""


def test_an_undefined_domain_is_never_left_out() -> None:
    lines = [f"libxl: error: a.c:1:f: trouble {number}" for number in range(50)]
    lines += ["** Migration failed during final handshake **", "Domain state is now undefined !"]
    assert error_text("", "\n".join(lines)).startswith(
        "** Migration failed during final handshake **; Domain state is now undefined !"
    )


def test_an_error_of_several_lines_is_one_sentence() -> None:
    stderr = (
        "Error: Device 51712 (vbd) could not be connected.\n"
        "File /a/System.img is loopback-mounted through /dev/loop3,\n"
        "which is mounted in a guest domain,\n"
        "and so cannot be mounted now.\n"
    )
    assert error_text("Using config file\n", stderr) == " ".join(stderr.split("\n")).strip()


def test_an_error_on_standard_output_counts_when_nothing_else_was_said() -> None:
    assert error_text("Usage: xm x\nError: in the usage", "") == ""
    assert error_text("Error: failed\n", "") == "Error: failed"
    assert error_text("", "") == ""


@given(st.binary())
def test_no_bytes_make_it_raise_or_reach_the_terminal(data: bytes) -> None:
    text = error_text(data.decode(errors="replace"), "Error: " + data.decode(errors="replace"))
    assert text.isprintable()
    assert len(text) <= 401
