"""The columns of the grid, and which of them have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

MARGIN = 2
"""Columns before the first one: cursor and mark."""
GAP = 1
"""Columns between two."""
_WIDEST_NODE = 12
"""Columns of a node's name for which other columns step aside."""
_WIDEST_PLACES = 24
"""Columns that two nodes may take where there is room."""
_PROGRESS = 20
"""Columns of a job's progress: percent, bar and verb."""
_WIDEST_NAME = 30
"""A name is short as a rule; what it does not need helps the notes."""


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
    spare: int = 0
    """Columns that must be left over beside it: what is only nice to have crowds nothing."""


COLUMNS = (
    Column("name", "NAME", 16, 0, grows=True),
    Column("pool", "POOL", 8, 9),
    Column("node", "NODE", 9, 2),
    Column("state", "STATE", 13, 1),
    Column("ha", "HA", 9, 3),
    Column("service", "SERVICE", 10, 10),
    Column("env", "ENV", 4, 8),
    Column("vcpu", "VCPU", 4, 7, right=True),
    Column("mem", "MEM", 6, 6, right=True),
    Column("cpu", "CPU%", 5, 5, right=True),
    Column("trend", "TREND", 10, 11, spare=24),
    Column("note", "JOB · NOTE", 12, 4, grows=True),
    Column("uuid", "UUID", 36, 6),
)
USUAL = tuple(column.id for column in COLUMNS if column.id != "uuid")
"""Columns that are wanted until others are chosen."""
_PLACES = {column.id: index for index, column in enumerate(COLUMNS)}


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` columns, cut with an ellipsis; wide characters count 2."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(0, width - 1)) + "…", width)


def layout(
    width: int,
    *,
    wanted: Sequence[str] = USUAL,
    hidden: frozenset[str] = frozenset(),
    node_name: int = 0,
    name: int = _WIDEST_NAME,
    busy: bool = False,
) -> tuple[tuple[int, int], ...]:
    """Return index and width of the columns that have room in `width`, in their order.

    The least important step aside; what is left over goes to the nodes, as far as two of
    them need it, and to the columns that grow.

    Args:
        width: columns of the terminal.
        wanted: ids of the columns that were chosen, in their order.
        hidden: ids of columns that have nothing to say.
        node_name: columns that the longest name of a node needs.
        name: columns that the longest name of a machine needs.
        busy: whether jobs run, whose progress then needs more room than figures do.
    """
    widths = {column.id: column.width for column in COLUMNS}
    if busy:
        widths["note"] = _PROGRESS
    widths["node"] = max(widths["node"], min(node_name, _WIDEST_NODE))
    chosen = [(_PLACES[id], COLUMNS[_PLACES[id]]) for id in wanted if id not in hidden]

    def needed(columns: Sequence[tuple[int, Column]]) -> int:
        room = sum(widths[column.id] + GAP for _, column in columns)
        # Who has chosen the columns has chosen what they crowd out.
        spare = max((column.spare for _, column in columns), default=0)
        return MARGIN + room + (spare if tuple(wanted) == USUAL else 0)

    while len(chosen) > 1 and needed(chosen) > width:
        chosen.remove(max(chosen, key=lambda pair: pair[1].priority))
    spare = max(0, width - MARGIN - sum(widths[column.id] + GAP for _, column in chosen))
    if any(column.id == "node" for _, column in chosen):
        wish = min(2 * node_name + 1, _WIDEST_PLACES)
        extra = min(spare, max(0, wish - widths["node"]))
        widths["node"] += extra
        spare -= extra
    growing = [column.id for _, column in chosen if column.grows]
    for position, column_id in enumerate(growing):
        extra = spare // (len(growing) - position)
        if column_id == "name":
            extra = max(0, min(extra, min(name, _WIDEST_NAME) - widths["name"]))
        widths[column_id] += extra
        spare -= extra
    return tuple((index, widths[column.id]) for index, column in chosen)


def aligned(text: str, column: Column, width: int) -> str:
    """Return `text` as it stands in `column` when that is `width` wide."""
    if column.right and cell_len(text) <= width:
        return " " * (width - cell_len(text)) + text
    return fit(text, width)
