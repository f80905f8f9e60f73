"""What a running migration says of its progress, measured or estimated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ovmtui.model.job import JobState, Outcome
from ovmtui.ui.viewmodel.working import copying_rate, estimate, progress_bar, working
from tests.ui.support import pools

SNAPSHOT = pools.healthy()
VM = SNAPSHOT.vms[pools.vm_key(1)]
JOB = JobState("j", "migrate", "migrate", VM.key, VM.name, ("a", "b"), 1000.0, current=0)


def done(seconds: float, verb: str = "migrate") -> JobState:
    return replace(JOB, verb=verb, outcome=Outcome.DONE, ended_at=1000.0 + seconds)


@pytest.mark.parametrize(
    ("progress", "bar"),
    [("0 %", "░░░░░░"), ("iter 2  41%", "▓▓░░░░"), ("100 %", "▓▓▓▓▓▓"), ("iter 2", ""), ("", "")],
)
def test_a_bar_is_drawn_for_a_percentage_and_for_nothing_else(progress: str, bar: str) -> None:
    assert progress_bar(progress) == bar


def test_the_rate_is_that_of_migrations_that_ended_well() -> None:
    assert copying_rate([], SNAPSHOT) is None
    failed = replace(done(1), outcome=Outcome.FAILED)
    assert copying_rate([failed, done(1, verb="stop")], SNAPSHOT) is None
    # 2048 MiB in 20 seconds.
    assert copying_rate([done(20), failed], SNAPSHOT) == pytest.approx(102.4)


def test_an_estimate_says_that_it_is_one_and_when_it_was_wrong() -> None:
    assert estimate(JOB, VM, wall=1005.0, rate=102.4) == "est. 15s left"
    assert estimate(JOB, VM, wall=1030.0, rate=102.4) == "longer than est. 20s"


def test_without_a_rate_no_number_is_made_up() -> None:
    assert estimate(JOB, VM, wall=1005.0, rate=None) == ""
    assert working(JOB, VM, wall=1005.0, rate=None).text == "migrate 1/2 5s"


def test_what_the_tool_says_goes_before_an_estimate() -> None:
    job = replace(JOB, progress="41 %")
    assert working(job, VM, wall=1038.0, rate=102.4).text == "41% ▓▓░░░░ migrate 1/2 38s 41 %"
