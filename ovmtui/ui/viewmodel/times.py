"""Ages and durations as a person reads them."""

from __future__ import annotations


def age(seconds: float) -> str:
    """Return a span of time in its largest unit: `8s`, `5m`, `3h`, `41d`."""
    whole = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"
