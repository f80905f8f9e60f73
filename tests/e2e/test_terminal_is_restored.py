"""The terminal is given back as it was: after quitting, after an error, after a hangup."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BOOM = """
import sys
from ovmtui.ui.screens.viewing import Viewing
def boom(self):
    raise RuntimeError("boom")
Viewing.do_sort = boom
from ovmtui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
CONFIG = """
[pools.pool1]
nodes = [{ name = "ovm1", host = "127.0.0.1", port = 9 }]
"""
LEFT = b"\x1b[?1049l"
"""Back from the alternate screen."""


@dataclass
class Program:
    """ovmtui on a terminal of its own."""

    process: subprocess.Popen[bytes]
    master: int
    slave: int
    said: bytes = b""

    def until(self, text: bytes, *, seconds: float = 15.0) -> None:
        """Read until `text` has come."""
        end = time.monotonic() + seconds
        while text not in self.said:
            ready, _, _ = select.select([self.master], [], [], 0.1)
            if ready:
                self.said += os.read(self.master, 65_536)
            assert time.monotonic() < end, self.said[-2000:]

    def press(self, key: bytes) -> None:
        os.write(self.master, key)


@contextmanager
def program(directory: Path, *command: str) -> Iterator[Program]:
    configuration = directory / "ovmtui.toml"
    configuration.write_text(CONFIG)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "XDG_STATE_HOME": str(directory / "state"),
        "XDG_CONFIG_HOME": str(directory / "config"),
    }
    process = subprocess.Popen(
        [sys.executable, *command, "--config", str(configuration)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
    )
    running = Program(process, master, slave)
    try:
        yield running
    finally:
        process.kill()
        process.wait()
        for end in {running.master, running.slave}:
            os.close(end)


def test_after_an_error_with_one_line_that_says_where_the_report_is(tmp_path: Path) -> None:
    with program(tmp_path, "-c", BOOM) as running:
        before = termios.tcgetattr(running.slave)
        running.until(b"ovm1")
        assert termios.tcgetattr(running.slave) != before
        running.press(b"o")
        running.until(b"crash-")
        assert running.process.wait(timeout=20) == 1
        assert termios.tcgetattr(running.slave) == before
        after = running.said[running.said.rindex(LEFT) :]
        assert b"unforeseen error: RuntimeError: boom" in after
        assert b"Traceback" not in running.said
        (report,) = (tmp_path / "state").rglob("crash-*.txt")
        assert "boom" in report.read_text()


@pytest.mark.parametrize("how", ["q", "SIGHUP", "SIGTERM"])
def test_after_quitting_and_after_a_hangup(tmp_path: Path, how: str) -> None:
    with program(tmp_path, "-m", "ovmtui") as running:
        before = termios.tcgetattr(running.slave)
        running.until(b"ovm1")
        if how == "q":
            running.press(b"q")
        else:
            running.process.send_signal(signal.Signals[how])
        running.until(LEFT)
        assert running.process.wait(timeout=20) == 0
        assert termios.tcgetattr(running.slave) == before


@pytest.mark.parametrize("is_told", [True, False], ids=["hangup", "silently"])
def test_a_terminal_that_vanishes_ends_the_program_and_leaves_nothing_that_spins(
    tmp_path: Path, is_told: bool
) -> None:
    with program(tmp_path, "-m", "ovmtui") as running:
        running.until(b"ovm1")
        os.close(running.master)
        os.close(running.slave)
        running.master = running.slave = os.open(os.devnull, os.O_RDWR)
        # Keys are not what it would hear of: it has something to paint, and nobody to paint it for.
        if is_told:
            running.process.send_signal(signal.SIGHUP)
        assert running.process.wait(timeout=60) == 0
