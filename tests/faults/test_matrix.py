from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from docs import faults
from tests.faults.cells import CELLS, Cell, Fault
from tests.faults.matrix import play
from tests.faults.truth import Ending, Kind

_RESULTS = os.environ.get("OVMTUI_FAULTS")
"""File for the result of every cell; without it some cells of every column are played."""


def chosen() -> list[Cell]:
    if _RESULTS:
        return list(CELLS)
    columns = list(Fault)
    return [
        cell
        for number, cell in enumerate(CELLS)
        if (number // len(columns) + columns.index(cell.fault)) % 22 == 0
    ]


def kind_of(endings: Sequence[Ending]) -> Kind:
    """Return the worst of them."""
    kinds = {ending.kind for ending in endings}
    return next(k for k in (Kind.STOPPED, Kind.REFUSED, Kind.FINISHED) if k in kinds)


def note(cell: Cell, first: Sequence[Ending], second: Sequence[Ending]) -> None:
    if _RESULTS:
        step, fault = faults.key_of(cell)
        result = {"step": step, "fault": fault}
        result |= {"first": kind_of(first).value, "second": kind_of(second).value}
        # One write, so that processes that append at once do not mix their lines.
        with Path(_RESULTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("cell", chosen(), ids=lambda cell: cell.name)
async def test_a_fault_in_a_step_ends_in_a_true_statement(cell: Cell, tmp_path: Path) -> None:
    first, second = await play(cell, tmp_path)
    assert first
    for ending in (*first, *second):
        ending.check()
    for ending in second:
        if ending.kind is Kind.FINISHED:
            assert ending.truth.ha[ending.machine] == cell.case.ha_wanted
    assert not any(
        b"canary-7f3a" in path.read_bytes()
        for path in (tmp_path / "state").rglob("*")
        if path.is_file()
    )
    note(cell, first, second)


def test_the_page_about_faults_has_every_row_and_column() -> None:
    page = Path(faults.__file__).with_suffix(".md").read_text(encoding="utf-8")
    for cell in CELLS:
        step, fault = faults.key_of(cell)
        assert f"| {step} |" in page, "make faults"
        assert f"| {fault} |" in page, "make faults"
    assert f"| all | {len(CELLS)} of {len(CELLS)} |" in page, "make faults"
