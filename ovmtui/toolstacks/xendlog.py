"""xend's log on a node: the only place that tells how a live migration goes."""

from __future__ import annotations

import re

LOG = "/var/log/xen/xend.log"

# xc_save writes each percentage over the one before it, with backspaces.
_PROGRESS = re.compile(r"Saving memory pages: iter [0-9]+((?:[\s\b]*[0-9]{1,3}%)+)")
_PERCENT = re.compile(r"[0-9]+")


def xend_log_tail_script(lines: int) -> str:
    """Return a script that prints the last `lines` lines of xend's log."""
    return f"LC_ALL=C tail -n {max(1, lines)} {LOG}"


def follow_xend_log_script() -> str:
    """Return a script that prints new lines of xend's log until it is ended."""
    return f"LC_ALL=C exec tail -n 0 -F {LOG} 2>/dev/null"


def parse_migration_progress(line: str) -> int | None:
    """Return the percentage of the present pass over memory in a line of xend's log.

    None where the line has none. Each pass begins at 0 again.
    """
    match = _PROGRESS.search(line)
    if match is None:
        return None
    percent = int(_PERCENT.findall(match[1])[-1])
    return percent if percent <= 100 else None
