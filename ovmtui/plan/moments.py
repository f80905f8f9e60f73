"""Times as people give them on the command line."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ovmtui.errors import UsageError
from ovmtui.model.text import visible

_AGE = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: datetime) -> float:
    """Return the time that `text` means, in seconds since the epoch.

    `now` has a time zone; days begin at its midnight. Understood are an age (`90s`,
    `45m`, `2h`, `3d`, `1w`), `today`, `yesterday`, and a date or time of ISO 8601.

    Raises:
        UsageError: it is none of these.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if text == "today":
        return midnight.timestamp()
    if text == "yesterday":
        return (midnight - timedelta(days=1)).timestamp()
    if age := _AGE.fullmatch(text):
        return (now - timedelta(**{_UNITS[age[2]]: int(age[1])})).timestamp()
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{visible(text)} is no time: give an age (45m, 2h, 3d), today, yesterday, "
            "or a date such as 2026-11-23 or 2026-11-23T14:30"
        ) from None
    return (given if given.tzinfo else given.replace(tzinfo=now.tzinfo)).timestamp()
