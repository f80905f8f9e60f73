"""Keeping tasks going: what fails without a plan is logged, said, and begun again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from ovmtui.runtime.clock import Clock

_log = logging.getLogger(__name__)

Report = Callable[[Exception], str]
"""Writes down the details of an error that nobody foresaw; returns what is to be said of it."""

_AGAIN = 5.0
"""Seconds before a task that failed is begun again."""


async def supervise(
    name: str,
    run: Callable[[], Awaitable[None]],
    *,
    clock: Clock,
    tell: Callable[[str], None],
    report: Report,
) -> None:
    """Run `run` for ever; an unforeseen error is reported and told, and it begins again.

    One that comes again and again is told once.
    """
    before = ""
    while True:
        try:
            await run()
        except Exception as error:
            _log.exception("%s failed", name)
            if (word := in_a_word(error)) != before:
                before = word
                tell(f"{name} failed and begins again: {report(error)}")
        await clock.sleep(_AGAIN)


def in_a_word(error: Exception) -> str:
    """Return what is said of an error without a report."""
    return f"{type(error).__name__}: {error}"
