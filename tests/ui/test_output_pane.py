from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from ovmtui.model.job import EventKind, JobEvent, Level, Outcome, Stream
from ovmtui.ui.themes import load_themes
from ovmtui.ui.viewmodel import outputlines
from ovmtui.ui.viewmodel.loglines import LogLine, log_lines, wrapped
from ovmtui.ui.viewmodel.outputlines import LINES, OutputLines
from ovmtui.ui.widgets.output_pane import OutputPane

AT = 1_790_000_000.0
"""2026-09-21 14:13:20 UTC."""


def event(kind: EventKind, text: str = "", **facts: object) -> JobEvent:
    fields = {"node": "ovm1", "label": "WEB01.OVM", **facts}
    return JobEvent("job-1", 1, AT, kind, text, **fields)  # type: ignore[arg-type]  # by name


def outputs(first: int, last: int) -> list[JobEvent]:
    return [event(EventKind.OUTPUT, f"line {number}") for number in range(first, last)]


@given(st.integers(0, 900), st.integers(0, 40), st.integers(0, 5))
def test_the_newest_lines_come_first_and_all_of_them_in_the_end(
    before: int, after: int, slices: int
) -> None:
    kept = OutputLines()
    kept.begin(outputs(0, before), merged=False)
    kept.take_in()
    if before:
        assert kept.shown[-1].text == f"line {before - 1}"
    for _ in range(slices):
        kept.take_earlier()
    kept.add(outputs(before, before + after))
    kept.take_in()
    kept.make_whole()
    assert [line.text for line in kept.shown] == [f"line {n}" for n in range(before + after)]
    assert kept.is_whole


def test_lines_from_before_never_push_out_newer_ones() -> None:
    kept = OutputLines()
    kept.begin(outputs(0, LINES), merged=False)
    kept.add(outputs(LINES, LINES + 100))
    kept.take_in()
    kept.make_whole()
    assert len(kept.shown) == LINES
    assert (kept.shown[0].text, kept.shown[-1].text) == ("line 100", f"line {LINES + 99}")


class PaneApp(App[None]):
    def compose(self) -> ComposeResult:
        yield OutputPane()


@asynccontextmanager
async def running(
    size: tuple[int, int] = (60, 12),
) -> AsyncIterator[tuple[OutputPane, Pilot[None]]]:
    app = PaneApp()
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        pane = app.query_one(OutputPane)
        pane.focus()
        await pilot.pause()
        yield pane, pilot


def lines(pane: OutputPane) -> list[str]:
    """Return what is to be seen, line by line."""
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


async def painted(pane: OutputPane, pilot: Pilot[None]) -> list[str]:
    """Return what is to be seen once the newest events are painted."""
    while pane._ticking:
        await pilot.pause(0.01)
    return lines(pane)


async def test_a_command_and_its_output_with_their_node() -> None:
    async with running() as (pane, pilot):
        pane.show(
            "web01 · stop",
            [
                event(EventKind.STEP, "xm shutdown web01"),
                event(EventKind.OUTPUT, "Error: no", stream=Stream.STDERR),
            ],
            merged=False,
        )
        seen = await painted(pane, pilot)
        assert seen[0] == " web01 · stop"
        assert seen[1] == " ovm1     14:13:20 OVM xm shutdown web01"
        assert seen[2] == " ovm1     ! Error: no"


async def test_it_follows_the_end_until_it_is_scrolled_away_and_again_at_the_end() -> None:
    async with running() as (pane, pilot):
        pane.append(outputs(0, 50))
        assert (await painted(pane, pilot))[-1].endswith("line 49")
        await pilot.press("pageup")
        before = lines(pane)
        assert not pane.follow
        assert "scrolled" in before[0]
        pane.append(outputs(50, 60))
        assert (await painted(pane, pilot))[1:] == before[1:]
        await pilot.press("G")
        assert pane.follow
        pane.append(outputs(60, 70))
        assert (await painted(pane, pilot))[-1].endswith("line 69")


