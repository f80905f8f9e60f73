"""A job's events as log lines, in the form that OpenSVC's Oracle VM driver prints.

10:52:36 INFO    OVMGUEST1.HB#1    ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d
10:52:39 INFO    OVMGUEST1.HB#1    High availability has been disabled.

10:54:46 INFO    OVMGUEST1.OVM     xm create /…/ovmguest1/vm.cfg
10:54:49 INFO    OVMGUEST1.OVM     output:
Started domain ovmguest1 (id=2)
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from ovmtui.model.job import EventKind, JobEvent, Level, Outcome, Stream
from ovmtui.model.text import visible

_LEVEL_WIDTH = 7
_SUFFIX_WIDTH = 8
"""OpenSVC pads a label to the length of the service's name and this."""
_LONGEST = 8192


class LogWriter:
    """Writes the events of one job, in their order, as OpenSVC's driver would."""

    def __init__(self, *, zone: tzinfo | None) -> None:
        """Write clock times of `zone`; None is the machine's own."""
        self._zone = zone
        self._before: JobEvent | None = None

    def lines(self, event: JobEvent) -> tuple[str, ...]:
        """Return the log lines of the next event.

        What the manager says has a line's head of its own. What a toolstack prints goes on
        below `output:` or `stderr:`. An OpenSVC agent's lines have their heads already.
        """
        before, self._before = self._before, event
        lines = format_event(event, zone=self._zone)
        if event.kind is not EventKind.OUTPUT:
            return lines
        part = event.label.partition(".")[2]
        if part.startswith("HB#"):
            head = prefix_of(event, zone=self._zone)
            return tuple(f"{head} {line}".rstrip() if line else "" for line in lines)
        if part != "OVM" or (before is not None and _same_output(before, event)):
            return lines
        stream = "stderr:" if event.stream is Stream.STDERR else "output:"
        return (f"{prefix_of(event, zone=self._zone)} {stream}", *lines)


def _same_output(one: JobEvent, other: JobEvent) -> bool:
    return one.kind is EventKind.OUTPUT and (one.remote, one.stream) == (other.remote, other.stream)


def format_event(
    event: JobEvent, *, zone: tzinfo | None, label_width: int | None = None
) -> tuple[str, ...]:
    """Return the log lines of `event`; none for what is only shown while it lasts.

    Args:
        event: output lines continue the line before and have no prefix.
        zone: time zone of the clock times; None is the machine's own.
        label_width: columns of the label; default: OpenSVC's.
    """
    text = message_of(event)
    if text is None:
        return ()
    if event.kind is EventKind.OUTPUT:
        return (visible(text, limit=_LONGEST),)
    first, *rest = text.split("\n")
    head = prefix_of(event, zone=zone, label_width=label_width)
    return (
        f"{head} {visible(first, limit=_LONGEST)}".rstrip(),
        *(visible(line, limit=_LONGEST) for line in rest),
    )


def message_of(event: JobEvent) -> str | None:
    """Return what an event says in the log; None when it is not a line of it."""
    match event.kind:
        case EventKind.PROGRESS:
            return None
        case EventKind.QUESTION:
            return f"{event.text} ({' / '.join(event.choices)}?)"
        case EventKind.ANSWER:
            return f"choice: {event.text}"
        case EventKind.STEP_END:
            return _end_of_step(event)
        case EventKind.PLAN_END:
            outcome = event.outcome.value if event.outcome else "ended"
            return f"{outcome}: {event.text}" if event.text else outcome
        case _:
            return event.text


def prefix_of(event: JobEvent, *, zone: tzinfo | None, label_width: int | None = None) -> str:
    """Return the time, level and label of an event's first line."""
    if label_width is None:
        label_width = len(event.label.partition(".")[0]) + _SUFFIX_WIDTH
    label = visible(event.label, limit=80)
    time = clock_of(event, zone=zone)
    return f"{time} {event.level.value:<{_LEVEL_WIDTH}} {label:<{label_width}}"


def clock_of(event: JobEvent, *, zone: tzinfo | None) -> str:
    """Return the time of day of an event; zone None is the machine's own."""
    at = datetime.fromtimestamp(event.at, tz=zone)
    return f"{at if zone else at.astimezone():%H:%M:%S}"


def _end_of_step(event: JobEvent) -> str | None:
    if event.outcome in {Outcome.DONE, Outcome.SKIPPED} and event.level is Level.INFO:
        return event.text or None
    outcome = event.outcome.value if event.outcome else "ended"
    return f"{outcome}: {event.text}" if event.text else outcome
