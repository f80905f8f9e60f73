"""The grid: lines rendered by ourselves, and only those that changed.

Textual's DataTable repaints everything visible when one cell changes. Here each row is
an immutable value with a cached strip; what equals the row before is not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ovmtui.model.identity import VmKey
from ovmtui.ui.viewmodel.rows import COLUMNS, Cell, Column, Row, Rows
from ovmtui.ui.viewmodel.view import ViewState

_MARGIN = 2
"""Columns before the first one: cursor and mark."""
_GAP = 1


def _plain(role: str) -> Style:
    """Return no style, whatever the role."""
    return Style()


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
        return _MARGIN + sum(column.width + _GAP for _, column in columns)

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


class Grid(ScrollView, can_focus=True):
    """Shows rows; its cursor is a machine, never a line number."""

    DEFAULT_CSS = "Grid { height: 1fr; width: 1fr; overflow-x: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("enter", "select", "Details", show=False),
    ]

    class CursorMoved(Message):
        """The cursor is on another machine now; None when there is none."""

        def __init__(self, key: VmKey | None) -> None:
            super().__init__()
            self.key = key

    class Selected(Message):
        """Enter was pressed on a machine."""

        def __init__(self, key: VmKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without rows."""
        super().__init__(id=id)
        self.empty_text = "no machines"
        """Shown while there is no row."""
        self.style_of: Callable[[str], Style] = _plain
        """Gives the style of a role; the application's, once mounted."""
        self.painted = 0
        """Lines that were rendered since the beginning, for measuring."""
        self._rows: tuple[Row, ...] = ()
        self._index: dict[VmKey, int] = {}
        self._cursor: VmKey | None = None
        self._cursor_line = 0
        self._view = ViewState()
        self._strips: dict[tuple[Row, bool], Strip] = {}
        self._layout: tuple[tuple[int, int], ...] = ()
        self._one_pool = True

    @property
    def cursor(self) -> VmKey | None:
        """The machine under the cursor."""
        return self._cursor

    def show(self, rows: Rows | tuple[Row, ...], view: ViewState) -> None:
        """Show `rows`, repainting the lines that differ."""
        new = rows.rows if isinstance(rows, Rows) else rows
        old, self._rows = self._rows, new
        self._index = {row.key: line for line, row in enumerate(new)}
        one_pool = len({row.key.pool for row in new}) <= 1
        if view != self._view or one_pool != self._one_pool or not self._layout:
            self._view, self._one_pool = view, one_pool
            self._relayout()
        moved = self._settle_cursor()
        self.virtual_size = Size(self.size.width, len(new) + 1)
        if bool(old) != bool(new):
            self.refresh()
        else:
            self._refresh_changed(old, new)
        keep = set(new)
        self._strips = {key: strip for key, strip in self._strips.items() if key[0] in keep}
        if moved:
            self.post_message(self.CursorMoved(self._cursor))

    def move_to(self, key: VmKey) -> None:
        """Put the cursor on a machine; one that is not shown changes nothing."""
        line = self._index.get(key)
        if line is None:
            return
        if key != self._cursor:
            before, self._cursor, self._cursor_line = self._cursor_line, key, line
            self._refresh_line(before)
            self._refresh_line(line)
            self.post_message(self.CursorMoved(key))
        self._scroll_to_cursor()

    def on_mount(self) -> None:
        """Take the application's styles."""
        desk = getattr(self.app, "desk", None)
        if desk is not None:
            self.style_of = desk.style

    def on_resize(self) -> None:
        """Choose the columns that have room."""
        self._relayout()
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)
        self._scroll_to_cursor()

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self._refresh_line(self._cursor_line)

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self._refresh_line(self._cursor_line)

    def theme_changed(self) -> None:
        """Forget what was painted with other styles."""
        self._strips.clear()
        self.refresh()

    def action_step(self, lines: int) -> None:
        """Move the cursor by lines."""
        self._move_to_line(self._cursor_line + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self._move_to_line(self._cursor_line + pages * max(1, self.size.height - 2))

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or last row."""
        self._move_to_line(0 if direction < 0 else len(self._rows) - 1)

    def action_select(self) -> None:
        """Tell that the machine under the cursor was chosen."""
        if self._cursor is not None:
            self.post_message(self.Selected(self._cursor))

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the visible part; the heading stays on top."""
        self.painted += 1
        width = self.size.width
        base = self.rich_style
        if y == 0:
            return self._heading().adjust_cell_length(width, base).apply_style(base)
        if not self._rows:
            text = self.empty_text if y == max(1, self.size.height // 3) else ""
            shown = text.center(width)[:width]
            return Strip([Segment(shown, self._style("dim"))]).apply_style(base)
        line = y - 1 + int(self.scroll_offset.y)
        if line >= len(self._rows):
            return Strip.blank(width, base)
        row = self._rows[line]
        under_cursor = row.key == self._cursor
        strip = self._strips.get((row, under_cursor and self.has_focus))
        if strip is None or under_cursor:
            strip = self._row(row, under_cursor=under_cursor)
            if not under_cursor:
                self._strips[row, False] = strip
        return strip.adjust_cell_length(width, base).apply_style(base)

    def _settle_cursor(self) -> bool:
        """Find the cursor's machine again; return whether it is another one now."""
        before = self._cursor
        if not self._rows:
            self._cursor, self._cursor_line = None, 0
        elif self._cursor in self._index:
            line = self._index[self._cursor]
            if line != self._cursor_line:
                # Rows moved around the cursor: it stays at its height on the screen.
                delta = line - self._cursor_line
                self._cursor_line = line
                if self.scroll_offset.y:
                    self.scroll_to(y=max(0, self.scroll_offset.y + delta), animate=False)
        else:
            self._cursor_line = min(self._cursor_line, len(self._rows) - 1)
            self._cursor = self._rows[self._cursor_line].key
        return self._cursor != before

    def _move_to_line(self, line: int) -> None:
        if self._rows:
            self.move_to(self._rows[max(0, min(line, len(self._rows) - 1))].key)

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.size.height - 1)
        top = int(self.scroll_offset.y)
        if self._cursor_line < top:
            self.scroll_to(y=self._cursor_line, animate=False)
        elif self._cursor_line >= top + height:
            self.scroll_to(y=self._cursor_line - height + 1, animate=False)

    def _refresh_changed(self, old: tuple[Row, ...], new: tuple[Row, ...]) -> None:
        for line in range(max(len(old), len(new))):
            before = old[line] if line < len(old) else None
            after = new[line] if line < len(new) else None
            if before is not after and before != after:
                self._refresh_line(line)

    def _refresh_line(self, line: int) -> None:
        y = line - int(self.scroll_offset.y) + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _relayout(self) -> None:
        hidden = frozenset({"pool"}) if self._one_pool else frozenset[str]()
        self._layout = layout(self.size.width, hidden=hidden)
        self._strips.clear()
        self.refresh()

    def _style(self, role: str) -> Style:
        return self.style_of(role)

    def _heading(self) -> Strip:
        arrow = "▾" if self._view.descending else "▴"
        segments = [Segment(" " * _MARGIN)]
        for index, width in self._layout:
            column = COLUMNS[index]
            text = column.heading + (arrow if column.id == self._view.sort else "")
            segments.append(Segment(_aligned(text, column, width), self._style("heading")))
            segments.append(Segment(" " * _GAP))
        return Strip(segments)

    def _row(self, row: Row, *, under_cursor: bool) -> Strip:
        pointer = "▸" if under_cursor else " "
        mark = "■" if row.marked else " "
        segments = [
            Segment(pointer, self._style("accent")),
            Segment(mark, self._style("marked")),
        ]
        for index, width in self._layout:
            cell = row.cells[index]
            segments.append(
                Segment(_aligned(cell.text, COLUMNS[index], width), self._cell_style(row, cell))
            )
            segments.append(Segment(" " * _GAP))
        strip = Strip(segments)
        if under_cursor:
            cursor = self._style("cursor" if self.has_focus else "cursor-idle")
            return strip.adjust_cell_length(self.size.width).apply_style(cursor)
        return strip

    def _cell_style(self, row: Row, cell: Cell) -> Style:
        style = self._style(cell.role)
        if row.role == "text" or cell.role == row.role:
            return style
        return style + self._style(row.role)


def _aligned(text: str, column: Column, width: int) -> str:
    if column.right and cell_len(text) <= width:
        return " " * (width - cell_len(text)) + text
    return fit(text, width)
