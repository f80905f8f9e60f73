"""The language of the command line: the words of the `ovmtui` command, and a few of the view.

Pure: a line becomes what is wanted, or the reason why it cannot be understood.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ovmtui.plan.intent import Verb
from ovmtui.ui.viewmodel.words import OUTSIDE, PLANNED, WORDS, Word, without

_BY_NAME = {word.name: word for word in WORDS}


@dataclass(frozen=True, slots=True)
class Command:
    """A line that was understood."""

    word: Word
    verb: Verb | None = None
    subject: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class CommandError:
    """Why a line was not understood."""

    message: str


def word_of(line: str) -> Word | None:
    """Return the command with which `line` begins; None for no command of ours."""
    name = line.split(maxsplit=1)[:1]
    return _BY_NAME.get(name[0]) if name else None


def parse_command(line: str) -> Command | CommandError:
    """Read a line."""
    try:
        given = shlex.split(line)
    except ValueError as error:
        return CommandError(f"a quotation mark is not closed ({error})")
    if not given:
        return CommandError("nothing was typed")
    name, *rest = given
    if name in OUTSIDE:
        return CommandError(f"{name} is for the shell: {OUTSIDE[name]}")
    word = _BY_NAME.get(name)
    if word is None:
        near = difflib.get_close_matches(name, _BY_NAME, n=1)
        hint = f"did you mean {near[0]}?" if near else "TAB shows them all"
        return CommandError(f"{name} is no command: {hint}")
    if word.arguments == ("text",) and not word.options:
        return Command(word, subject=line.strip()[len(name) :].strip())
    return _with_options(word, rest)


def _with_options(word: Word, rest: Sequence[str]) -> Command | CommandError:
    options: dict[str, str] = {}
    plain: list[str] = []
    waiting = iter(rest)
    for part in waiting:
        name, equals, value = part.partition("=")
        if not part.startswith("--"):
            plain.append(part)
        elif name not in word.options:
            why = without(word, name)
            return CommandError(
                f"{name}: {why}" if why else f"{word.name} has no {part}: {word.usage}"
            )
        elif word.options[name]:
            value = value if equals else next(waiting, "")
            if not value:
                return CommandError(f"{name} needs a {word.options[name]}: {word.usage}")
            options[name] = value
        else:
            options[name] = ""
    if {"--ha", "--no-ha"} <= options.keys():
        return CommandError("--ha and --no-ha exclude each other")
    return _meant(word, plain, options)


def _meant(word: Word, plain: list[str], options: Mapping[str, str]) -> Command | CommandError:
    verb = word.verb
    if word.arguments[:1] == ("switch",):
        if not plain or plain[0] not in {"on", "off"}:
            return CommandError(f"on or off? {word.usage}")
        verb = Verb.HA_ON if plain.pop(0) == "on" else Verb.HA_OFF
    elif word.arguments[:1] == ("verb",):
        if not plain or plain[0] not in PLANNED:
            return CommandError(f"which verb? {', '.join(PLANNED)}")
        verb = PLANNED[plain.pop(0)]
    words = word.arguments[-1:] == ("text",)
    wanted = 1 if word.arguments else 0
    if (len(plain) > wanted and not words) or (len(plain) < wanted and word.needs_subject):
        return CommandError(f"it is: {word.usage}")
    return Command(word, verb, " ".join(plain), options)
