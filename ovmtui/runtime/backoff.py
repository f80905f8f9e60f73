"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random
from collections.abc import Iterator


def delays(
    *, first: float = 1.0, factor: float = 2.0, longest: float = 30.0, jitter: float = 0.2
) -> Iterator[float]:
    """Yield delays in seconds, growing to `longest`, for ever.

    Each is spread by `jitter` (a share) so that many nodes that went away together are
    not asked together.
    """
    delay = first
    while True:
        yield delay * random.uniform(1 - jitter, 1 + jitter)
        delay = min(delay * factor, longest)
