"""A terminal that may vanish: what is written then goes nowhere, and somebody is told once.

The thread that writes to the terminal must not die of it: whoever writes would wait for it for
ever, the event loop with all jobs included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO


class VanishingFile:
    """A terminal as a file, which is written to by one thread."""

    def __init__(self, file: IO[str], on_gone: Callable[[], None]) -> None:
        """Write to `file`; `on_gone` is called in that thread when it cannot be written to."""
        self._file = file
        self._on_gone = on_gone
        self._is_gone = False

    def write(self, text: str) -> None:
        """Write `text`, if somebody may read it."""
        self._do(lambda: self._file.write(text))

    def flush(self) -> None:
        """Write what was kept back, if somebody may read it."""
        self._do(self._file.flush)

    def fileno(self) -> int:
        """Return the descriptor of the terminal."""
        return self._file.fileno()

    def _do(self, act: Callable[[], object]) -> None:
        if self._is_gone:
            return
        try:
            act()
        except OSError:
            self._is_gone = True
            self._on_gone()
