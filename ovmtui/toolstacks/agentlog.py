"""What an OpenSVC agent prints while it acts, in the formats of its versions.

    1.3-1.7   10:52:36 INFO    OVMGUEST1.HB#1    High availability has been disabled.
    1.8       INFO    ovmguest1.container#1 xm shutdown ovmguest1
    1.9       10:52:36,123 ovmguest1.container#1 INFO xm shutdown ovmguest1
    2.x       @ n:ovm1 o:ovmguest1 r:container#1 sc:n
                xm shutdown ovmguest1
              E start: waited too long
                | output of a command

A line that is none of these goes on with the one before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ovmtui.model.job import Level
from ovmtui.model.text import visible
from ovmtui.toolstacks.redaction import redact

_LEVELS = "DEBUG|INFO|WARNING|ERROR|CRITICAL"
_FIRST = re.compile(rf"\d\d:\d\d:\d\d (?P<level>{_LEVELS}) +(?P<label>\S+)(?: +(?P<text>.*))?")
_CACHED = re.compile(rf"(?P<level>{_LEVELS}) +(?P<label>[\w.#:-]+)(?: (?P<text>.*))?")
_LAST_1 = re.compile(
    rf"\d\d:\d\d:\d\d,\d{{3}} (?P<label>\S+) +(?P<level>{_LEVELS})(?: +(?P<text>.*))?"
)
_CONTEXT = re.compile(r"@ n:\S+(?: o:(?P<service>\S+))?(?: r:(?P<rid>\S+))?(?: .*)?")
_SECOND = re.compile(r"(?P<mark>[ EW]) (?P<text>\S.*)")
_MARKS = {" ": Level.INFO, "E": Level.ERROR, "W": Level.WARNING}
_REFUSALS = re.compile(
    r"abort action for|timed out waiting for lock|managed by a clusterware"
    r"|stopped on execution error|^Traceback \(most recent|not (?:found|in service node list)"
    r"|^Error:",
    re.IGNORECASE,
)
"""What an agent says at INFO, or without any level, when it has not done its work."""
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One line with what it belongs to."""

    level: Level
    label: str
    text: str
    begins: bool
    """Whether a record begins with it."""


class AgentLog:
    """Reads the lines of one action in their order."""

    def __init__(self) -> None:
        """Begin before the first line."""
        self._level = Level.INFO
        self._label = ""
        self._in_context = False

    def read(self, line: str) -> AgentLine:
        """Return what `line` says, by its own format or by the line before."""
        line = line[:_LONGEST]
        for pattern in (_FIRST, _LAST_1, _CACHED):
            if match := pattern.fullmatch(line):
                self._in_context = False
                self._level, self._label = _level(match["level"]), match["label"]
                return AgentLine(self._level, self._label, match["text"] or "", begins=True)
        if context := _CONTEXT.fullmatch(line):
            self._in_context = True
            self._label = ".".join(filter(None, (context["service"], context["rid"])))
            self._level = Level.INFO
            return AgentLine(Level.INFO, self._label, "", begins=True)
        if self._in_context and (match := _SECOND.fullmatch(line)):
            self._level = _MARKS[match["mark"]]
            return AgentLine(self._level, self._label, match["text"], begins=True)
        return AgentLine(self._level, self._label, line, begins=False)


def failure_in(stdout: str, stderr: str) -> str | None:
    """Return why an agent's action failed, by its own lines; None when they do not say so.

    The agent exits with 0 where `ovm` said `Error:`, and says at INFO that it refuses to act
    on a frozen service: so what it says counts, and not its exit code alone.
    """
    refusals: list[str] = []
    errors: list[str] = []
    for stream in (stderr, stdout):
        log = AgentLog()
        for raw in stream.split("\n"):
            line = log.read(raw)
            if line.begins and line.level is Level.ERROR and line.text:
                errors.append(line.text)
            elif _REFUSALS.search(line.text):
                refusals.append(line.text.strip())
    # The last error only says that there was one: the first tells what it was.
    found = list(dict.fromkeys([*errors, *refusals]))[:3]
    return visible(redact("; ".join(found)), limit=400) if found else None


def _level(word: str) -> Level:
    if word in {"ERROR", "CRITICAL"}:
        return Level.ERROR
    return Level.WARNING if word == "WARNING" else Level.INFO
