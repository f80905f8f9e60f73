"""The lines that the output shows: kept as they came, and cut to a width.

The newest are made first, which are those in sight; the many before them in slices, so that
no key waits for ten thousand lines when another job comes to be shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.cells import cell_len

from ovmtui.model.job import JobEvent
from ovmtui.ui.viewmodel.columns import fit
from ovmtui.ui.viewmodel.loglines import LogLine, log_lines, name_of, wrapped

LINES = 10_000
"""Lines that are kept; the journal has them all."""
_SLICE = 250
"""Events of which lines are made in one go."""
_NODE_WIDTHS = (8, 16)
"""Columns of the node: as many as the longest name needs, within these."""
_NODE_ROLES = 6


class OutputLines:
    """Takes events, and keeps the newest lines of them."""

    def __init__(self) -> None:
        """Begin empty."""
        self.shown: deque[LogLine] = deque(maxlen=LINES)
        """The lines as they are shown, long ones cut into several."""
        self.node_width = _NODE_WIDTHS[0]
        """Columns of the node's name."""
        self._new: deque[JobEvent] = deque(maxlen=LINES)
        """Events that were not looked at yet; more than fill the pane never are."""
        self._earlier: deque[JobEvent] = deque(maxlen=LINES)
        """Events before those of which there are lines."""
        self._lines: deque[LogLine] = deque(maxlen=LINES)
        self._merged = False
        self._times = False
        self._width = 0
        self._nodes: dict[str, int] = {}
        """Nodes in the order in which they were first seen: each has a colour."""

    def begin(self, events: Sequence[JobEvent], *, merged: bool) -> None:
        """Keep other events, from the beginning."""
        self._new.clear()
        self._earlier.clear()
        self._lines.clear()
        self.shown.clear()
        self._merged = merged
        self._earlier.extend(events[:-_SLICE])
        self._new.extend(events[-_SLICE:])
        # Each node has the colour that it would have if all had been looked at.
        for name in dict.fromkeys(event.node for event in self._earlier):
            self._see_node(name_of(name))

    def add(self, events: Iterable[JobEvent]) -> None:
        """Keep more events."""
        self._new.extend(events)

    def take_in(self) -> int:
        """Make lines of the new events; return how many shown lines have gone for them."""
        count, added = len(self.shown), 0
        while self._new:
            for line in log_lines(self._new.popleft(), merged=self._merged):
                if line.node not in self._nodes:
                    self._see_node(line.node)
                self._lines.append(line)
                pieces = self._pieces(line)
                self.shown.extend(pieces)
                added += len(pieces)
        return max(0, count + added - len(self.shown))

    def take_earlier(self) -> int:
        """Make lines of some events before; return how many shown lines have come for them."""
        count = len(self.shown)
        for _ in range(min(_SLICE, len(self._earlier))):
            for line in reversed(log_lines(self._earlier.pop(), merged=self._merged)):
                pieces = self._pieces(line)
                if len(self.shown) + len(pieces) > LINES:
                    self._earlier.clear()
                    return len(self.shown) - count
                self._lines.appendleft(line)
                self.shown.extendleft(reversed(pieces))
        return len(self.shown) - count

    @property
    def is_whole(self) -> bool:
        """Whether there are lines of all events."""
        return not self._earlier

    def make_whole(self) -> int:
        """Make lines of all events before; return how many shown lines have come for them."""
        added = 0
        while self._earlier:
            added += self.take_earlier()
        return added

    def wrap(self, width: int, *, times: bool) -> None:
        """Cut all lines to `width` columns, with date and time where that is wished."""
        self._width, self._times = width, times
        self.shown.clear()
        for line in self._lines:
            self.shown.extend(self._pieces(line))

    def text(self) -> str:
        """Return what is kept, not cut, with the date and time of each line."""
        self.take_in()
        self.make_whole()
        width = self.node_width
        lines = (
            f"{line.stamp or ' ' * 19} {fit(line.node, width)} {line.head:1} {line.text}"
            for line in self._lines
        )
        return "\n".join(line.rstrip() for line in lines)

    def role(self, node: str) -> str:
        """Return the role that colours a node's name."""
        return f"node{self._nodes.get(node, 0) % _NODE_ROLES}"

    def _see_node(self, node: str) -> None:
        if node in self._nodes:
            return
        self._nodes[node] = len(self._nodes)
        narrow, wide = _NODE_WIDTHS
        width = min(wide, max(narrow, self.node_width, cell_len(node)))
        if width != self.node_width:
            self.node_width = width
            self.wrap(self._width, times=self._times)

    def _pieces(self, line: LogLine) -> tuple[LogLine, ...]:
        if self._times and (stamp := line.stamp):
            has_time = line.head.startswith(stamp[11:])
            stamp = stamp[:10] if has_time else stamp
            line = replace(line, head=f"{stamp} {line.head}".rstrip())
        return wrapped(line, width=self._width, node_width=self.node_width)
