from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ovmtui.runtime.lines import Lines


def cut(pieces: list[str]) -> list[str]:
    found: list[str] = []
    lines = Lines(found.append)
    for piece in pieces:
        lines.feed(piece)
    lines.end()
    return found


def test_each_kind_of_line_end_ends_one_line() -> None:
    assert cut(["a\nb\r\nc\rd"]) == ["a", "b", "c", "d"]
    assert cut(["a\r", "\nb"]) == ["a", "b"]
    assert cut(["\n\nx\n"]) == ["", "", "x"]


@given(
    st.text(alphabet="ab\r\n\x1b", max_size=60),
    st.lists(st.integers(min_value=0, max_value=60), max_size=8),
)
def test_lines_are_the_same_however_the_stream_comes_in_pieces(text: str, at: list[int]) -> None:
    marks = [0, *sorted(at), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(marks)]
    assert cut(pieces) == cut([text])


@given(st.lists(st.integers(min_value=1, max_value=30_000), min_size=1, max_size=6))
def test_a_line_without_an_end_is_cut_the_same_way_and_loses_nothing(sizes: list[int]) -> None:
    pieces = ["x" * size for size in sizes]
    found = cut(pieces)
    assert "".join(found) == "".join(pieces)
    assert found == cut(["".join(pieces)])
    assert max(map(len, found)) <= 8_192
