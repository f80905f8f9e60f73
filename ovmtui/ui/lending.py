"""The terminal's driver, which writes nothing while another program has the terminal.

The application goes on meanwhile: what it would paint must neither stand on the other
program's screen nor wait for a writer that is not there, which would stop everything.
"""

from __future__ import annotations

import contextlib
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from ovmtui.ui.vanishing import VanishingFile


class LendingDriver(LinuxDriver):
    """Drops what is written between suspending and resuming; all is painted anew then.

    When the terminal has vanished, the application ends.
    """

    _is_lent = False

    def __init__(self, *args: Any, **keywords: Any) -> None:
        """Take what Textual gives."""
        super().__init__(*args, **keywords)
        self._file: Any = VanishingFile(self._file, self._vanished)

    def _vanished(self) -> None:
        # While the application ends there may be no loop any more, and nothing to be ended.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._app.exit)

    def suspend_application_mode(self) -> None:
        """Give the terminal away, as it was at the start."""
        super().suspend_application_mode()
        self._is_lent = True

    def resume_application_mode(self) -> None:
        """Take the terminal back."""
        self._is_lent = False
        super().resume_application_mode()

    def write(self, data: str) -> None:
        """Write to the terminal, if it is ours."""
        if not self._is_lent:
            super().write(data)
