"""What must be remembered of a machine between its stop and its next start."""

from __future__ import annotations

from pathlib import Path

from ovmtui.model.identity import VmKey
from ovmtui.runtime.statefile import StateFile


class Memory:
    """Machines whose HA was on when ovmtui stopped them.

    It is written before HA is switched off, so that a console that dies in between
    still knows what to restore.
    """

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its directory must exist."""
        self._file = StateFile(path)

    def had_ha(self, vm: VmKey) -> bool | None:
        """Return True when HA was on before the last stop, None when nothing is known."""
        return True if str(vm) in self._file.read() else None

    def remember_ha(self, vm: VmKey, name: str) -> None:
        """Remember that HA was on.

        Raises:
            JournalError: the file cannot be written.
        """
        with self._file.changing() as known:
            known[str(vm)] = name

    def forget_ha(self, vm: VmKey) -> None:
        """Forget the machine.

        Raises:
            JournalError: the file cannot be written.
        """
        with self._file.changing() as known:
            known.pop(str(vm), None)
