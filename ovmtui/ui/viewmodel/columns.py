"""The columns of the grid, and which of them have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

MARGIN = 2
"""Columns before the first one: cursor and mark."""
GAP = 1
"""Columns between two."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the grid."""

    id: str
    heading: str
    width: int
    """Columns of the terminal that it needs."""
    priority: int
    """Columns with high numbers step aside first when the terminal is narrow."""
    right: bool = False
    grows: bool = False
    """Whether it takes the room that is left."""


COLUMNS = (
    Column("name", "NAME", 16, 0, grows=True),
    Column("pool", "POOL", 8, 9),
    Column("node", "NODE", 9, 1),
    Column("state", "STATE", 13, 0),
    Column("ha", "HA", 9, 1),
    Column("vcpu", "VCPU", 4, 6, right=True),
    Column("mem", "MEM", 6, 4, right=True),
    Column("cpu", "CPU%", 5, 3, right=True),
    Column("note", "JOB · NOTE", 12, 2, grows=True),
)


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` columns, cut with an ellipsis; wide characters count 2."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(0, width - 1)) + "…", width)


def layout(width: int, *, hidden: frozenset[str] = frozenset()) -> tuple[tuple[int, int], ...]:
    """Return index and width of the columns that have room in `width`, in their order.

    The least important step aside; what is left over goes to those that grow.
    """
    chosen = [(index, column) for index, column in enumerate(COLUMNS) if column.id not in hidden]

    def needed(columns: Sequence[tuple[int, Column]]) -> int:
        return MARGIN + sum(column.width + GAP for _, column in columns)

    while len(chosen) > 1 and needed(chosen) > width:
        chosen.remove(max(chosen, key=lambda pair: pair[1].priority))
    spare = max(0, width - needed(chosen))
    growing = [index for index, column in chosen if column.grows]
    widths = []
    for index, column in chosen:
        extra = 0
        if index in growing:
            extra = spare // len(growing)
            if column.id == "name":
                # A name is short as a rule; what it does not need helps the notes.
                extra = min(extra, 14)
            elif "name" in {COLUMNS[i].id for i in growing}:
                extra = spare - min(spare // len(growing), 14)
        widths.append((index, column.width + extra))
    return tuple(widths)


def aligned(text: str, column: Column, width: int) -> str:
    """Return `text` as it stands in `column` when that is `width` wide."""
    if column.right and cell_len(text) <= width:
        return " " * (width - cell_len(text)) + text
    return fit(text, width)
