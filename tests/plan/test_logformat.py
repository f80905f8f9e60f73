from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.job import EventKind, JobEvent, Level, Outcome, Stream
from ovmtui.plan.logformat import format_event

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


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


def test_lines_of_one_message_go_on_without_a_head() -> None:
    found = format_event(event(EventKind.NOTE, "first\nsecond"), zone=UTC)
    assert found == ("10:52:36 INFO    OVMGUEST1.HB#1    first", "second")


def test_labels_of_one_plan_stand_in_one_column() -> None:
    beat = event(EventKind.STEP, "one")
    guest = replace(beat, label="OVMGUEST1.OVM", text="two")
    (first,), (second,) = (format_event(each, zone=UTC) for each in (beat, guest))
    assert first.index("one") == second.index("two")
    (wide,) = format_event(guest, zone=UTC, label_width=30)
    assert wide.index("two") == len("10:52:36 INFO    ") + 30 + 1


def test_a_question_names_its_answers() -> None:
    asked = event(EventKind.QUESTION, "120 s are over", choices=("destroy", "abort"))
    (line,) = format_event(asked, zone=UTC)
    assert line.endswith("120 s are over (destroy / abort?)")
    (chosen,) = format_event(event(EventKind.ANSWER, "abort"), zone=UTC)
    assert chosen.endswith("choice: abort")


def test_a_skipped_step_says_why_and_a_lost_one_that_it_is_unknown() -> None:
    skipped = event(EventKind.STEP_END, "HA is off already", outcome=Outcome.SKIPPED)
    assert format_event(skipped, zone=UTC)[0].endswith("HA is off already")
    lost = event(EventKind.STEP_END, "connection lost", outcome=Outcome.UNKNOWN)
    assert format_event(lost, zone=UTC)[0].endswith("unknown: connection lost")


def test_a_plan_ends_with_what_is_true_now() -> None:
    end = event(EventKind.PLAN_END, "ovmguest1 is down", outcome=Outcome.DONE)
    assert format_event(end, zone=UTC)[0].endswith("done: ovmguest1 is down")


def test_times_are_the_zone_s() -> None:
    (line,) = format_event(
        event(EventKind.NOTE, "x"), zone=timezone(timedelta(hours=5, minutes=30))
    )
    assert line.startswith("16:22:36 ")


@given(st.text(), st.text(), st.sampled_from(EventKind))
def test_no_line_can_do_anything_to_a_terminal(text: str, label: str, kind: EventKind) -> None:
    said = replace(event(kind, text), label=label)
    for line in format_event(said, zone=UTC):
        assert {unicodedata.category(character) for character in line} & HIDDEN == set()
