"""What may be written down of a text: no secret that is known, and nothing to be obeyed."""

from __future__ import annotations

import logging
import sys
import threading

from ovmtui.model.command import MASK
from ovmtui.model.text import visible
from ovmtui.toolstacks.redaction import redact

_LONGEST = 4096


class KnownSecrets:
    """The passwords that this process has had in its hands, in memory only."""

    def __init__(self) -> None:
        """Begin with none."""
        self._forms: set[str] = set()

    def add(self, secret: str) -> str:
        """Remember `secret`, and return it."""
        if secret:
            # As a traceback quotes it, too.
            self._forms |= {secret, repr(secret)[1:-1]}
        return secret

    def mask(self, text: str) -> str:
        """Return `text` without them, and without what looks like a password's setting."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, MASK)
        return redact(text)


KNOWN = KnownSecrets()
"""One for the process: an error that nobody foresaw has nobody to hand it a list."""


def harmless(text: str) -> str:
    """Return lines fit for a file that somebody will show on a terminal."""
    return "\n".join(visible(line, limit=_LONGEST) for line in KNOWN.mask(text).split("\n"))


class HarmlessFormatter(logging.Formatter):
    """Writes log lines, tracebacks included, masked and made visible."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines."""
        return harmless(super().format(record))


def log_stray_errors() -> None:
    """Send what Python itself would print, over the screens, to the log."""
    log = logging.getLogger("ovmtui")

    def stray(unraisable: sys.UnraisableHookArgs) -> None:
        what = unraisable.err_msg or "error"
        log.error("%s: %r", what, unraisable.object, exc_info=unraisable.exc_value)

    def in_thread(failed: threading.ExceptHookArgs) -> None:
        log.error("thread failed", exc_info=failed.exc_value)

    sys.unraisablehook = stray
    threading.excepthook = in_thread
