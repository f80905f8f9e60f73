"""The grid: lines rendered by ourselves, and only those that changed.

Textual's DataTable repaints everything visible when one cell changes. Here each row is
an immutable value with a cached strip; what equals the row before is not touched.
"""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ovmtui.model.identity import VmKey
from ovmtui.ui.actions.moves import move_bindings
from ovmtui.ui.viewmodel.rows import Row, Rows
from ovmtui.ui.viewmodel.view import ViewState
from ovmtui.ui.widgets.row_changes import are_alike, changed_lines
from ovmtui.ui.widgets.row_painter import RowPainter, Shape, shape_of


class Grid(ScrollView, can_focus=True):
    """Shows rows; its cursor is a machine, never a line number."""

    DEFAULT_CSS = """
    Grid { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *move_bindings(),
    ]
    empty_text = reactive("no machines")
    """Shown while there is no row."""

    class CursorMoved(Message):
        """The cursor is on another machine now; None when there is none."""

        def __init__(self, key: VmKey | None, *, lost: VmKey | None = None) -> None:
            super().__init__()
            self.key = key
            self.lost = lost
            """The machine it was on, when that is not shown any more."""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without rows."""
        super().__init__(id=id)
        self.painted = 0
        """Lines that were rendered since the beginning, for measuring."""
        self._rows: tuple[Row, ...] = ()
        self._index: dict[VmKey, int] = {}
        self._cursor: VmKey | None = None
        self._cursor_line = 0
        self._wanted: VmKey | None = None
        """The machine that the operator put the cursor on, shown or not."""
        self._view = ViewState()
        self._painter = RowPainter()
        self._shape = Shape()

    @property
    def _width(self) -> int:
        """Columns for rows, beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def cursor(self) -> VmKey | None:
        """The machine under the cursor."""
        return self._cursor

    def show(self, rows: Rows | tuple[Row, ...], view: ViewState) -> None:
        """Show `rows`, repainting the lines that differ."""
        new = rows.rows if isinstance(rows, Rows) else rows
        old, self._rows = self._rows, new
        changed = changed_lines(old, new)
        shape = self._shape
        if not are_alike(old, new, changed):
            self._index = {row.key: line for line, row in enumerate(new) if not row.heading}
            self._painter.forget(but=self._index)
            shape = shape_of(new)
        same_order = (view.sort, view.descending) == (self._view.sort, self._view.descending)
        same_columns = view.columns == self._view.columns
        self._view = view
        if not same_columns or shape != self._shape:
            self._shape = shape
            self._relayout()
        elif not same_order:
            self.refresh(Region(0, 0, self._width, 1))
        self.virtual_size = Size(self.size.width, len(new) + 1)
        before, line = self._cursor, self._cursor_line
        moved = self._settle_cursor()
        if self._cursor_line != line:
            self._refresh_line(line)
            self._refresh_line(self._cursor_line)
        if bool(old) != bool(new):
            self.refresh()
        else:
            for changed_line in changed:
                self._refresh_line(changed_line)
        if moved:
            self.post_message(self.CursorMoved(self._cursor, lost=before))

    def move_to(self, key: VmKey) -> None:
        """Put the cursor on a machine; one that is not shown changes nothing."""
        line = self._index.get(key)
        if line is None:
            return
        self._wanted = key
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
            self._painter.style_of = desk.style

    def on_resize(self) -> None:
        """Choose the columns that have room."""
        self._relayout()
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)
        self._scroll_to_cursor()

    def watch_show_vertical_scrollbar(self) -> None:
        """Leave room for the scroll bar, or take it back."""
        self._relayout()

    def on_click(self, event: Click) -> None:
        """Put the cursor on the machine that was clicked."""
        line = event.y - 1 + int(self.scroll_offset.y)
        if event.y > 0 and line < len(self._rows):
            self._move_to_line(line)

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self._refresh_line(self._cursor_line)

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self._refresh_line(self._cursor_line)

    def theme_changed(self) -> None:
        """Forget what was painted with other styles."""
        self._painter.forget()
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

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the visible part; the heading stays on top."""
        self.painted += 1
        width, base = self._width, self.rich_style
        if y == 0:
            return (
                self._painter.heading(self._view).adjust_cell_length(width, base).apply_style(base)
            )
        if not self._rows:
            text = self.empty_text if y == max(1, self.size.height // 3) else ""
            shown = Text(text, self._painter.style_of("dim"), end="")
            shown.align("center", width)
            return Strip(shown.render(self.app.console)).apply_style(base)
        line = y - 1 + int(self.scroll_offset.y)
        if line >= len(self._rows):
            return Strip.blank(width, base)
        row = self._rows[line]
        if row.key == self._cursor:
            strip = self._painter.cursor_row(row, active=self.has_focus)
        else:
            strip = self._painter.row(row)
        return strip.adjust_cell_length(width, base).apply_style(base)

    def _settle_cursor(self) -> bool:
        """Find the cursor's machine again; return whether it is another one now."""
        before = self._cursor
        if self._wanted in self._index:
            self._cursor = self._wanted
        if not self._rows:
            self._cursor, self._cursor_line = None, 0
        elif self._cursor in self._index:
            line = self._index[self._cursor]
            delta, self._cursor_line = line - self._cursor_line, line
            if delta and self.scroll_offset.y:
                # Rows moved around the cursor: it stays at its height on the screen.
                self.scroll_to(y=max(0, self.scroll_offset.y + delta), animate=False)
            if delta:
                self._scroll_to_cursor()
        else:
            line = self._machine_line(min(self._cursor_line, len(self._rows) - 1), 1)
            self._cursor, self._cursor_line = self._rows[line].key, line
        return self._cursor != before

    def _move_to_line(self, line: int) -> None:
        if self._rows:
            direction = 1 if line >= self._cursor_line else -1
            line = max(0, min(line, len(self._rows) - 1))
            self.move_to(self._rows[self._machine_line(line, direction)].key)

    def _machine_line(self, line: int, direction: int) -> int:
        """Return `line`, or the next one in that direction that is no heading of a group."""
        for way in (direction, -direction):
            for other in range(line, len(self._rows) if way > 0 else -1, way):
                if not self._rows[other].heading:
                    return other
        return line

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.size.height - 1)
        top = int(self.scroll_offset.y)
        if self._cursor_line < top + self._headings_above:
            self.scroll_to(y=self._cursor_line - self._headings_above, animate=False)
        elif self._cursor_line >= top + height:
            self.scroll_to(y=self._cursor_line - height + 1, animate=False)

    @property
    def _headings_above(self) -> int:
        """1 when the cursor is on the first machine of a group: its heading comes into sight."""
        above = self._cursor_line - 1
        return int(0 <= above < len(self._rows) and bool(self._rows[above].heading))

    def _refresh_line(self, line: int) -> None:
        y = line - int(self.scroll_offset.y) + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self._width, 1))

    def _relayout(self) -> None:
        self._painter.fit(self._width, self._shape, self._view.columns)
        self.refresh()
