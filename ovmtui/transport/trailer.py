"""How a detached job is, as the node says at the end of standard error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.text import visible
from ovmtui.transport.interface import DetachedResult


class Standing(Enum):
    """How a job is on its node."""

    ENDED = "exit"
    """It left a result."""
    LOST = "lost"
    """It left none, and its process is gone."""
    ABSENT = "absent"
    """The node has no such job."""
    RUNNING = "running"
    """It was running still when its output had been shown."""


@dataclass(frozen=True, slots=True)
class Trailer:
    """What the node says of a job."""

    standing: Standing
    exit_status: int | None = None
    """Of a job that ended."""
    problem: str = ""
    """Why it could not be started, for an absent one."""

    @property
    def result(self) -> DetachedResult:
        """How a job that does not run any more has ended."""
        if self.standing is Standing.ABSENT:
            return DetachedResult(exit_status=None, started=False, problem=self.problem)
        return DetachedResult(exit_status=self.exit_status)


class TrailerFilter:
    """Passes standard error on, and keeps the trailer back, however it is cut up.

    The node begins the trailer with a record separator, which hardly ever is output: so
    hardly ever is the end of a line held back until more comes.
    """

    def __init__(self, nonce: str) -> None:
        """Know the trailer by `nonce`."""
        self._start = f"\x1e{nonce} ".encode()
        self._held = b""

    @property
    def trailer(self) -> Trailer | None:
        """The trailer; None while it is not there as a whole."""
        if not (self._held.startswith(self._start) and self._held.endswith(b"\n")):
            return None
        text = self._held[len(self._start) :].decode("utf-8", "replace").strip()
        word, _, rest = text.partition(" ")
        match word:
            case "exit" if rest.isascii() and rest.isdigit():
                return Trailer(Standing.ENDED, exit_status=int(rest))
            case "absent":
                return Trailer(Standing.ABSENT, problem=visible(rest.strip(), limit=300))
            case "running":
                return Trailer(Standing.RUNNING)
            case _:
                return Trailer(Standing.LOST)

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return the bytes that are output for certain."""
        self._held += data
        index = self._held.find(self._start)
        if index < 0:
            # What may be the beginning of the trailer is output only once it is not.
            longest = min(len(self._start) - 1, len(self._held))
            sizes = range(longest, 0, -1)
            keep = next((n for n in sizes if self._held.endswith(self._start[:n])), 0)
            index = len(self._held) - keep
        output, self._held = self._held[:index], self._held[index:]
        return output
