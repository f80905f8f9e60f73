"""How often a node is asked."""

from __future__ import annotations

from ovmtui.config.schema import Intervals
from ovmtui.runtime.interface import Pace
from ovmtui.runtime.pacing import pace_of

INTERVALS = Intervals(refresh=5.0, refresh_busy=1.0)


def pace(*, busy: bool = False, relaxed: bool = False, latency_ms: float | None = 80.0) -> Pace:
    return pace_of(INTERVALS, busy=busy, relaxed=relaxed, latency_ms=latency_ms)


def test_as_configured_when_nothing_is_special() -> None:
    assert pace() == Pace(5.0)
    assert pace(latency_ms=None) == Pace(5.0)


def test_fast_while_a_job_runs_even_when_nobody_looks() -> None:
    assert pace(busy=True, relaxed=True).seconds == 1.0
    assert "job" in pace(busy=True).why


def test_slow_while_nobody_looks() -> None:
    assert pace(relaxed=True).seconds == 20.0
    assert "nobody looks" in pace(relaxed=True).why


def test_a_node_that_answers_slowly_gets_as_long_a_rest() -> None:
    slow = pace(busy=True, latency_ms=7_500.0)
    assert slow.seconds == 7.5
    assert "slowly" in slow.why
    assert pace(latency_ms=60_000.0).seconds == 10.0
