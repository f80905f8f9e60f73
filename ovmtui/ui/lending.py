"""The terminal's driver, which writes nothing while another program has the terminal.

The application goes on meanwhile: what it would paint must neither stand on the other
program's screen nor wait for a writer that is not there, which would stop everything.
"""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class LendingDriver(LinuxDriver):
    """Drops what is written between suspending and resuming; all is painted anew then."""

    _is_lent = False

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
