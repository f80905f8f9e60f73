"""A real terminal around a program: keys go in, what a person would see comes out."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

COLUMNS, ROWS = 140, 40
_LOOK_AGAIN = 0.3
"""Seconds between two looks at the screen."""


class Terminal:
    """A tmux server of its own with one window, in which the program runs."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], directory: Path
    ) -> None:
        """Start `command`; the server's socket goes to `directory`."""
        self._server = ("tmux", "-S", str(directory / "tmux"), "-f", "/dev/null")
        settings = ("set", "-g", "default-terminal", "screen-256color", ";")
        window = ("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS))
        # The window outlives the program, so that its last words can be read.
        stay = (";", "set", "-w", "remain-on-exit", "on")
        self._tmux(*settings, *window, shlex.join(command), *stay, environment=environment)

    @property
    def screen(self) -> str:
        """What is on the screen, its lines without blanks at the end."""
        return self._tmux("capture-pane", "-p")

    @property
    def cursor(self) -> str:
        """The name in the row of the grid on which the cursor is; empty where there is none."""
        found = re.search(r"^▸ (\S+)", self.screen, re.MULTILINE)
        return found[1] if found else ""

    def press(self, *keys: str) -> None:
        """Press keys, by letter or by tmux's name: `s`, `Enter`, `Escape`, `Down`."""
        self._tmux("send-keys", *keys)

    def enter(self, text: str) -> None:
        """Type `text` as it is."""
        self._tmux("send-keys", "-l", text)

    def wait_for(self, pattern: str, *, timeout: float) -> str:
        """Return the screen once the regular expression `pattern` matches in it.

        Raises:
            AssertionError: it does not match within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            screen = self.screen
            if re.search(pattern, screen, re.MULTILINE):
                return screen
            if time.monotonic() > deadline:
                raise AssertionError(f"{pattern!r} not seen in {timeout:.0f} s on\n{screen}")
            time.sleep(_LOOK_AGAIN)

    def close(self) -> None:
        """End the program and the terminal."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        return subprocess.run(
            [*self._server, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=30,
            check=True,
        ).stdout
