"""An error that nobody foresaw: its details go to a private file, a sentence to the user."""

from __future__ import annotations

import os
import time
import traceback

from ovmtui.config.paths import state_directory
from ovmtui.errors import ConfigurationError
from ovmtui.toolstacks.redaction import redact


def report(error: Exception) -> str:
    """Write a report, secrets masked, and return the sentence that says where it is."""
    said = f"unforeseen error: {type(error).__name__}: {error}"
    text = redact("".join(traceback.format_exception(error)))
    try:
        path = state_directory() / time.strftime("crash-%Y%m%d-%H%M%S.txt")
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except (OSError, ConfigurationError):
        return f"{said}\n(no report could be written)"
    return f"{said}\nreport: {path}"
