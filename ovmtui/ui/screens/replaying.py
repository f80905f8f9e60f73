"""Moving about in a recording, on the main screen."""

from __future__ import annotations

from abc import abstractmethod

from ovmtui.ui.screens.viewing import Viewing

_STEP = 10.0
_MINUTE = 60.0


class Replaying(Viewing):
    """Pauses a recording, and goes back and forth in it."""

    @abstractmethod
    def reload(self) -> None:
        """Show everything anew, the output included."""

    def do_pause(self) -> None:
        """Pause, or go on."""
        if self.desk.replay is not None:
            self.desk.replay.toggle()
            self.desk.say(self.desk.replay.status)
            self.redraw()

    def do_back(self) -> None:
        """Go ten seconds back."""
        self._seek(-_STEP)

    def do_forward(self) -> None:
        """Go ten seconds forward."""
        self._seek(_STEP)

    def do_minute_back(self) -> None:
        """Go a minute back."""
        self._seek(-_MINUTE)

    def do_minute_forward(self) -> None:
        """Go a minute forward."""
        self._seek(_MINUTE)

    def _seek(self, seconds: float) -> None:
        if self.desk.replay is not None:
            self.desk.replay.seek(seconds)
            self.desk.say(self.desk.replay.status)
            self.reload()
