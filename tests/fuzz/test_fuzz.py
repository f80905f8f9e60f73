"""A slice of the fuzzing for every day; `make fuzz` feeds a million inputs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.fuzz.run import fuzz, kept
from tests.fuzz.strategies import texts
from tests.fuzz.targets import TARGETS, Target


@pytest.mark.parametrize("seed", range(4))
def test_no_damaged_text_makes_a_parser_raise_or_say_what_is_not_so(seed: int) -> None:
    outcome = fuzz(1000, seed=seed)
    assert outcome.failures == []
    assert set(outcome.inputs) == {target.name for target in TARGETS} | {"cut"}


def test_what_was_worth_keeping_is_read_as_it_should() -> None:
    corpus = kept()
    assert len(corpus) > 50
    for target, text in corpus:
        target.examine(text)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@given(text=texts)
@settings(max_examples=50, deadline=None)
def test_no_text_makes_a_parser_raise(target: Target, text: str) -> None:
    target.examine(text)
