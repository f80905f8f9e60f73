"""The command line of an Oracle VM 3 manager: what is said to it, and what it answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.ha import HaState
from ovmtui.model.identity import VmKey
from ovmtui.toolstacks import ovm3
from ovmtui.toolstacks.ovm3answer import (
    Answer,
    Entry,
    Status,
    VmFacts,
    parse_answer,
    parse_labels,
    parse_list,
    parse_pool_of_server,
    parse_vm,
    reference,
)

VM = "0004fb00000600009d9cdea1e0bf51cc"
SERVER = "00:e0:81:4d:40:16:00:e0:81:4d:40:17:ff:ff:ff:ff"
LIST = ovm3.list_vms()
SHOW = ovm3.show_vm(VM)
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1).map(
    str.strip
)


def answered(command: str, *lines: str, status: str = "Success", end: str = "\r\n") -> str:
    head = (f"OVM> {command}", f"Command: {command}", f"Status: {status}", "Time: 2017-08-08 EDT")
    return end.join((*head, *lines, ""))


def shown(*lines: str) -> VmFacts:
    return parse_vm(parse_answer(answered(SHOW.shown, "Data: ", *lines), SHOW)).value


def test_commands_name_machines_and_servers_by_id_only() -> None:
    assert ovm3.switch_ha(VM, on=False).shown == f"edit vm id={VM} highAvailability=No"
    assert ovm3.switch_ha(VM, on=True).shown == f"edit vm id={VM} highAvailability=Yes"
    assert ovm3.migrate_vm(VM, SERVER).shown == f"migrate vm id={VM} destServer={SERVER}"
    assert [
        build(VM).shown
        for build in (
            ovm3.start_vm,
            ovm3.stop_vm,
            ovm3.kill_vm,
            ovm3.restart_vm,
            ovm3.suspend_vm,
            ovm3.resume_vm,
            ovm3.show_vm,
        )
    ] == [
        f"{verb} vm id={VM}"
        for verb in ("start", "stop", "kill", "restart", "suspend", "resume", "show")
    ]


@given(st.text())
def test_no_text_gets_into_a_command_that_is_no_id(text: str) -> None:
    if ovm3.is_id(text):
        return
    for build in (ovm3.show_vm, ovm3.stop_vm, lambda t: ovm3.migrate_vm(VM, t)):
        with pytest.raises(ValueError, match="is no id"):
            build(text)


@pytest.mark.parametrize(
    "text", [f"{VM}; kill vm id={VM}", f"{VM}\n", f"{VM} ", "name=x", "", f"'{VM}'", "٠" * 32]
)
def test_an_id_is_nothing_but_an_id(text: str) -> None:
    assert not ovm3.is_id(text)


def test_a_machine_is_known_by_its_uuid_without_dashes() -> None:
    assert ovm3.vm_id(VmKey("p", "0004fb00-0006-0000-9d9c-dea1e0bf51cc")) == VM
    assert ovm3.vm_id(VmKey("p", "name:guest")) is None


@pytest.mark.parametrize("end", ["\r\n", "\n\r", "\n", "\r\r\n"])
def test_a_list_however_its_lines_end(end: str) -> None:
    text = answered(
        "list vm", "Data: ", f"  id:{VM}  name:DGC (1)", f"  id:{SERVER}  name:a; b;", end=end
    )
    parsed = parse_list(parse_answer(text, LIST))
    assert parsed.notes == ()
    assert parsed.value == (Entry(VM, "DGC (1)"), Entry(SERVER, "a; b;"))


@given(st.lists(NAMES.filter(bool), max_size=5))
def test_names_come_back_as_they_are(names: list[str]) -> None:
    lines = [f"  id:{VM}  name:{name}" for name in names]
    parsed = parse_list(parse_answer(answered("list vm", "Data: ", *lines), LIST))
    assert [entry.name for entry in parsed.value] == names


def test_what_is_no_entry_is_noted_and_hides_nothing() -> None:
    text = answered("list vm", "Data: ", "  id:x; kill  name:bad", f"  id:{VM}  name:good", "  ???")
    parsed = parse_list(parse_answer(text, LIST))
    assert [entry.name for entry in parsed.value] == ["good"]
    assert len(parsed.notes) == 2


@pytest.mark.parametrize(
    ("line", "ha"),
    [
        ("  High Availability = Yes", HaState.ON),
        ("  highAvailability = no", HaState.OFF),
        ("  HIGH  AVAILABILITY  =  Yes ", HaState.ON),
        ("  HighAvailability = false", HaState.OFF),
        ("  High-Availability = True", HaState.ON),
        ("  HA Enabled = No", HaState.OFF),
        ("  Highly Available = Yes", HaState.ON),
        ("  High Availability = perhaps", HaState.UNKNOWN),
        ("  High Availability = ", HaState.UNKNOWN),
        ("  Availability = Yes", HaState.UNKNOWN),
    ],
)
def test_ha_under_each_of_its_labels(line: str, ha: HaState) -> None:
    assert shown("  Name = v", line).ha is ha


def test_a_description_cannot_say_that_ha_is_off() -> None:
    facts = shown("  High Availability = Yes", "  Description = x", "  High Availability = No")
    assert facts.ha is HaState.UNKNOWN


def test_state_place_and_lock_of_a_machine() -> None:
    facts = shown(
        "  Name = My VM = mine",
        "  Status = Running",
        f"  Server = {SERVER}  [ovs (1)]",
        "  Locked = Yes",
    )
    assert (facts.status, facts.server, facts.busy) == ("Running", SERVER, True)
    assert shown("  Name = v").busy is None
    assert shown("  Locked = false").busy is False


def test_the_pool_of_a_server() -> None:
    command = ovm3.show_server(SERVER)
    text = answered(command.shown, "Data:", f"  Server Pool = {VM}  [My Pool [1]]")
    assert parse_pool_of_server(parse_answer(text, command)) == (VM, "My Pool [1]")
    assert parse_pool_of_server(Answer(Status.SUCCESS)) is None
    assert reference("no id  [x]") == (None, "no id  [x]")


def test_a_message_of_several_lines_that_looks_like_an_answer_stays_a_failure() -> None:
    text = answered(
        SHOW.shown,
        "Error Msg: OVMAPI_4010E Attempt to send command: x to server: lab01 failed. ",
        "OVMAPI_4004E Sync command failed on server: 192.0.2.1. ",
        "Command: x, Server error: org.apache.xmlrpc.XmlRpcException",
        "Status: Success",
        status="Failure",
    )
    answer = parse_answer(text, SHOW)
    assert answer.status is Status.FAILURE
    assert answer.error.startswith("OVMAPI_4010E Attempt")
    assert "OVMAPI_4004E" in answer.error


def test_a_success_with_an_error_is_neither() -> None:
    text = answered(SHOW.shown, "Error Msg: something")
    assert parse_answer(text, SHOW).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OVM> ",
        f"Command: {SHOW.shown}\r\n",
        f"Command: {SHOW.shown}\r\nStatus: ",
        f"Command: {SHOW.shown}\r\nStatus: In Progress\r\n",
        f"Command: {SHOW.shown}\r\nExceptionInThread\r\nStatus: Success\r\n",
        f"Command: {SHOW.shown}\r\nOVM> \r\nStatus: Success\r\n",
        f"Status: Success\r\nCommand: {SHOW.shown}\r\n",
        "Command: show vm id=other\r\nStatus: Success\r\n",
        "java.lang.NullPointerException\r\n\tat com.oracle.ovm",
    ],
)
def test_anything_but_a_whole_answer_is_unknown(text: str) -> None:
    answer = parse_answer(text, SHOW)
    assert answer.status is Status.UNKNOWN
    assert answer.error


def test_only_the_answer_to_the_command_counts() -> None:
    other = answered("list vm", "Data: ", f"  id:{VM}  name:x")
    text = other + answered(SHOW.shown, "Data: ", "  High Availability = Yes")
    assert parse_vm(parse_answer(text, SHOW)).value.ha is HaState.ON


@given(st.text())
def test_nothing_makes_the_parsers_raise(text: str) -> None:
    for whole in (text, answered(SHOW.shown, "Data: ", *text.split("\n"))):
        answer = parse_answer(whole, SHOW)
        parse_vm(answer)
        parse_list(answer)
        parse_labels(answer)
        parse_pool_of_server(answer)


@given(st.integers(min_value=0))
def test_a_cut_answer_never_tells_another_flag(length: int) -> None:
    whole = answered(
        SHOW.shown, "Data: ", "  Name = v", "  High Availability = No", "  Locked = No"
    )
    cut = whole[: length % len(whole)]
    assert parse_vm(parse_answer(cut, SHOW)).value.ha in {HaState.OFF, HaState.UNKNOWN}
