from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.ha import HaState
from ovmtui.toolstacks.ovmcli import (
    ManagerServer,
    ManagerVm,
    error_in,
    parse_server_list,
    parse_vm_info,
    parse_vm_list,
)

SERVERS = '"1";"ovm1";"192.0.2.1";"pool1"\n2";"ovm2";"192.0.2.2";"pool1\n'


def test_servers_and_their_pools() -> None:
    parsed = parse_server_list(SERVERS)
    assert parsed.notes == ()
    assert parsed.value == (ManagerServer("ovm1", "pool1"), ManagerServer("ovm2", "pool1"))


def test_a_heading_is_no_server() -> None:
    heading = 'Server Host/IP";"Server Name";"Status";"Server Pool Name\n'
    assert parse_server_list(heading + SERVERS) == parse_server_list(SERVERS)
    assert parse_server_list('a";"server9";"c";"pool9\n').value == (
        ManagerServer("server9", "pool9"),
    )


@pytest.mark.parametrize(
    "line", ["Error: no", 'a";"b";"c', 'a";"";"c";"d', "a;b;c;d;e", "x" * 9999]
)
def test_other_lines_of_the_server_list_are_noted(line: str) -> None:
    parsed = parse_server_list(f"{SERVERS}{line}\n")
    assert len(parsed.value) == 2
    assert len(parsed.notes) == 1


@pytest.mark.parametrize(
    ("text", "ha"),
    [
        ("Name: v\nHign Availability: Enabled\n", HaState.ON),
        ("Name: v\r\nHigh Availability: Enabled\r\n", HaState.ON),
        ("High availability :   enabled", HaState.ON),
        ("Hign Availability: Disabled", HaState.OFF),
        ("Hign Availability: Enabled\nHigh Availability: Enabled", HaState.ON),
        ("Hign Availability: Enabled\nHigh Availability: Disabled", HaState.UNKNOWN),
        ("Hign Availability:", HaState.UNKNOWN),
        ("Hign Availability: Enabling", HaState.UNKNOWN),
        ("Hign Availability Enabled", HaState.UNKNOWN),
        ("Description: High Availability: Enabled", HaState.UNKNOWN),
        ("Error: login failed\nHigh Availability: Disabled", HaState.UNKNOWN),
        ("", HaState.UNKNOWN),
    ],
)
def test_the_ha_flag(text: str, ha: HaState) -> None:
    parsed = parse_vm_info(text)
    assert parsed.value.ha is ha
    assert bool(parsed.notes) == (ha is HaState.UNKNOWN)


def test_other_facts_of_a_machine() -> None:
    info = parse_vm_info("Status: Running\nServer: ovm1\nHigh Availability: Enabled").value
    assert (info.status, info.server) == ("Running", "ovm1")


@pytest.mark.parametrize(
    "text",
    [
        "Name     Size  Mem   VCPUs  Status       Server  Server Pool\n"
        "v        4096  1024  1      Running      ovm1    pool1\n"
        "w        4096  2048  2      Powered Off          pool1\n",
        '"Name";"Size";"Mem";"VCPUs";"Status";"Server";"Server Pool"\n'
        '"v";"4096";"1024";"1";"Running";"ovm1";"pool1"\n'
        '"w";"4096";"2048";"2";"Powered Off";"";"pool1"\n',
    ],
    ids=["padded", "separated"],
)
def test_machines_of_the_manager(text: str) -> None:
    parsed = parse_vm_list(text)
    assert parsed.notes == ()
    assert parsed.value == (
        ManagerVm("v", "Running", "ovm1", 1024, 1),
        ManagerVm("w", "Powered Off", None, 2048, 2),
    )


@pytest.mark.parametrize("text", ["", "Error: no such pool", "v 4096 1024 1 Running ovm1 pool1"])
def test_a_machine_list_without_a_heading_lists_nothing(text: str) -> None:
    parsed = parse_vm_list(text)
    assert parsed.value == ()
    assert parsed.notes


def test_a_line_of_the_machine_list_that_does_not_fit_is_noted() -> None:
    heading = "Name  Size  Mem  VCPUs  Status  Server  Server Pool\n"
    parsed = parse_vm_list(heading + "v  1  2\nw  1  1  x  Running  a  b\n")
    assert parsed.value == ()
    assert len(parsed.notes) == 2


@pytest.mark.parametrize(
    ("stdout", "stderr", "error"),
    [
        ("High availability has been enabled.\n\n", "", None),
        ("Error: Virtual machine is locked.\n", "", "Error: Virtual machine is locked."),
        ("one\n  OVM Error: two\n", "", "OVM Error: two"),
        ("fine\n", "error: not fine\n", "error: not fine"),
        ("no terror: here", "", None),
        ("Error: password: oracle", "", "Error: password: XXXXXX"),
    ],
)
def test_an_error_counts_wherever_it_is_said(stdout: str, stderr: str, error: str | None) -> None:
    assert error_in(stdout, stderr) == error


@given(st.binary())
def test_no_bytes_make_them_raise(data: bytes) -> None:
    text = data.decode(errors="replace")
    parse_server_list(text)
    parse_vm_list(text)
    parse_vm_list("Name;Size;Mem;VCPUs;Status;Server\n" + text)
    parse_vm_info(text)
    parse_vm_info("High Availability:" + text)
    error_in(text, text)


@given(st.text(st.characters(exclude_characters="\n"), max_size=60))
def test_ha_is_on_or_off_only_where_that_was_said(answer: str) -> None:
    ha = parse_vm_info(f"High Availability: {answer}").value.ha
    expected = {"enabled": HaState.ON, "disabled": HaState.OFF}
    assert ha is expected.get(answer.strip().lower(), HaState.UNKNOWN)
