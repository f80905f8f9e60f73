"""The output pane: a ring of log lines, painted at most ten times a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from ovmtui.model.job import JobEvent
from ovmtui.ui.actions.moves import move_bindings, output_bindings
from ovmtui.ui.viewmodel.columns import fit
from ovmtui.ui.viewmodel.loglines import INDENT, MARGIN, LogLine
from ovmtui.ui.viewmodel.outputlines import OutputLines
from ovmtui.ui.viewmodel.outputsearch import Search
from ovmtui.ui.widgets.row_painter import plain

_RATE = 10.0
"""Paintings a second, at most."""


class OutputPane(ScrollView, can_focus=True):
    """Shows what jobs say, as it comes, and follows the end until scrolled away."""

    DEFAULT_CSS = """
    OutputPane { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *move_bindings(),
        *output_bindings(),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty, following the end."""
        super().__init__(id=id)
        self.follow = True
        """Whether new lines are scrolled to."""
        self.style_of: Callable[[str], Style] = plain
        self._lines = OutputLines()
        self._heading = ""
        self._dirty = False
        self._timer: Timer | None = None
        """Ticks while there is something to paint; None before the pane is mounted."""
        self._ticking = False
        self._times = False
        self._search = Search()
        self._common = 0, Style()
        """Width and style of the lines that are being painted."""

    class SearchAsked(Message):
        """The operator wants to search in the output."""

    class SaveAsked(Message):
        """The operator wants the output in a file."""

    class TimesAsked(Message):
        """The operator wants each line's date and time, or not."""

    def on_mount(self) -> None:
        """Take the application's styles."""
        desk = getattr(self.app, "desk", None)
        if desk is not None:
            self.style_of = desk.style
        self._timer = self.set_interval(1 / _RATE, self._tick, pause=True)
        self._mark_dirty()

    def show(self, title: str, events: Sequence[JobEvent], *, merged: bool) -> None:
        """Show other events from the beginning, under the heading `title`."""
        self._lines.begin(events, merged=merged)
        self._heading = title
        self._search.line = None
        self.follow = True
        self._mark_dirty()

    def show_times(self, times: bool) -> None:
        """Begin each line with its date and time, or with the time of its step alone."""
        if times != self._times:
            self._times = times
            self._wrap_all()

    def search(self, text: str) -> str:
        """Go to the newest line with `text` in it; return what is to be said of it."""
        self._search = Search(text)
        self.refresh()
        return self.find(-1) if text else ""

    def find(self, direction: int) -> str:
        """Go to the next line that matches, or to the one before; return what is to be said."""
        self._read_all()
        said = self._search.go(self._lines, direction)
        if self._search.line is not None:
            self._scroll(max(0, self._search.line - self.size.height // 2))
        return said

    def action_search(self) -> None:
        """Ask for the words."""
        self.post_message(self.SearchAsked())

    def action_find(self, direction: int) -> None:
        """Go to another match."""
        desk = getattr(self.app, "desk", None)
        said = self.find(direction)
        if desk is not None:
            desk.say(said)

    def action_save(self) -> None:
        """Ask for it to be written to a file."""
        self.post_message(self.SaveAsked())

    def action_times(self) -> None:
        """Ask for dates and times."""
        self.post_message(self.TimesAsked())

    def append(self, events: Sequence[JobEvent]) -> None:
        """Add events; they are painted soon."""
        self._lines.add(events)
        self._mark_dirty()

    def set_heading(self, text: str) -> None:
        """Show another heading."""
        if text != self._heading:
            self._heading = text
            self._mark_dirty()

    def text(self) -> str:
        """Return what is kept, as plain text."""
        return f"{self._heading}\n{self._lines.text()}"

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
        if direction < 0:
            self._read_all()
        self._scroll(0 if direction < 0 else self._last_top)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a part."""
        # What they have in common costs as much as a line itself.
        self._common = self._width, self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the visible part; the heading stays on top."""
        width, base = self._common
        line = y - 1 + int(self.scroll_offset.y)
        if y == 0:
            mark = "" if self.follow else "  (scrolled: G follows)"
            strip = Strip([Segment(f" {self._heading}{mark}", self.style_of("heading"))])
        elif line < len(self._lines.shown):
            strip = self._strip(self._lines.shown[line], found=line == self._search.line)
        else:
            return Strip.blank(width, base)
        return strip.adjust_cell_length(width, base).apply_style(base)

    @property
    def _width(self) -> int:
        """Columns for lines, beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def _last_top(self) -> int:
        return max(0, len(self._lines.shown) + 1 - self.size.height)

    def _scroll(self, top: int) -> None:
        top = max(0, min(top, self._last_top))
        self.scroll_to(y=top, animate=False)
        self.follow = top >= self._last_top
        self.refresh()

    def _read_all(self) -> None:
        """Have lines of everything, for somebody wants to go to one of them."""
        if not self._lines.is_whole:
            self._search.move(self._lines.make_whole())
            self._paint()

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
        follow, top = self.follow, int(self.scroll_offset.y)
        moved = self._lines.take_earlier() - self._lines.take_in()
        self._dirty = not self._lines.is_whole
        self._search.move(moved)
        self.virtual_size = Size(self.size.width, len(self._lines.shown) + 1)
        # Who has scrolled away reads on undisturbed while old lines go or come.
        self.scroll_to(y=self._last_top if follow else max(0, top + moved), animate=False)
        self.follow = follow
        self.refresh()

    def _wrap_all(self) -> None:
        self._lines.wrap(self._width, times=self._times)
        self._mark_dirty()

    def _strip(self, line: LogLine, *, found: bool) -> Strip:
        node_style = self.style_of(self._lines.role(line.node))
        head = f" {line.head} " if line.head else " " * INDENT
        text_style = self.style_of(line.role)
        if self._search.fits(line):
            text_style += self.style_of("cursor" if found else "marked")
        return Strip(
            [
                Segment(" " * MARGIN),
                Segment(fit(line.node, self._lines.node_width), node_style),
                Segment(head, self.style_of("dim")),
                Segment(line.text, text_style),
            ]
        )
