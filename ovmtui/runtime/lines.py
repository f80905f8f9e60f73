"""Cutting a stream into lines, the same ones however it comes in pieces."""

from __future__ import annotations

from collections.abc import Callable

_LONGEST = 8_192
"""Characters after which a line is cut."""


class Lines:
    """Hands on each line of a stream, keeping the rest for later."""

    def __init__(self, take: Callable[[str], None]) -> None:
        """Call `take` with each line."""
        self._take = take
        self._rest = ""

    def feed(self, text: str) -> None:
        """Take a piece of the stream; a carriage return alone ends a line, too."""
        text = self._rest + text
        # What follows it tells whether a carriage return is a line's end of its own.
        held = text[-1:] if text.endswith("\r") else ""
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        for line in lines:
            self._cut(line)
        while len(rest) > _LONGEST:
            self._take(rest[:_LONGEST])
            rest = rest[_LONGEST:]
        self._rest = rest + held

    def end(self) -> None:
        """Take what came after the last line end."""
        rest, self._rest = self._rest.removesuffix("\r"), ""
        if rest:
            self._cut(rest)

    def _cut(self, line: str) -> None:
        while len(line) > _LONGEST:
            self._take(line[:_LONGEST])
            line = line[_LONGEST:]
        self._take(line)
