"""What the last word of a command line could become. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ovmtui.ui.viewmodel.commands import word_of
from ovmtui.ui.viewmodel.words import WORDS, Word


@dataclass(frozen=True, slots=True)
class Partial:
    """A line up to its last word, which is being typed."""

    word: Word
    plain: tuple[str, ...] = ()
    """The arguments that are there already."""
    option: str = ""
    """The option whose value is being typed."""
    options: frozenset[str] = frozenset()
    """The options that are there already."""

    @property
    def kind(self) -> str:
        """What is being typed, such as `vm`; empty where no argument is left."""
        if self.option:
            return self.word.options[self.option]
        left = self.word.arguments[len(self.plain) :]
        return left[0] if left else ""


Names = Callable[[str, Partial], Sequence[str]]
"""Gives what there is of a kind, in the order in which it is offered."""


def completions(line: str, names: Names) -> list[str]:
    """Return the whole lines that the last word of `line` could become, best first."""
    before, last = _split(line)
    if not before.strip():
        return [f"{word.name} " for word in WORDS if word.name.startswith(last)]
    word = word_of(before)
    given = _words(before)
    if word is None or given is None:
        return []
    partial = _partial(word, given[1:])
    found: list[str] = []
    if not last.startswith("-") and partial.kind:
        found += names(partial.kind, partial)
    if not partial.kind or (last.startswith("-") and not partial.option):
        found += _options(partial)
    lower = (_words(last) or [last.lstrip("'\"")])[0].lower() if last else ""
    return [f"{before}{shlex.quote(name)} " for name in found if name.lower().startswith(lower)]


def _options(partial: Partial) -> list[str]:
    """Return the options that may still be given: what needs a value first."""
    gone = set(partial.options)
    if gone & {"--ha", "--no-ha"}:
        gone |= {"--ha", "--no-ha"}
    left = [option for option in partial.word.options if option not in gone]
    return sorted(left, key=lambda option: not partial.word.options[option])


def _partial(word: Word, given: Sequence[str]) -> Partial:
    plain: list[str] = []
    options: set[str] = set()
    waiting = ""
    for part in given:
        if waiting:
            waiting = ""
        elif part in word.options:
            options.add(part)
            waiting = part if word.options[part] else ""
        elif not part.startswith("--"):
            plain.append(part)
    return Partial(word, tuple(plain), waiting, frozenset(options))


def _split(line: str) -> tuple[str, str]:
    """Return what stands before the last word, and that word; blanks in quotes are no end."""
    start, quote = 0, ""
    for place, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == " ":
            start = place + 1
    return line[:start], line[start:]


def _words(text: str) -> list[str] | None:
    """Return the words of `text`; None where a quotation mark is not closed."""
    try:
        return shlex.split(text)
    except ValueError:
        return None
