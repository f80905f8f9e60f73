"""The output pane: a ring of log lines, painted at most fifteen times a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ovmtui.model.job import EventKind, JobEvent, Level, Outcome, Stream
from ovmtui.model.text import visible
from ovmtui.plan.logformat import message_of, prefix_of
from ovmtui.ui.widgets.row_painter import plain

LINES = 10_000
"""Lines that are kept; the journal has them all."""
_RATE = 15.0
"""Paintings a second, at most."""
_NODE_WIDTH = 8
_NARROWEST = 16
"""Columns under which lines are not wrapped any more."""
_INDENT = 2
"""Columns before a line of output."""


@dataclass(frozen=True, slots=True)
class _Line:
    head: str
    node: str
    text: str
    role: str


class OutputPane(ScrollView, can_focus=True):
    """Shows what jobs say, as it comes, and follows the end until scrolled away."""

    DEFAULT_CSS = "OutputPane { height: 1fr; width: 1fr; overflow-x: hidden; }"
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
        self._lines: deque[_Line] = deque(maxlen=LINES)
        self._painted: deque[_Line] = deque(maxlen=2 * LINES)
        """The lines as they are shown, long ones cut into several."""
        self._heading = ""
        self._merged = False
        self._dirty = False
        self._node_numbers: dict[str, int] = {}

    def on_mount(self) -> None:
        """Take the application's styles, and paint from time to time."""
        desk = getattr(self.app, "desk", None)
        if desk is not None:
            self.style_of = desk.style
        self.set_interval(1 / _RATE, self._paint)

    def show(self, title: str, events: Sequence[JobEvent], *, merged: bool) -> None:
        """Show other events from the beginning, under the heading `title`."""
        self._lines.clear()
        self._painted.clear()
        self._merged = merged
        self._heading = title
        self.follow = True
        self.append(events)
        self._dirty = True

    def append(self, events: Sequence[JobEvent]) -> None:
        """Add events; they are painted soon."""
        for event in events:
            for line in self._lines_of(event):
                self._lines.append(line)
                self._painted.extend(self._wrapped(line))
        self._dirty = self._dirty or bool(events)

    def set_heading(self, text: str) -> None:
        """Show another heading."""
        if text != self._heading:
            self._heading = text
            self._dirty = True

    def text(self) -> str:
        """Return what is kept, as plain text."""
        lines = (f"{line.head} {line.text}".strip() for line in self._lines)
        return "\n".join((self._heading, *lines))

    def theme_changed(self) -> None:
        """Paint with other styles."""
        self.refresh()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._painted.clear()
        for line in self._lines:
            self._painted.extend(self._wrapped(line))
        self._dirty = True

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
        width = self.size.width
        base = self.rich_style
        if y == 0:
            mark = "" if self.follow else "  (scrolled: G follows)"
            heading = Segment(f" {self._heading}{mark}", self.style_of("heading"))
            return Strip([heading]).adjust_cell_length(width, base).apply_style(base)
        line = y - 1 + int(self.scroll_offset.y)
        if line >= len(self._painted):
            return Strip.blank(width, base)
        return self._strip(self._painted[line]).adjust_cell_length(width, base).apply_style(base)

    @property
    def _last_top(self) -> int:
        return max(0, len(self._painted) + 1 - self.size.height)

    def _scroll(self, top: int) -> None:
        top = max(0, min(top, self._last_top))
        self.follow = top >= self._last_top
        self.scroll_to(y=top, animate=False)
        self.refresh()

    def _paint(self) -> None:
        if not self._dirty:
            return
        self._dirty = False
        self.virtual_size = Size(self.size.width, len(self._painted) + 1)
        if self.follow:
            self.scroll_to(y=self._last_top, animate=False)
        self.refresh()

    def _lines_of(self, event: JobEvent) -> list[_Line]:
        message = message_of(event)
        if message is None:
            return []
        node = visible(event.node or "", limit=40)
        role = _role(event)
        if event.kind is EventKind.OUTPUT:
            return [_Line("", node, visible(message, limit=2000), role)]
        first, *rest = message.split("\n")
        head = prefix_of(event, zone=None)
        if not self._merged:
            # The machine is in the heading; time, level and part are what is left to say.
            time, level, label = head.split(maxsplit=2) if event.label else (head, "", "")
            part = label.partition(".")[2] if "." in label else ""
            shown = "" if level == Level.INFO.value else f" {level}"
            head = f"{time}{shown} {part}".rstrip()
        lines = [_Line(head, node, visible(first, limit=2000), role)]
        lines += [_Line("", node, visible(line, limit=2000), role) for line in rest]
        return lines

    def _wrapped(self, line: _Line) -> list[_Line]:
        """Cut a line into pieces that fit: a command is never hidden behind an edge."""
        used = 1 + _NODE_WIDTH + (cell_len(line.head) + 2 if line.head else _INDENT)
        room = self.size.width - used
        rest = self.size.width - 1 - _NODE_WIDTH - _INDENT
        if rest < _NARROWEST or cell_len(line.text) <= room:
            return [line]
        pieces = _cut(line.text, max(room, _NARROWEST), rest)
        first = replace(line, text=pieces[0])
        return [first, *(_Line("", "", piece, line.role) for piece in pieces[1:])]

    def _strip(self, line: _Line) -> Strip:
        style = self.style_of(line.role)
        node = Segment(
            line.node[:_NODE_WIDTH].ljust(_NODE_WIDTH), self.style_of(self._node_role(line.node))
        )
        if not line.head:
            return Strip([Segment(" "), node, Segment(" " * _INDENT), Segment(line.text, style)])
        head = Segment(f" {line.head} ", self.style_of("dim"))
        return Strip([Segment(" "), node, head, Segment(line.text, style)])

    def _node_role(self, node: str) -> str:
        if not node:
            return "dim"
        number = self._node_numbers.setdefault(node, len(self._node_numbers))
        return f"node{number % 6}"


def _cut(text: str, first: int, rest: int) -> list[str]:
    """Cut `text` to columns, at blanks where there are some."""
    pieces = []
    width = first
    while cell_len(text) > width:
        piece = set_cell_size(text, width).rstrip()
        blank = piece.rfind(" ")
        if blank > width // 2:
            piece = piece[:blank]
        pieces.append(piece)
        text = text[len(piece) :].lstrip(" ")
        width = rest
    return [*pieces, text]


def _role(event: JobEvent) -> str:
    if event.level is Level.ERROR or event.outcome in {Outcome.FAILED, Outcome.UNKNOWN}:
        return "danger"
    if event.level is Level.WARNING:
        return "warn"
    match event.kind:
        case EventKind.STEP:
            return "command"
        case EventKind.OUTPUT:
            return "stderr" if event.stream is Stream.STDERR else "text"
        case EventKind.GUARD | EventKind.PLAN:
            return "dim"
        case EventKind.PLAN_END:
            return "ok"
        case _:
            return "text"
