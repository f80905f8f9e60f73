"""What the operator has chosen to see."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.identity import VmKey


@dataclass(frozen=True, slots=True)
class ViewState:
    """Filter, order and marks of the grid."""

    filter_text: str = ""
    sort: str = "name"
    """Id of the column that orders the rows."""
    descending: bool = False
    marks: frozenset[VmKey] = frozenset()
