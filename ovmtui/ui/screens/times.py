"""Times and figures as the pages print them."""

from __future__ import annotations

from datetime import datetime

NONE = "-"
"""What stands for a figure that nobody has stated."""


def clock(wall: float) -> str:
    """Return the local time of day of `wall`, seconds since the epoch."""
    return datetime.fromtimestamp(wall).astimezone().strftime("%H:%M:%S")


def moment(wall: float) -> str:
    """Return the local day and time of `wall`, seconds since the epoch."""
    return datetime.fromtimestamp(wall).astimezone().strftime("%Y-%m-%d %H:%M")


def mib(value: int | None) -> str:
    """Return a size that is known in MiB."""
    return NONE if value is None else f"{value} MiB"


def number(value: float | None, *, digits: int = 0) -> str:
    """Return a number, or what stands for none."""
    return NONE if value is None else f"{value:.{digits}f}"
