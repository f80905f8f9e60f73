"""What a change costs in the grid, and in Textual's DataTable with the same texts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.widgets import DataTable

from benchmarks.figures import Figure
from ovmtui.model.identity import VmKey
from ovmtui.ui.viewmodel.cells import Cell
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.rows import Row
from ovmtui.ui.viewmodel.view import ViewState
from ovmtui.ui.widgets.grid import Grid

SCREEN = (140, 40)
CPU_COLUMN = [column.id for column in COLUMNS].index("cpu")
QUIET = 0.06
"""Seconds without a byte after which a change counts as painted; four frames."""
REPEATS = 5

Change = Callable[[int], None]
"""Makes the change with that number; each differs from the one before."""


class Terminal(HeadlessDriver):
    """A terminal that only counts what is written to it."""

    count = 0

    @property
    def is_headless(self) -> bool:
        """False, so that everything is rendered down to the bytes."""
        return False

    def write(self, data: str) -> None:
        """Count `data` in bytes."""
        self.count += len(data.encode())


class GridApp(App[None]):
    """The grid alone."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        super().__init__(driver_class=Terminal)
        self.rows = rows

    def compose(self) -> ComposeResult:
        """Fill the screen with the grid."""
        yield Grid()

    def on_mount(self) -> None:
        """Show the rows."""
        self.query_one(Grid).show(self.rows, ViewState())

    def change(self, lines: range, number: int) -> None:
        """Give other CPU figures to `lines`, as a new snapshot would."""
        rows = list(self.rows)
        for line in lines:
            cells = list(rows[line].cells)
            cells[CPU_COLUMN] = Cell(_cpu(line, number))
            rows[line] = replace(rows[line], cells=tuple(cells))
        self.rows = tuple(rows)
        self.query_one(Grid).show(self.rows, ViewState())


class TableApp(App[None]):
    """The same rows in a DataTable."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        super().__init__(driver_class=Terminal)
        self.rows = rows

    def compose(self) -> ComposeResult:
        """Fill the screen with the table."""
        yield DataTable[str]()

    def on_mount(self) -> None:
        """Show the rows."""
        table: DataTable[str] = self.query_one(DataTable)
        for column in COLUMNS:
            table.add_column(column.heading, width=column.width, key=column.id)
        for line, row in enumerate(self.rows):
            table.add_row(*(cell.text for cell in row.cells), key=str(line))

    def change(self, lines: range, number: int) -> None:
        """Give other CPU figures to `lines`."""
        table: DataTable[str] = self.query_one(DataTable)
        for line in lines:
            table.update_cell(str(line), "cpu", _cpu(line, number))


def painting() -> Iterator[Figure]:
    """Yield the figures of one and of 200 changed cells, in CPU time until painted."""
    for count in (300, 2500):
        rows = _rows(count)
        for changed in (1, 200):
            cells = range(5, 6) if changed == 1 else range(changed)
            ours = asyncio.run(_cost(GridApp(rows), cells))
            theirs = asyncio.run(_cost(TableApp(rows), cells))
            noun = "cell changes" if changed == 1 else "cells change"
            yield Figure(
                f"{changed} {noun} at {count:,} rows, CPU",
                ours[0],
                "DataTable",
                theirs[0],
                bytes=ours[1],
                against_bytes=theirs[1],
            )


async def _cost(app: GridApp | TableApp, lines: range) -> tuple[float, int]:
    """Return the least CPU seconds and the bytes that one change of `lines` costs."""
    costs: list[tuple[float, int]] = []

    async def drive(pilot: Pilot[object]) -> None:
        terminal = app._driver
        assert isinstance(terminal, Terminal)
        await pilot.pause()
        await _settle(terminal)
        for number in range(REPEATS):
            cpu, written = time.process_time(), terminal.count
            app.change(lines, number)
            await _settle(terminal)
            costs.append((time.process_time() - cpu, terminal.count - written))
        app.exit()

    await app.run_async(size=SCREEN, auto_pilot=drive)
    return min(costs)


async def _settle(terminal: Terminal) -> None:
    before = -1
    while before != terminal.count:
        before = terminal.count
        await asyncio.sleep(QUIET)


def _rows(count: int) -> tuple[Row, ...]:
    return tuple(
        Row(
            VmKey("pool1", f"name:vm{line}"),
            (
                Cell(f"ovmguest{line:04}"),
                Cell("pool1", "dim"),
                Cell(f"ovm{line % 16}"),
                Cell("● run", "ok"),
                Cell("▲ on", "ok"),
                Cell("2"),
                Cell("4.0G"),
                Cell(_cpu(line, -1)),
                Cell(""),
            ),
        )
        for line in range(count)
    )


def _cpu(line: int, number: int) -> str:
    return f"{(line * 7 + number * 13) % 1000 / 10:.1f}"
