from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ovmtui.errors import UsageError
from ovmtui.plan.moments import moment

NOW = datetime(2026, 11, 23, 14, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("45m", "2026-11-23T13:45:05"),
        ("2h", "2026-11-23T12:30:05"),
        ("3d", "2026-11-20T14:30:05"),
        ("1w", "2026-11-16T14:30:05"),
        ("today", "2026-11-23"),
        ("yesterday", "2026-11-22"),
        ("2026-11-01", "2026-11-01"),
        ("2026-11-01T09:00", "2026-11-01T09:00"),
        ("2026-11-01T09:00+02:00", "2026-11-01T07:00"),
    ],
)
def test_times_as_people_give_them(text: str, meant: str) -> None:
    assert moment(text, NOW) == datetime.fromisoformat(meant).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", ["", "soon", "3x", "-3d", "2026-13-01", "9999999d", "\x1b[2J"])
def test_what_is_no_time_is_told_with_what_is(text: str) -> None:
    with pytest.raises(UsageError, match="give an age") as caught:
        moment(text, NOW)
    assert "\x1b" not in str(caught.value)
