"""The page of the real pool's results; needs no pool."""

from __future__ import annotations

import json
from pathlib import Path

from docs import xen
from tests.xen.record import RESULTS
from tests.xen.rows import Row


def write_run(directory: Path, *lines: dict[str, object], date: str) -> None:
    directory.mkdir()
    head = {"date": date, "versions": {"Xen": "4.17.5", "QEMU": "7.2"}}
    text = "".join(json.dumps(line) + "\n" for line in (head, *lines))
    (directory / RESULTS).write_text(text)


def result(row: Row, *, passed: bool, seconds: float = 10.0) -> dict[str, object]:
    return {"row": row.name, "test": "test_it", "passed": passed, "seconds": seconds}


def test_a_row_passes_when_all_its_tests_do(tmp_path: Path) -> None:
    write_run(
        tmp_path / "run",
        result(Row.MANAGER_FAILS, passed=False, seconds=7.0),
        result(Row.MANAGER_FAILS, passed=True, seconds=8.0),
        result(Row.STOP, passed=True),
        date="2026-01-02",
    )
    lines = xen.page(xen.read(tmp_path)).splitlines()
    assert f"| {Row.MANAGER_FAILS.value} | **no** | 15 | 2026-01-02 |" in lines
    assert f"| {Row.STOP.value} | yes | 10 | 2026-01-02 |" in lines
    assert f"| {Row.START.value} | not run | | |" in lines
    assert f"1 of {len(Row)} rows passed." in lines
    assert "Versions: Xen 4.17.5, QEMU 7.2." in lines


def test_the_newest_run_of_a_row_counts(tmp_path: Path) -> None:
    write_run(tmp_path / "1", result(Row.STOP, passed=False), date="2026-01-02")
    write_run(tmp_path / "2", result(Row.STOP, passed=True), date="2026-01-03")
    results = xen.read(tmp_path)
    assert (results[Row.STOP].passed, results[Row.STOP].date) == (True, "2026-01-03")
