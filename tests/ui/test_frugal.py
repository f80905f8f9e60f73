"""What is on the terminal already is not sent again, and nothing that differs is kept back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from ovmtui.ui.frugal import LeanUpdate, Shadow

COLUMNS = 12
piece = st.tuples(
    st.integers(0, 2), st.integers(0, COLUMNS - 1), st.text("ab ", min_size=1, max_size=COLUMNS)
)


@given(st.lists(piece, max_size=40))
def test_the_terminal_shows_the_same_as_if_everything_were_sent(
    pieces: list[tuple[int, int, str]],
) -> None:
    whole: dict[tuple[int, int], str] = {}
    lean: dict[tuple[int, int], str] = {}
    shadow = Shadow()
    for y, x, text in pieces:
        cells = {(y, x + n): letter for n, letter in enumerate(text)}
        whole |= cells
        if shadow.put(y, x, len(text), text):
            lean |= cells
    assert lean == whole


def test_a_piece_that_was_painted_over_is_sent_again() -> None:
    shadow = Shadow()
    assert shadow.put(0, 0, 4, "abcd")
    assert not shadow.put(0, 0, 4, "abcd")
    assert shadow.put(0, 2, 1, "x")
    assert shadow.put(0, 0, 4, "abcd")


def test_everything_is_sent_once_somebody_else_has_written() -> None:
    shadow = Shadow()
    shadow.put(0, 0, 4, "abcd")
    shadow.forget()
    assert shadow.put(0, 0, 4, "abcd")


def update(*lines: str) -> LayoutUpdate:
    strips = [[Strip([Segment(line)])] for line in lines]
    return LayoutUpdate(list(strips), Region(0, 0, 10, len(lines)))


def test_of_an_update_only_the_lines_that_differ_are_written() -> None:
    shadow, console = Shadow(), Console(width=10)
    first = LeanUpdate(update("one", "two"), shadow).render_segments(console)
    assert "one" in first
    assert "two" in first
    second = LeanUpdate(update("one", "new"), shadow).render_segments(console)
    assert "one" not in second
    assert "\x1b[2;1Hnew" in second
    assert LeanUpdate(update("one", "new"), shadow).render_segments(console) == ""
