"""Keeping tasks going: what fails without a plan is logged, said, and begun again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from ovmtui.runtime.clock import Clock

_log = logging.getLogger(__name__)

_AGAIN = 5.0
"""Seconds before a task that failed is begun again."""


async def supervise(
    name: str,
    run: Callable[[], Awaitable[None]],
    *,
    clock: Clock,
    tell: Callable[[str], None],
) -> None:
    """Run `run` for ever; an unforeseen error is logged and told, and it begins again."""
    while True:
        try:
            await run()
        except Exception as error:
            _log.exception("%s failed", name)
            tell(f"{name} failed and begins again: {type(error).__name__}: {error}")
        await clock.sleep(_AGAIN)
