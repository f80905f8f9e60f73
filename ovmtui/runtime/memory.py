"""What must be remembered of a machine between its stop and its next start."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from ovmtui.errors import JournalError
from ovmtui.model.identity import VmKey


class Memory:
    """A small JSON file: machines whose HA was on when ovmtui stopped them.

    It is written before HA is switched off, so that a console that dies in between
    still knows what to restore. A damaged file is an empty memory.
    """

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its directory must exist."""
        self._path = path

    def had_ha(self, vm: VmKey) -> bool | None:
        """Return True when HA was on before the last stop, None when nothing is known."""
        return True if str(vm) in self._read() else None

    def remember_ha(self, vm: VmKey, name: str) -> None:
        """Remember that HA was on.

        Raises:
            JournalError: the file cannot be written.
        """
        with self._exclusive():
            known = self._read()
            known[str(vm)] = name
            self._write(known)

    def forget_ha(self, vm: VmKey) -> None:
        """Forget the machine.

        Raises:
            JournalError: the file cannot be written.
        """
        with self._exclusive():
            known = self._read()
            if known.pop(str(vm), None) is not None:
                self._write(known)

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {str(key): str(value) for key, value in known.items()}

    def _write(self, known: dict[str, str]) -> None:
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Keep other consoles of this user out while reading and writing.

        Raises:
            JournalError: the file system refuses.
        """
        try:
            lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
            finally:
                os.close(lock)
        except OSError as error:
            raise JournalError(
                f"{self._path} cannot be written: {error.strerror or error}"
            ) from error
