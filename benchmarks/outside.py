"""The console as its terminal sees it: first screen, memory, idle cost, and keys."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import random
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.processes import cpu_seconds, memory_mib

_SIZE = (40, 140)
_IDLE = 20.0
_PATIENCE = 3.0
"""Seconds that a key may take."""
_RUNS = 5
_KEYS = 200
_CONTROL = re.compile(
    rb"\x1b(?:\[[0-9;?<=>$]*[A-Za-z~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|.)"
)
_CURSOR = re.compile(r"▸ (vm\d{4}x\d\d)".encode())
"""The line of the grid with the cursor."""
_PAINTED = 40
"""Visible characters from which on a screen counts as painted."""


@dataclass
class Watched:
    """A program on a terminal of its own."""

    process: int
    master: int
    begun: float
    written: int = 0

    def take(self, seconds: float) -> bytes:
        """Return what it writes within that time; at once when there is something."""
        ready, _, _ = select.select([self.master], [], [], max(0.0, seconds))
        if not ready:
            return b""
        with contextlib.suppress(OSError):
            data = os.read(self.master, 65_536)
            self.written += len(data)
            return data
        return b""

    def drain(self, seconds: float) -> None:
        """Take whatever comes in that time."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.take(left)

    def painted(self) -> float:
        """Return the seconds from its start until its first screen."""
        return self._until(lambda seen: len(seen.replace(b" ", b"").strip()) >= _PAINTED)

    def shows(self, text: bytes) -> float:
        """Return the seconds from its start until it has painted `text`."""
        return self._until(lambda seen: text in seen)

    def _until(self, is_enough: Callable[[bytes], bool]) -> float:
        seen = b""
        while not is_enough(_CONTROL.sub(b"", seen)):
            seen += self.take(10.0)
            if time.perf_counter() - self.begun > 60.0:
                raise SystemExit("it does not paint what is waited for")
        return time.perf_counter() - self.begun

    def idle(self) -> tuple[float, float]:
        """Return its CPU time in percent, and the bytes that it writes in a second."""
        cpu, written = cpu_seconds(self.process), self.written
        self.drain(_IDLE)
        share = 100.0 * (cpu_seconds(self.process) - cpu) / _IDLE
        return share, (self.written - written) / _IDLE

    def answered(self, key: bytes) -> float:
        """Press `key`, and return the milliseconds until something is written for it."""
        while self.take(0.03):
            pass
        begin = time.perf_counter()
        os.write(self.master, key)
        self.take(_PATIENCE)
        return (time.perf_counter() - begin) * 1e3

    def key(self, key: bytes, line: bytes) -> float:
        """Press `key`, and return the milliseconds until the cursor is painted on `line`."""
        # At a moment that has nothing to do with what is being painted anyway.
        self.drain(random.uniform(0.03, 0.13))
        begin = time.perf_counter()
        os.write(self.master, key)
        seen = b""
        while (taken := time.perf_counter() - begin) < _PATIENCE:
            seen += self.take(_PATIENCE - taken)
            if line in _CURSOR.findall(_CONTROL.sub(b"", seen)):
                return (time.perf_counter() - begin) * 1e3
        raise SystemExit("the cursor does not move")

    def line_after(self, key: bytes) -> bytes:
        """Press `key`, and return the name on which the cursor comes to stand."""
        os.write(self.master, key)
        seen, until = b"", time.perf_counter() + 2.0
        while (left := until - time.perf_counter()) > 0:
            seen += self.take(left)
        return bytes(_CURSOR.findall(_CONTROL.sub(b"", seen))[-1])

    def keys(self) -> list[float]:
        """Return the milliseconds of many keys, in ascending order."""
        below, above = self.line_after(b"j"), self.line_after(b"k")
        return sorted(
            self.key(b"j", below) if number % 2 else self.key(b"k", above)
            for number in range(1, _KEYS + 1)
        )


@contextlib.contextmanager
def watched(command: Sequence[str], **environment: str) -> Iterator[Watched]:
    """Run `command` on a terminal while the context lasts."""
    begun = time.perf_counter()
    process, master = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", **environment)
        os.execv(command[0], list(command))
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", *_SIZE, 0, 0))
    try:
        yield Watched(process, master, begun)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(master)


def outside() -> Iterator[Figure]:
    """Yield what the terminal sees."""
    console = [sys.executable, "-m", "benchmarks.console"]
    with tempfile.TemporaryDirectory() as place:
        settings = Path(place) / "ovmtui.toml"
        nodes = ", ".join(f'{{ name = "n{n}", host = "127.0.0.1", port = 1 }}' for n in range(16))
        settings.write_text(f"[pools.p]\nnodes = [{nodes}]\n")
        ours = [sys.executable, "-m", "ovmtui", "--config", str(settings)]
        first: tuple[list[float], list[float]] = ([], [])
        for _ in range(_RUNS):
            for found, command in zip(first, (ours, [*console, "--bare"]), strict=True):
                with watched(command, XDG_STATE_HOME=place, XDG_CONFIG_HOME=place) as seen:
                    found.append(seen.painted() * 1e3)
    yield Figure(
        "first screen, 16 nodes that refuse connections",
        statistics.median(first[0]),
        "ms",
        statistics.median(first[1]),
        "a bare Textual application",
        most=1.3,
        of_ratio=True,
    )
    least, least_with_ssh = _bare([*console, "--bare"]), _bare([*console, "--bare", "--ssh"])
    with watched([*console, "16", "19"]) as quiet:
        # Until the trends have their ten bars: while these grow, something does change.
        quiet.drain(70.0)
        share, rate = quiet.idle()
        yield Figure(
            "memory, 16 nodes with 304 machines",
            memory_mib(quiet.process),
            "MiB",
            least,
            "a bare Textual application",
            most=60.0,
            note=f"with asyncssh loaded that is {least_with_ssh:.0f} MiB",
        )
        note = "nothing changes, refreshes included"
        yield Figure("idle, 304 machines: CPU", share, "%", most=1.0, note=note)
        yield Figure("idle, 304 machines: to the terminal", rate, "B/s", most=100.0, note=note)
    yield from _keys(
        [*console, "125", "20", "--busy", "--hung"],
        "key, 2,500 machines, all changing, a node hung",
        most=30.0,
    )
    yield from _keys([*console, "16", "19", "--flood"], "key, a flood in the pane", most=50.0)


def _bare(command: Sequence[str]) -> float:
    """Return the MiB of an application that does nothing."""
    with watched(command) as seen:
        seen.drain(4.0)
        return memory_mib(seen.process)


def _keys(command: Sequence[str], what: str, *, most: float) -> Iterator[Figure]:
    with watched(command) as seen:
        seen.drain(20.0)
        taken = seen.keys()
        grown = memory_mib(seen.process)
    yield Figure(f"{what}: median", statistics.median(taken), "ms")
    yield Figure(f"{what}: p99", taken[int(len(taken) * 0.99) - 1], "ms", most=most)
    yield Figure(f"{what}: worst", taken[-1], "ms")
    yield Figure(f"{what}: memory", grown, "MiB")
