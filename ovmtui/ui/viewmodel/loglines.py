"""Lines of the output pane: what a job's event says there, cut to the width."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import datetime

from rich.cells import cell_len, set_cell_size

from ovmtui.model.job import EventKind, JobEvent, Level, Outcome, Stream
from ovmtui.model.text import visible
from ovmtui.plan.logformat import clock_of, message_of, prefix_of

MARGIN = 1
"""Columns before the node."""
INDENT = 2
"""Columns between the node and a line of output."""
STDERR_MARK = "!"
"""Before a line that came on standard error: colour alone does not tell."""
_NARROWEST = 16
"""Columns for text under which lines are not wrapped any more."""
_LONGEST = 2000
"""Characters of a line that are kept."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line: where it comes from, when, and what it says."""

    head: str
    """Time, level and label; empty for a line that goes on."""
    node: str
    text: str
    role: str
    at: float | None = None
    """Seconds since the epoch; None for a line that goes on."""

    @property
    def stamp(self) -> str:
        """Date and time; empty for a line that goes on."""
        if self.at is None:
            return ""
        return f"{datetime.fromtimestamp(self.at).astimezone():%Y-%m-%d %H:%M:%S}"


@functools.lru_cache(maxsize=1024)
def name_of(node: str | None) -> str:
    """Return a node's name as the lines have it."""
    return visible(node or "", limit=40)


def log_lines(event: JobEvent, *, merged: bool) -> tuple[LogLine, ...]:
    """Return the lines of `event`; `merged` when jobs of several machines are shown."""
    message = message_of(event)
    if message is None:
        return ()
    node = name_of(event.node)
    role = _role(event)
    if event.kind is EventKind.OUTPUT:
        head = STDERR_MARK if event.stream is Stream.STDERR else ""
        return (LogLine(head, node, visible(message, limit=_LONGEST), role, event.at),)
    first, *rest = message.split("\n")
    head = prefix_of(event, zone=None).rstrip() if merged else _short_head(event)
    return (
        LogLine(head, node, visible(first, limit=_LONGEST), role, event.at),
        *(LogLine("", node, visible(line, limit=_LONGEST), role) for line in rest),
    )


def wrapped(line: LogLine, *, width: int, node_width: int) -> tuple[LogLine, ...]:
    """Cut a line into pieces that fit: a command is never hidden behind an edge."""
    before = MARGIN + node_width
    room = width - before - (cell_len(line.head) + 2 if line.head else INDENT)
    if len(line.text) <= room and line.text.isascii():
        return (line,)
    rest = width - before - INDENT
    if rest < _NARROWEST or cell_len(line.text) <= room:
        return (line,)
    first, *others = _cut(line.text, max(room, _NARROWEST), rest)
    return (
        replace(line, text=first),
        *(LogLine("", "", piece, line.role) for piece in others),
    )


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


def _short_head(event: JobEvent) -> str:
    """Return time, level and part: the machine is in the heading of the pane."""
    level = "" if event.level is Level.INFO else event.level.value
    part = visible(event.label.partition(".")[2], limit=40)
    return " ".join(word for word in (clock_of(event, zone=None), level, part) if word)


def _role(event: JobEvent) -> str:
    if event.level is Level.ERROR or event.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
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
            return "ok" if event.outcome is Outcome.DONE else "warn"
        case _:
            return "text"
