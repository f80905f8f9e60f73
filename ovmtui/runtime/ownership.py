"""Which console works on a job: told by a lock of the kernel, which ends with its process."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from ovmtui.errors import JournalError


class Ownership:
    """The jobs that this console works on, of all that share a journal.

    Each has a file with an `flock` for as long as its console lives, however that ends.
    """

    def __init__(self, directory: Path) -> None:
        """Keep the files in `directory`, which is made when missing."""
        self._directory = directory
        self._held: dict[str, int] = {}

    def claim(self, job: str) -> bool:
        """Take `job`, unless another console works on it. It does I/O, but never waits.

        Raises:
            JournalError: the directory cannot be used.
        """
        if job in self._held:
            return True
        path = self._directory / f"{job}.lock"
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            while True:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if _is_at(path, descriptor):
                        self._held[job] = descriptor
                        return True
                except BlockingIOError:
                    os.close(descriptor)
                    return False
                # Its owner has just removed the file: the lock is on nothing.
                os.close(descriptor)
        except OSError as error:
            raise JournalError(f"{path} cannot be used: {error.strerror or error}") from error

    def is_free(self, job: str) -> bool:
        """Return whether no console works on `job`, this one included.

        Raises:
            JournalError: the directory cannot be used.
        """
        if job in self._held or not self.claim(job):
            return False
        self.release(job)
        return True

    def release(self, job: str) -> None:
        """Give `job` back; nothing happens when it is not held."""
        descriptor = self._held.pop(job, None)
        if descriptor is not None:
            with contextlib.suppress(OSError):
                (self._directory / f"{job}.lock").unlink(missing_ok=True)
            os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    """Return whether `path` still names the file that is open as `descriptor`."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
