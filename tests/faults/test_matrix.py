from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.matrix import CELLS, Cell, Fault, play
from tests.faults.truth import Kind

_EVERY = bool(os.environ.get("OVMTUI_FAULTS"))
"""Whether every cell is played, or a part of each row and column."""


def chosen() -> list[Cell]:
    if _EVERY:
        return list(CELLS)
    faults = list(Fault)
    return [
        cell for number, cell in enumerate(CELLS) if (number + faults.index(cell.fault)) % 4 == 0
    ]


@pytest.mark.parametrize("cell", chosen(), ids=lambda cell: cell.name)
async def test_a_fault_in_a_step_ends_in_a_true_statement(
    cell: Cell, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    first, second = await play(cell, tmp_path)
    record_property("first", first.kind.value)
    record_property("second", second.kind.value)
    first.check()
    second.check()
    if second.kind is Kind.FINISHED:
        assert second.truth.ha[cell.case.machine] == cell.case.ha_wanted
    assert not any(
        b"canary-7f3a" in path.read_bytes()
        for path in (tmp_path / "state").rglob("*")
        if path.is_file()
    )
