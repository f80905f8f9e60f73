"""An application that rings when something has ended, but never into another program's screen."""

from __future__ import annotations

import os
from abc import abstractmethod

from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from ovmtui.ui.lending import LendingDriver
from ovmtui.ui.notice import desktop_notice
from ovmtui.ui.theming import Themed


class Ringing(Themed):
    """Knows whether the terminal is lent to `xm console` or a shell."""

    _lent = False
    """Whether another program has the terminal."""
    _unrung = ""
    """What ended meanwhile."""

    @property
    @abstractmethod
    def rings(self) -> bool:
        """Whether the operator wants to hear it."""

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that leaves a terminal alone which is lent."""
        usual = super().get_driver_class()
        return LendingDriver if usual is LinuxDriver else usual

    def watch_the_terminal(self) -> None:
        """Take note of each time the terminal is lent and given back."""
        # At once: what waits for its turn would come when the other program has begun.
        self.app_suspend_signal.subscribe(self, self._lend, immediate=True)
        self.app_resume_signal.subscribe(self, self._take_back, immediate=True)

    def ring(self, notice: str) -> None:
        """Ring, and let the terminal tell it on the desktop (OSC 9), where it can."""
        if not self.rings:
            return
        if self._lent:
            # It would be the other program's to show; it rings when the terminal is back.
            self._unrung = notice
            return
        self.bell()
        if self._driver is not None:
            self._driver.write(desktop_notice(notice, os.environ))

    def _lend(self, app: App[None]) -> None:
        """Write nothing: another program has the terminal."""
        self._lent = True

    def _take_back(self, app: App[None]) -> None:
        """Paint everything: whoever had the terminal has left something else on it."""
        self._lent = False
        self.repaint()
        notice, self._unrung = self._unrung, ""
        if notice:
            self.ring(notice)
