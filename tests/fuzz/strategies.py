"""Inputs that hypothesis thinks of, which shrinks what it finds."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz import seeds
from tests.fuzz.targets import TARGETS, Target

_WORDS = st.sampled_from(
    [
        *"Name ID Mem VCPUs State Time(s) Domain-0 0 12 -b---- r----- --p--- ------ ---sc-".split(),
        *"12.3 (null) a--incoming ( ) (domain [ ] { } : , = ' Error: asked xen_version".split(),
        *("\t", "\n", "\r", " ", '"domid"', "libxl: error:", "found xl", "\x00", "\ufffd", "٣"),
        *("Migration successful.", "name", "memory", "disk"),
    ]
)
texts = st.one_of(
    st.text(max_size=200),
    st.binary(max_size=200).map(lambda data: data.decode("utf-8", errors="replace")),
    st.lists(_WORDS, max_size=40).map(" ".join),
    st.lists(_WORDS, max_size=40).map("".join),
    st.builds(
        lambda table, place, more: table[:place] + more + table[place:],
        st.sampled_from(seeds.tables()),
        st.integers(0, 400),
        st.text(max_size=10),
    ),
)


def examples(count: int) -> tuple[list[tuple[str, str, str]], int]:
    """Feed `count` texts to every target in turn; return findings and how many were fed."""
    findings: list[tuple[str, str, str]] = []
    counted: list[int] = []
    for target in TARGETS:
        last = [""]
        try:
            _feeding(target, max(10, count // len(TARGETS)), last, counted)()
        except Exception as error:  # whatever a parser raises is a finding
            findings.append((target.name, f"{type(error).__name__}: {error}", last[0]))
    return findings, sum(counted)


def _feeding(target: Target, count: int, last: list[str], counted: list[int]) -> Callable[[], None]:
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(texts)
    def feed(text: str) -> None:
        counted.append(1)
        last[0] = text
        target.examine(text)

    return feed
