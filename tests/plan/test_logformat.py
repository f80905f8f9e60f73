from __future__ import annotations

from datetime import UTC

from ovmtui.model.job import EventKind, JobEvent, Level, Outcome, Stream
from ovmtui.plan.logformat import format_event


def event(kind: EventKind, text: str = "", **fields: object) -> JobEvent:
    return JobEvent("job", 1, 39156.0, kind, text, label="OVMGUEST1.HB#1", **fields)  # type: ignore[arg-type]  # names of fields


def test_a_step_is_printed_as_opensvc_prints_it() -> None:
    command = "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d"
    assert format_event(event(EventKind.STEP, command), zone=UTC) == (
        f"10:52:36 INFO    OVMGUEST1.HB#1    {command}",
    )


def test_output_continues_the_line_before() -> None:
    line = event(EventKind.OUTPUT, "High availability has been disabled.", stream=Stream.STDOUT)
    assert format_event(line, zone=UTC) == ("High availability has been disabled.",)


def test_what_only_lasts_is_no_line_and_a_silent_success_neither() -> None:
    assert format_event(event(EventKind.PROGRESS, "41 %"), zone=UTC) == ()
    assert format_event(event(EventKind.STEP_END, outcome=Outcome.DONE), zone=UTC) == ()


def test_a_failure_says_so_with_its_level() -> None:
    (line,) = format_event(
        event(EventKind.STEP_END, "exit code 1", outcome=Outcome.FAILED, level=Level.ERROR),
        zone=UTC,
    )
    assert line == "10:52:36 ERROR   OVMGUEST1.HB#1    failed: exit code 1"


def test_hostile_output_cannot_obey_or_forge() -> None:
    (line,) = format_event(event(EventKind.OUTPUT, "\x1b]0;x\x07\u202eevil"), zone=UTC)
    assert "\x1b" not in line
    assert "\u202e" not in line
