from __future__ import annotations

from pathlib import Path

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.runtime.origins import Origins

WEB, DB = VmKey("pool1", "u-web"), VmKey("pool1", "u-db")
ONE, TWO, THREE = (NodeKey("pool1", f"ovm{number}") for number in (1, 2, 3))


def test_machines_are_found_by_their_home_until_they_are_struck_off(tmp_path: Path) -> None:
    origins = Origins(tmp_path / "origins.json")
    origins.remember(WEB, "web", home=ONE, moved_to=TWO)
    origins.remember(DB, "db", home=ONE, moved_to=THREE)
    found = Origins(tmp_path / "origins.json").of(ONE)
    assert [(origin.name, origin.moved_to) for origin in found] == [("db", THREE), ("web", TWO)]
    assert origins.of(TWO) == []
    origins.forget(DB)
    assert [origin.name for origin in origins.of(ONE)] == ["web"]


def test_a_machine_that_is_moved_on_still_belongs_to_its_first_home(tmp_path: Path) -> None:
    origins = Origins(tmp_path / "origins.json")
    origins.remember(WEB, "web", home=ONE, moved_to=TWO)
    origins.remember(WEB, "web", home=TWO, moved_to=THREE)
    (origin,) = origins.of(ONE)
    assert origin.moved_to == THREE


def test_a_damaged_file_is_no_list_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "origins.json"
    path.write_text('{"x": {"pool": 1}, "y": [')
    origins = Origins(path)
    assert origins.of(ONE) == []
    path.write_text('{"x": {"pool": 1}}')
    assert origins.of(ONE) == []
    origins.remember(WEB, "web", home=ONE, moved_to=TWO)
    assert len(origins.of(ONE)) == 1
    assert path.stat().st_mode & 0o777 == 0o600
