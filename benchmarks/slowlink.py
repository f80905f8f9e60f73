"""The console at 80x24 behind a slow link: what it writes, and how long a key takes to answer.

The link stands between the program's terminal and the eye: every byte waits half the round
trip in each direction, and no more pass in a second than the link carries.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures import Figure

ROUND_TRIP = 0.3
"""Seconds."""
RATE = 64_000 / 8
"""Bytes a second."""
_QUIET = 0.25
"""Seconds without a byte after which an answer is complete."""
_IDLE = 30.0
_KEYS = (
    ("cursor down", b"j"),
    ("cursor down again", b"j"),
    ("a page of the list of nodes", b"n"),
    ("back to the machines", b"\x1b"),
    ("the plan of a stop", b"S"),
    ("back from the plan", b"\x1b"),
)


@dataclass
class Link:
    """A program behind the link; time is that of the one who looks at it."""

    master: int
    free_at: float = 0.0
    """When the link has carried all that was written."""
    written: int = 0

    def read_for(self, seconds: float, *, until_quiet: bool = False) -> tuple[int, float]:
        """Return bytes, and when the last of them has arrived, in seconds from now."""
        begin = last = arrived = time.monotonic()
        count = 0
        while time.monotonic() - begin < seconds:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                data = os.read(self.master, 65_536)
                last = time.monotonic()
                count += len(data)
                self.free_at = max(self.free_at, last) + len(data) / RATE
                arrived = self.free_at + ROUND_TRIP / 2
            elif until_quiet and count and time.monotonic() - last > _QUIET:
                break
        self.written += count
        return count, arrived - begin

    def press(self, key: bytes) -> tuple[int, float]:
        """Return the bytes of the answer, and the seconds until it is complete for the eye."""
        time.sleep(ROUND_TRIP / 2)
        os.write(self.master, key)
        count, seconds = self.read_for(5.0, until_quiet=True)
        return count, seconds + ROUND_TRIP / 2


def slow_link() -> Iterator[Figure]:
    """Yield the figures of the demo behind the link."""
    child, master = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "ovmtui", "--ascii", "demo"])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    link = Link(master)
    count, _ = link.read_for(12.0)
    yield Figure("80x24, 64 kbit/s, 300 ms: the first 12 s", count, "B")
    count, _ = link.read_for(_IDLE)
    yield Figure("the same: a second of looking on", count / _IDLE, "B/s")
    for what, key in _KEYS:
        count, seconds = link.press(key)
        note = f"{count:,} B"
        yield Figure(f"the same: {what}", seconds, "s", ROUND_TRIP, "the round trip", note=note)
        link.read_for(1.5)
    os.write(master, b"q")
    with contextlib.suppress(OSError):
        # Its terminal is closed when it has ended.
        link.read_for(5.0)
    os.close(master)
    os.waitpid(child, 0)
