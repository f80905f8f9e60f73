"""Rows of the grid as strips; a row that did not change is not rendered again."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ovmtui.model.identity import VmKey
from ovmtui.ui.viewmodel.cells import Cell
from ovmtui.ui.viewmodel.columns import COLUMNS, GAP, MARGIN, USUAL, aligned, layout
from ovmtui.ui.viewmodel.rows import Row
from ovmtui.ui.viewmodel.view import ViewState

_PLACES = {column.id: index for index, column in enumerate(COLUMNS)}
_NAME, _NODE, _SERVICE = _PLACES["name"], _PLACES["node"], _PLACES["service"]


def plain(role: str) -> Style:
    """Return no style, whatever the role."""
    return Style()


@dataclass(frozen=True, slots=True)
class Shape:
    """What all rows together ask of the columns."""

    one_pool: bool = True
    """Whether the pool need not be named."""
    services: bool = False
    """Whether any machine belongs to a service."""
    node_name: int = 0
    """Columns that the longest name of a node needs."""
    name: int = 0
    """Columns that the longest name of a machine needs."""
    busy: bool = False
    """Whether any row tells the progress of a job."""


def shape_of(rows: Sequence[Row]) -> Shape:
    """Return what `rows` ask of the columns."""
    machines = [row for row in rows if not row.heading]
    pools = {row.key.pool for row in machines}
    # Rows with two nodes come and go; the columns shall not move for that.
    nodes = {node for row in machines for node in row.cells[_NODE].text.split("+")}
    services = any(row.cells[_SERVICE].text for row in machines)
    busy = any(row.working for row in machines)
    names = (row.cells[_NAME].text for row in machines)
    return Shape(
        one_pool=len(pools) <= 1,
        services=services,
        node_name=max(map(cell_len, nodes), default=0),
        name=max(map(cell_len, names), default=0),
        busy=busy,
    )


class RowPainter:
    """Renders rows and the heading for one width."""

    def __init__(self) -> None:
        """Begin with no styles and no width."""
        self.style_of: Callable[[str], Style] = plain
        """Gives the style of a role; the application's, once mounted."""
        self._width = 0
        self._columns: tuple[tuple[int, int], ...] = ()
        self._strips: dict[VmKey, tuple[Row, Strip]] = {}
        """Rendered rows of machines that were seen, with the row that was rendered."""

    def fit(self, width: int, shape: Shape, wanted: Sequence[str] = USUAL) -> None:
        """Render rows of that shape for another width, or with other columns."""
        self._width = width
        hidden = frozenset({"pool"}) if shape.one_pool else frozenset[str]()
        if not shape.services:
            hidden |= {"service", "env"}
        self._columns = layout(
            width,
            wanted=wanted,
            hidden=hidden,
            node_name=shape.node_name,
            name=shape.name,
            busy=shape.busy,
        )
        self._strips.clear()

    def forget(self, *, but: Container[VmKey] = ()) -> None:
        """Forget what was rendered of machines that are not among `but`."""
        for key in [key for key in self._strips if key not in but]:
            del self._strips[key]

    def heading(self, view: ViewState) -> Strip:
        """Return the line above the rows, with the order marked."""
        arrow = "▾" if view.descending else "▴"
        style = self.style_of("heading")
        segments = [Segment(" " * MARGIN)]
        for index, width in self._columns:
            column = COLUMNS[index]
            text = column.heading + (arrow if column.id == view.sort else "")
            segments.append(Segment(aligned(text, column, width), style))
            segments.append(Segment(" " * GAP))
        return Strip(segments)

    def row(self, row: Row) -> Strip:
        """Return a row without the cursor on it."""
        known = self._strips.get(row.key)
        if known is not None and (known[0] is row or known[0] == row):
            return known[1]
        strip = self._render(row, " ")
        self._strips[row.key] = (row, strip)
        return strip

    def cursor_row(self, row: Row, *, active: bool) -> Strip:
        """Return the row with the cursor on it; `active` when keys go there."""
        style = self.style_of("cursor" if active else "cursor-idle")
        return self._render(row, "▸").adjust_cell_length(self._width).apply_style(style)

    def _render(self, row: Row, pointer: str) -> Strip:
        if row.heading:
            text = f" {row.heading} "
            rule = "─" * max(0, self._width - cell_len(text) - 2)
            return Strip(
                [
                    Segment("─", self.style_of("dim")),
                    Segment(text, self.style_of("accent")),
                    Segment(rule, self.style_of("dim")),
                ]
            )
        segments = [
            Segment(pointer, self.style_of("accent")),
            Segment("■" if row.marked else " ", self.style_of("marked")),
        ]
        # A row that is reversed as a whole has no holes.
        between = None if row.role == "text" else self.style_of(row.role)
        for index, width in self._columns:
            cell = row.cells[index]
            text = aligned(cell.text, COLUMNS[index], width)
            segments.append(Segment(text, self._cell_style(row, cell)))
            segments.append(Segment(" " * GAP, between))
        return Strip(segments)

    def _cell_style(self, row: Row, cell: Cell) -> Style:
        style = self.style_of(cell.role)
        if row.role == "text" or cell.role == row.role:
            return style
        return style + self.style_of(row.role)
