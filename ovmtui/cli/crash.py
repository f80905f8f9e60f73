"""An error that nobody foresaw: its details go to a private file, a sentence to the user."""

from __future__ import annotations

import itertools
import os
import time
import traceback
from pathlib import Path

from ovmtui.cli.masking import KNOWN, harmless
from ovmtui.config.paths import state_directory
from ovmtui.errors import ConfigurationError

_KEPT = 20
"""Reports that are kept: what fails again and again must not fill the disk."""
_numbers = itertools.count(1)


def report(error: Exception) -> str:
    """Write a report, secrets masked, and return the sentence that says where it is.

    It never fails: where no report can be written, the sentence says why.
    """
    told = traceback.TracebackException.from_exception(error)
    said = KNOWN.mask(f"unforeseen error: {''.join(told.format_exception_only()).strip()}")
    try:
        path = _write(harmless("".join(told.format())))
    except ConfigurationError as problem:
        return f"{said} (no report could be written: {problem})"
    except OSError as problem:
        return f"{said} (no report could be written: {problem.strerror or problem})"
    return f"{said} (report: {path})"


def _write(text: str) -> Path:
    directory = state_directory()
    now = time.strftime("%Y%m%d-%H%M%S")
    path = directory / f"crash-{now}-{os.getpid()}-{next(_numbers)}.txt"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    for old in sorted(directory.glob("crash-*.txt"))[:-_KEPT]:
        old.unlink(missing_ok=True)
    return path
