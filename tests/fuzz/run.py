"""Feeding the parsers: one input after the other, from a number that can be given again."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz import seeds, truths
from tests.fuzz.mutation import damaged
from tests.fuzz.targets import TARGETS, Target

CORPUS = Path(__file__).parent / "corpus"
_CHOICES = [target for target in TARGETS for _ in range(target.weight)]
_LONGEST_KEPT = 1500
_MOST_KEPT = 40
"""Of each target."""


@dataclass
class Outcome:
    """What a run has seen."""

    inputs: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    """The first input of each kind of answer, by target."""
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    """Target, what was wrong, and the input."""


class TooSlow(Exception):
    """One input took longer than it may."""


def text_for(target: Target, random: Random) -> str:
    """Return one damaged text, mostly of the target's own kind."""
    kind = target.seeds if random.random() < 0.85 else random.choice(tuple(seeds.every()))
    known = seeds.every()[kind]
    text = seeds.made_table(random) if kind == "tables" and random.random() < 0.3 else ""
    return damaged(text or random.choice(known), random, known)


def fuzz(count: int, *, seed: int, seconds: float | None = None) -> Outcome:
    """Feed `count` inputs; each may take `seconds`, where a limit is given."""
    outcome = Outcome()
    random = Random(seed)
    for _ in range(count):
        target = random.choice(_CHOICES)
        text = text_for(target, random)
        outcome.inputs[target.name] += 1
        outcome.characters += len(text)
        examine(target, text, outcome, seconds=seconds)
        if target.name == "table":
            _cuts(random, outcome, seconds=seconds)
    return outcome


def examine(target: Target, text: str, outcome: Outcome, *, seconds: float | None) -> None:
    """Feed one text to one target, and note what comes of it."""

    def work() -> None:
        kind = target.examine(text)
        key = (target.name, kind)
        known = outcome.kinds.get(key)
        if known is None or len(text) < len(known):
            outcome.kinds[key] = text

    _guarded(target.name, text, work, outcome, seconds=seconds)


def _cuts(random: Random, outcome: Outcome, *, seconds: float | None) -> None:
    whole = seeds.made_table(random) if random.random() < 0.5 else random.choice(seeds.tables())
    part = whole[: random.randint(0, len(whole))]

    def work() -> None:
        truths.cut_table(whole, part)
        truths.cut_probe(whole, part)

    outcome.inputs["cut"] += 1
    _guarded("cut", part, work, outcome, seconds=seconds)


def _guarded(
    name: str, text: str, work: Callable[[], None], outcome: Outcome, *, seconds: float | None
) -> None:
    try:
        with _limited(seconds):
            work()
    except Exception as error:  # whatever a parser raises is a finding
        outcome.failures.append((name, f"{type(error).__name__}: {error}", text))


@contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def arm() -> None:
    """Let a limit that is reached end the input that it was set for."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow("longer than it may take")

    signal.signal(signal.SIGALRM, stop)


def kept() -> list[tuple[Target, str]]:
    """Return the corpus: inputs that were worth keeping, each with its target."""
    by_name = {target.name: target for target in TARGETS}
    found = []
    for path in sorted(CORPUS.glob("*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        found += [(by_name[path.stem], text) for text in texts]
    return found


def keep(outcome: Outcome) -> int:
    """Add to the corpus the shortest input of each kind that is not in it; return how many."""
    known: dict[str, list[str]] = {target.name: [] for target in TARGETS}
    kinds: set[tuple[str, str]] = set()
    for target, text in kept():
        known[target.name].append(text)
        kinds.add((target.name, target.examine(text)))
    added = 0
    for (name, kind), text in sorted(outcome.kinds.items()):
        room = len(known[name]) < _MOST_KEPT and len(text) <= _LONGEST_KEPT
        if room and (name, kind) not in kinds:
            known[name].append(text)
            added += 1
    CORPUS.mkdir(exist_ok=True)
    for name, texts in known.items():
        if texts:
            path = CORPUS / f"{name}.json"
            path.write_text(json.dumps(texts, indent=1) + "\n", encoding="utf-8")
    return added
