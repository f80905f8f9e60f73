"""A small JSON object on disk that the consoles of one user share."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ovmtui.errors import JournalError


class StateFile:
    """Read whole, written whole; a file that is damaged reads as empty."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its directory must exist."""
        self._path = path

    def read(self) -> dict[str, Any]:
        """Return what is there; empty when nothing is, or nothing that makes sense."""
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    @contextlib.contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """Give what is there, to be changed in place; write it, all or nothing, at the end.

        Other consoles wait meanwhile.

        Raises:
            JournalError: the file cannot be written.
        """
        try:
            lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                known = self.read()
                before = json.dumps(known)
                yield known
                if json.dumps(known) != before:
                    self._write(known)
            finally:
                os.close(lock)
        except OSError as error:
            raise JournalError(
                f"{self._path} cannot be written: {error.strerror or error}"
            ) from error

    def _write(self, known: dict[str, Any]) -> None:
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
