"""The output pane: a ring of log lines, painted at most fifteen times a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from ovmtui.model.job import JobEvent
from ovmtui.ui.viewmodel.columns import fit
from ovmtui.ui.viewmodel.loglines import INDENT, MARGIN, LogLine, log_lines, wrapped
from ovmtui.ui.widgets.row_painter import plain

LINES = 10_000
"""Lines that are kept; the journal has them all."""
_RATE = 15.0
"""Paintings a second, at most."""
_NODE_WIDTHS = (8, 16)
"""Columns of the node: as many as the longest name needs, within these."""
_NODE_ROLES = 6


class OutputPane(ScrollView, can_focus=True):
    """Shows what jobs say, as it comes, and follows the end until scrolled away."""

    DEFAULT_CSS = """
    OutputPane { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty, following the end."""
        super().__init__(id=id)
        self.follow = True
        """Whether new lines are scrolled to."""
        self.style_of: Callable[[str], Style] = plain
        self._new: deque[JobEvent] = deque(maxlen=LINES)
        """Events since the last painting; more than fill the pane are never looked at."""
        self._lines: deque[LogLine] = deque(maxlen=LINES)
        self._shown: deque[LogLine] = deque(maxlen=LINES)
        """The lines as they are shown, long ones cut into several."""
        self._heading = ""
        self._merged = False
        self._dirty = False
        self._timer: Timer | None = None
        """Ticks while there is something to paint; None before the pane is mounted."""
        self._ticking = False
        self._node_numbers: dict[str, int] = {}
        """Nodes in the order in which they were first seen: each has a colour."""
        self._node_width = _NODE_WIDTHS[0]

    def on_mount(self) -> None:
        """Take the application's styles."""
        desk = getattr(self.app, "desk", None)
        if desk is not None:
            self.style_of = desk.style
        self._timer = self.set_interval(1 / _RATE, self._tick, pause=True)
        self._mark_dirty()

    def show(self, title: str, events: Sequence[JobEvent], *, merged: bool) -> None:
        """Show other events from the beginning, under the heading `title`."""
        self._new.clear()
        self._lines.clear()
        self._shown.clear()
        self._merged = merged
        self._heading = title
        self.follow = True
        self._new.extend(events)
        self._mark_dirty()

    def append(self, events: Sequence[JobEvent]) -> None:
        """Add events; they are painted soon."""
        self._new.extend(events)
        self._mark_dirty()

    def set_heading(self, text: str) -> None:
        """Show another heading."""
        if text != self._heading:
            self._heading = text
            self._mark_dirty()

    def text(self) -> str:
        """Return what is kept, as plain text."""
        self._take_in()
        width = self._node_width
        lines = (f"{fit(line.node, width)} {line.head:1} {line.text}" for line in self._lines)
        return "\n".join((self._heading, *(line.rstrip() for line in lines)))

    def theme_changed(self) -> None:
        """Paint with other styles."""
        self.refresh()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._wrap_all()

    def watch_show_vertical_scrollbar(self) -> None:
        """Leave room for the scroll bar, or take it back."""
        self._wrap_all()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end while it is in sight, however it was scrolled."""
        super().watch_scroll_y(old_value, new_value)
        self.follow = round(new_value) >= self.max_scroll_y

    def action_step(self, lines: int) -> None:
        """Scroll by lines."""
        self._scroll(int(self.scroll_offset.y) + lines)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._scroll(int(self.scroll_offset.y) + pages * max(1, self.size.height - 2))

    def action_edge(self, direction: int) -> None:
        """Scroll to the first or last line."""
        self._scroll(0 if direction < 0 else self._last_top)

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the visible part; the heading stays on top."""
        width, base = self._width, self.rich_style
        line = y - 1 + int(self.scroll_offset.y)
        if y == 0:
            mark = "" if self.follow else "  (scrolled: G follows)"
            strip = Strip([Segment(f" {self._heading}{mark}", self.style_of("heading"))])
        elif line < len(self._shown):
            strip = self._strip(self._shown[line])
        else:
            return Strip.blank(width, base)
        return strip.adjust_cell_length(width, base).apply_style(base)

    @property
    def _width(self) -> int:
        """Columns for lines, beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def _last_top(self) -> int:
        return max(0, len(self._shown) + 1 - self.size.height)

    def _scroll(self, top: int) -> None:
        top = max(0, min(top, self._last_top))
        self.scroll_to(y=top, animate=False)
        self.follow = top >= self._last_top
        self.refresh()

    def _mark_dirty(self) -> None:
        self._dirty = True
        if self._timer is not None and not self._ticking:
            # The first news after a silence are painted at once, what follows in beats.
            self._ticking = True
            self._timer.resume()
            self.call_later(self._tick)

    def _tick(self) -> None:
        if self._dirty:
            self._paint()
        elif self._timer is not None:
            self._ticking = False
            self._timer.pause()

    def _paint(self) -> None:
        self._dirty = False
        follow, top = self.follow, int(self.scroll_offset.y)
        dropped = self._take_in()
        self.virtual_size = Size(self.size.width, len(self._shown) + 1)
        # Who has scrolled away reads on undisturbed while old lines go.
        self.scroll_to(y=self._last_top if follow else max(0, top - dropped), animate=False)
        self.follow = follow
        self.refresh()

    def _take_in(self) -> int:
        """Make lines of the new events; return how many shown lines have gone for them."""
        count = len(self._shown)
        added = 0
        while self._new:
            for line in log_lines(self._new.popleft(), merged=self._merged):
                self._see_node(line.node)
                self._lines.append(line)
                pieces = wrapped(line, width=self._width, node_width=self._node_width)
                self._shown.extend(pieces)
                added += len(pieces)
        return max(0, count + added - len(self._shown))

    def _see_node(self, node: str) -> None:
        if node in self._node_numbers:
            return
        self._node_numbers[node] = len(self._node_numbers)
        narrow, wide = _NODE_WIDTHS
        width = min(wide, max(narrow, self._node_width, cell_len(node)))
        if width != self._node_width:
            self._node_width = width
            self._wrap_all()

    def _wrap_all(self) -> None:
        self._shown.clear()
        for line in self._lines:
            self._shown.extend(wrapped(line, width=self._width, node_width=self._node_width))
        self._mark_dirty()

    def _strip(self, line: LogLine) -> Strip:
        number = self._node_numbers.get(line.node, 0) % _NODE_ROLES
        node_style = self.style_of(f"node{number}")
        head = f" {line.head} " if line.head else " " * INDENT
        return Strip(
            [
                Segment(" " * MARGIN),
                Segment(fit(line.node, self._node_width), node_style),
                Segment(head, self.style_of("dim")),
                Segment(line.text, self.style_of(line.role)),
            ]
        )