async def test_the_wheel_scrolls_away_too() -> None:
    async with running() as (pane, pilot):
        pane.append(outputs(0, 50))
        await painted(pane, pilot)
        wheel = MouseScrollUp(pane, 5, 5, 0, -1, 0, False, False, False)
        pane.post_message(wheel)
        await pilot.pause()
        assert not pane.follow
        before = lines(pane)
        pane.append(outputs(50, 60))
        assert (await painted(pane, pilot))[1:] == before[1:]


async def test_what_is_read_stands_still_while_old_lines_are_dropped() -> None:
    async with running() as (pane, pilot):
        pane.append(outputs(0, LINES))
        await painted(pane, pilot)
        await pilot.press("pageup", "pageup")
        before = lines(pane)
        pane.append(outputs(LINES, LINES + 500))
        assert (await painted(pane, pilot))[1:] == before[1:]


async def test_memory_is_bounded_and_the_newest_stay() -> None:
    async with running() as (pane, pilot):
        for first in range(0, 5 * LINES, LINES // 2):
            pane.append(outputs(first, first + LINES // 2))
        await painted(pane, pilot)
        kept = pane.text().splitlines()[1:]
        assert len(kept) == LINES
        assert kept[-1].endswith(f"line {5 * LINES - 1}")


async def test_appending_only_takes_note(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def counted(new: JobEvent, *, merged: bool) -> tuple[LogLine, ...]:
        nonlocal made
        made += 1
        return log_lines(new, merged=merged)

    monkeypatch.setattr(outputlines, "log_lines", counted)
    async with running() as (pane, pilot):
        for first in range(0, 50_000, 500):
            pane.append(outputs(first, first + 500))
        assert made == 0
        await painted(pane, pilot)
        assert made == LINES


async def test_many_small_appends_are_painted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as (pane, pilot):
        await painted(pane, pilot)
        paintings: list[int] = []
        monkeypatch.setattr(pane, "_paint", lambda paint=pane._paint: paintings.append(paint()))
        for new in outputs(0, 1000):
            pane.append([new])
        await painted(pane, pilot)
        assert 1 <= len(paintings) <= 3


async def test_nothing_ticks_while_nothing_is_new() -> None:
    async with running() as (pane, pilot):
        pane.append(outputs(0, 3))
        await painted(pane, pilot)
        assert pane._timer is not None
        assert not pane._timer._active.is_set()


async def test_a_long_command_is_wrapped_and_never_cut() -> None:
    command = "xm migrate -l " + " ".join(f"argument{number}" for number in range(20))
    async with running() as (pane, pilot):
        pane.append([event(EventKind.STEP, command)])
        seen = await painted(pane, pilot)
        assert " ".join(" ".join(seen[1:]).split()).endswith(command)
        await pilot.resize_terminal(100, 12)
        wide = await painted(pane, pilot)
        assert len([line for line in wide if line]) < len([line for line in seen if line])


async def test_the_scroll_bar_hides_no_text() -> None:
    async with running() as (pane, pilot):
        pane.append([event(EventKind.OUTPUT, "x" * 45 + "END"), *outputs(0, 50)])
        await painted(pane, pilot)
        await pilot.press("g")
        assert pane.show_vertical_scrollbar
        shown = pilot.app.screen._compositor.render_strips()
        assert "END" in "\n".join(strip.text for strip in shown)


async def test_showing_another_job_begins_anew_and_follows() -> None:
    async with running() as (pane, pilot):
        pane.append(outputs(0, 50))
        await painted(pane, pilot)
        await pilot.press("g")
        pane.show("other", outputs(100, 102), merged=False)
        seen = await painted(pane, pilot)
        assert [line.split()[-1] for line in seen if line] == ["other", "100", "101"]
        assert pane.follow


async def test_the_text_for_the_clipboard_names_the_nodes() -> None:
    async with running() as (pane, _):
        pane.show("web01 · stop", [event(EventKind.STEP, "xm list")], merged=False)
        assert pane.text().splitlines() == [
            "web01 · stop",
            "2026-09-21 14:13:20 ovm1     14:13:20 OVM xm list",
        ]


async def test_long_node_names_are_told_apart() -> None:
    async with running() as (pane, pilot):
        for node in ("ovs-prod-01", "ovs-prod-02"):
            pane.append([event(EventKind.OUTPUT, "hello", node=node)])
        seen = await painted(pane, pilot)
        assert [line.split() for line in seen[1:3]] == [
            ["ovs-prod-01", "hello"],
            ["ovs-prod-02", "hello"],
        ]


async def test_each_node_has_its_colour() -> None:
    theme = load_themes()[0]["ovmtui-dark"]
    async with running() as (pane, pilot):
        pane.style_of = theme.style
        for node in ("ovm1", "ovm2", "ovm1"):
            pane.append([event(EventKind.OUTPUT, "hello", node=node)])
        await painted(pane, pilot)
        first, second, third = (
            next(s.style.color for s in pane.render_line(y) if "ovm" in s.text and s.style)
            for y in (1, 2, 3)
        )
        assert first == third != second


def test_merged_lines_name_the_machine_and_others_only_its_part() -> None:
    step = event(EventKind.STEP, "xm list")
    assert log_lines(step, merged=True)[0].head == "14:13:20 INFO    WEB01.OVM"
    assert log_lines(step, merged=False)[0].head == "14:13:20 OVM"
    late = event(EventKind.NOTE, "late", level=Level.WARNING, label="")
    assert log_lines(late, merged=False)[0].head == "14:13:20 WARNING"


@pytest.mark.parametrize(
    ("shown", "role"),
    [
        (event(EventKind.STEP, "xm list"), "command"),
        (event(EventKind.OUTPUT, "x", stream=Stream.STDERR), "stderr"),
        (event(EventKind.OUTPUT, "x", stream=Stream.STDOUT), "text"),
        (event(EventKind.STEP_END, "x", outcome=Outcome.UNKNOWN), "danger"),
        (event(EventKind.QUESTION, "x", level=Level.WARNING), "warn"),
        (event(EventKind.PLAN_END, "x", outcome=Outcome.DONE), "ok"),
        (event(EventKind.PLAN_END, "x", outcome=Outcome.REFUSED), "warn"),
        (event(EventKind.PLAN_END, "x", outcome=Outcome.CANCELLED), "warn"),
        (event(EventKind.PLAN_END, "x", outcome=Outcome.FAILED), "danger"),
    ],
)
def test_lines_look_like_what_they_mean(shown: JobEvent, role: str) -> None:
    assert [line.role for line in log_lines(shown, merged=False)] == [role]


def test_progress_is_no_line() -> None:
    assert log_lines(event(EventKind.PROGRESS, "41 %"), merged=False) == ()


def test_hostile_output_is_shown_not_obeyed() -> None:
    (line,) = log_lines(event(EventKind.OUTPUT, "\x1b[2J[red]x\u202e", node="o\x07"), merged=True)
    assert line.text == "␛[2J[red]x<U+202E>"
    assert line.node == "o␇"


def test_wide_characters_count_two_columns() -> None:
    line = LogLine("", "ovm1", "仮想計算機" * 20, "text")
    pieces = wrapped(line, width=60, node_width=8)
    assert "".join(piece.text for piece in pieces) == line.text
    assert all(cell_len(piece.text) <= 60 - 1 - 8 - 2 for piece in pieces)


def test_no_width_is_too_small_to_show_something() -> None:
    line = LogLine("14:13:20 OVM", "ovm1", "x" * 300, "command")
    for width in range(200):
        pieces = wrapped(line, width=width, node_width=8)
        assert "".join(piece.text for piece in pieces) == line.text
