"""What is different between two lists of rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.rows import Row

_PLACES = [column.id for column in COLUMNS]
_SHAPING = tuple(_PLACES.index(id) for id in ("name", "node", "service"))
"""Cells that `row_painter.Shape` is made of, beside the machine's pool."""


def changed_lines(old: Sequence[Row], new: Sequence[Row]) -> list[int]:
    """Return the lines that differ, those that only one of both has included."""
    pairs = enumerate(zip(old, new, strict=False))
    found = [line for line, (before, after) in pairs if before is not after and before != after]
    found += range(min(len(old), len(new)), max(len(old), len(new)))
    return found


def are_alike(old: Sequence[Row], new: Sequence[Row], changed: Iterable[int]) -> bool:
    """Whether each machine is on the line where it was, and asks the same of the columns."""
    return len(old) == len(new) and all(_is_alike(old[line], new[line]) for line in changed)


def _is_alike(before: Row, after: Row) -> bool:
    if before.key != after.key or before.working != after.working:
        return False
    if before.heading or after.heading:
        return bool(before.heading) == bool(after.heading)
    return all(before.cells[place].text == after.cells[place].text for place in _SHAPING)
