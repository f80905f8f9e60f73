"""What the operator has chosen to see."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.identity import VmKey
from ovmtui.ui.viewmodel.columns import USUAL

GROUPS = ("node", "pool", "ha", "state")
"""What the rows can be grouped by."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """Filter, order, columns and marks of the grid."""

    filter_text: str = ""
    sort: str = "name"
    """Id of the column that orders the rows."""
    descending: bool = False
    marks: frozenset[VmKey] = frozenset()
    columns: tuple[str, ...] = USUAL
    """Ids of the columns that are wanted, in their order."""
    group: str = ""
    """One of `GROUPS`; empty for one list."""
