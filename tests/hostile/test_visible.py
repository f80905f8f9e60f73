"""The one place where text is made harmless."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.text import columns, visible
from tests.hostile.corpus import ATTACKS
from tests.hostile.watching import offending


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_of_an_attack_is_left(attack: str) -> None:
    shown = visible(attack, limit=200)
    assert offending(shown) == ""
    assert len(shown) <= 200 * len("<U+10FFFF>") + 1
    assert shown.encode()


@given(st.text(st.characters()))
def test_no_text_at_all_is_obeyed(text: str) -> None:
    assert offending(visible(text)) == ""


@given(st.text(st.characters(max_codepoint=0x3FFF)))
def test_what_was_made_visible_stays_as_it_is(text: str) -> None:
    once = visible(text)
    assert visible(once, limit=len(once)) == once


def test_what_people_write_stays_as_it_is() -> None:
    for name in ("ovmguest1", "größe", "データ", "nai\u0308ve", "ไทย่", "мир", "a b"):
        assert visible(name) == name


def test_marks_stay_with_their_letter_and_in_bounds() -> None:
    assert visible("\u0301x") == "<U+0301>x"
    assert visible("a" + "\u0301" * 10 + "b") == "a" + "\u0301" * 3 + "<+7 marks>b"
    assert visible("\x1b\u0301") == "\u241b<U+0301>"


def test_columns_are_those_of_a_terminal() -> None:
    assert columns("abc") == 3
    assert columns("仮想") == 4
    assert columns("na\u0308") == 2


def test_whatever_unicode_calls_hidden_is_hidden() -> None:
    """Of every character that there is; a table of ranges would age."""
    for code in range(0x110000):
        character = chr(code)
        hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        if hidden:
            assert character not in visible(f"a{character}b")
