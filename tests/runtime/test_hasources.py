"""HA from two sources: the manager, and vm.cfg."""

from __future__ import annotations

from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.vmconfig import ConfigFile, VmConfig
from ovmtui.runtime.hasources import combined


def file(flag: bool | None, path: str = "/r/vm.cfg") -> ConfigFile:
    return ConfigFile(path, VmConfig("v", None, 1, 1, high_availability=flag))


MANAGER = HaFact(HaState.ON, "manager", "", 100.0)


def test_without_a_manager_vm_cfg_tells_with_its_age_and_why_it_is_asked() -> None:
    unasked = HaFact(reason="manager: connection refused")
    fact = combined(unasked, [file(False)], read_at=50.0)
    assert fact == HaFact(HaState.OFF, "vm.cfg", "manager: connection refused", 50.0)


def test_files_that_disagree_leave_it_unknown() -> None:
    fact = combined(None, [file(True), file(False, "/s/vm.cfg")], read_at=50.0)
    assert (fact.state, fact.reason) == (HaState.UNKNOWN, "its vm.cfg files do not agree")


def test_the_manager_counts_and_what_differs_is_told_with_both_ages() -> None:
    fact = combined(MANAGER, [file(False)], read_at=130.0)
    assert fact.state is HaState.ON
    assert fact.conflict == "vm.cfg says off (read 30 s after the manager's answer)"
    assert combined(MANAGER, [file(True)], read_at=130.0).conflict == ""
    assert combined(MANAGER, [file(None)], read_at=130.0).conflict == ""


def test_a_file_read_before_the_flag_changed_contradicts_nothing() -> None:
    assert combined(MANAGER, [file(False)], read_at=80.0, since=90.0).conflict == ""
    assert combined(MANAGER, [file(False)], read_at=95.0, since=90.0).conflict


def test_a_flag_that_is_being_switched_is_unknown_whatever_the_file_says() -> None:
    doubt = HaFact(source="manager", reason="it was switched, and not read since")
    assert combined(doubt, [file(True)], read_at=50.0).state is HaState.UNKNOWN
