"""What a change costs in the grid, and in Textual's DataTable with the same texts."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
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
        self.ready = asyncio.Event()

    def compose(self) -> ComposeResult:
        """Fill the screen with the grid."""
        yield Grid()

    def on_mount(self) -> None:
        """Show the rows."""
        self.query_one(Grid).show(self.rows, ViewState())
        self.query_one(Grid).focus()
        self.call_after_refresh(self.ready.set)

    def rebuild(self, number: int) -> None:
        """Show rows that are all new."""
        self.change(range(len(self.rows)), number)

    def sort(self, number: int) -> None:
        """Turn the order round."""
        self.rows = self.rows[::-1]
        self.query_one(Grid).show(self.rows, ViewState(descending=number % 2 == 0))

    def page(self, number: int) -> None:
        """Go a page up, then down: the order was turned round, and the cursor is at the end."""
        self.query_one(Grid).action_page(1 if number % 2 else -1)

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
        self.ready = asyncio.Event()

    def compose(self) -> ComposeResult:
        """Fill the screen with the table."""
        yield DataTable[str]()

    def on_mount(self) -> None:
        """Show the rows."""
        table: DataTable[str] = self.query_one(DataTable)
        for column in COLUMNS:
            table.add_column(column.heading, width=column.width, key=column.id)
        self.rebuild(0)
        table.focus()
        self.call_after_refresh(self.ready.set)

    def rebuild(self, number: int) -> None:
        """Fill the table anew."""
        table: DataTable[str] = self.query_one(DataTable)
        table.clear()
        for line, row in enumerate(self.rows):
            table.add_row(*(cell.text for cell in row.cells), key=str(line))

    def sort(self, number: int) -> None:
        """Turn the order round."""
        self.query_one(DataTable).sort("name", reverse=number % 2 == 0)

    def page(self, number: int) -> None:
        """Go a page down, then up."""
        table: DataTable[str] = self.query_one(DataTable)
        if number % 2:
            table.action_page_up()
        else:
            table.action_page_down()

    def change(self, lines: range, number: int) -> None:
        """Give other CPU figures to `lines`."""
        table: DataTable[str] = self.query_one(DataTable)
        for line in lines:
            table.update_cell(str(line), "cpu", _cpu(line, number))


def painting() -> Iterator[Figure]:
    """Yield the figures of the grid, in CPU time until painted, and in bytes."""
    for count in (300, 2_500, 10_000):
        rows = _rows(count)
        ours = asyncio.run(_costs(GridApp(rows), count))
        theirs = asyncio.run(_costs(TableApp(rows), count))
        for what, (cpu, written) in ours.items():
            limit = 3.0 if what == "1 visible cell" and count == 2_500 else None
            most = 1_000.0 if what == "1 visible cell" else None
            other = theirs[what]
            name = f"grid of {count:,}: {what}"
            yield Figure(f"{name}, CPU", cpu, "ms", other[0], "DataTable", most=limit)
            yield Figure(f"{name}, bytes", written, "B", other[1], "DataTable", most=most)


async def _costs(app: GridApp | TableApp, count: int) -> dict[str, tuple[float, float]]:
    """Return the median CPU milliseconds and bytes of each kind of change."""
    scattered = range(0, count, max(1, count // 200))
    changes: dict[str, Change] = {
        "1 visible cell": lambda number: app.change(range(5, 6), number),
        "1 cell off screen": lambda number: app.change(range(count - 1, count), number),
        "200 scattered cells": lambda number: app.change(scattered, number),
        "all rows made anew": app.rebuild,
        "sort": app.sort,
        "a page of rows": app.page,
    }
    found: dict[str, tuple[float, float]] = {}
    async with _on_terminal(app) as terminal:
        await _settle(terminal)
        idle = await _taken(terminal, lambda number: None, 0)
        for what, change in changes.items():
            taken = [await _taken(terminal, change, number) for number in range(REPEATS)]
            cpu = statistics.median(cpu for cpu, _ in taken) - idle[0]
            found[what] = max(0.01, cpu), statistics.median(written for _, written in taken)
    return found


async def _taken(terminal: Terminal, change: Change, number: int) -> tuple[float, int]:
    cpu, written = time.process_time(), terminal.count
    change(number)
    await _settle(terminal)
    return (time.process_time() - cpu) * 1e3, terminal.count - written


@contextlib.asynccontextmanager
async def _on_terminal(app: GridApp | TableApp) -> AsyncIterator[Terminal]:
    shown = asyncio.create_task(app.run_async(size=SCREEN))
    await app.ready.wait()
    assert isinstance(app._driver, Terminal)
    try:
        yield app._driver
    finally:
        app.exit()
        await shown


async def _settle(terminal: Terminal) -> None:
    before = -1
    while before != terminal.count:
        before = terminal.count
        await asyncio.sleep(QUIET)


def _rows(count: int) -> tuple[Row, ...]:
    return tuple(
        Row(VmKey("pool1", f"name:vm{line}"), tuple(_cells(f"ovmguest{line:05}", line)))
        for line in range(count)
    )


def _cells(name: str, line: int) -> Iterator[Cell]:
    known = {
        "name": Cell(name),
        "pool": Cell("pool1", "dim"),
        "node": Cell(f"ovm{line % 16}"),
        "state": Cell("● run", "ok"),
        "ha": Cell("▲ on", "ok"),
        "vcpu": Cell("2"),
        "mem": Cell("4.0G"),
        "cpu": Cell(_cpu(line, -1)),
    }
    return (known.get(column.id, Cell("")) for column in COLUMNS)


def _cpu(line: int, number: int) -> str:
    return f"{(line * 7 + number * 13) % 1000 / 10:.1f}"
