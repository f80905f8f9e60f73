"""Which key does what: presets, and a file that moves each of them. Pure.

Textual's own `set_keymap` accepts unknown ids, conflicts and keys that no terminal sends;
here each of them is a mistake that is named with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomli
from textual.keys import _character_to_key

from ovmtui.ui.actions import ACTIONS
from ovmtui.ui.actions.moves import MOVES, OUTPUT
from ovmtui.ui.situation import KEYS_SHOWN, Scope

_NAMED = frozenset(
    """
    space enter escape tab shift+tab backspace delete insert home end pageup pagedown
    up down left right shift+up shift+down shift+left shift+right
    """.split()
) | {f"f{number}" for number in range(1, 13)}
_CONTROL = frozenset("abdefglnopqrstuvwxyz")
"""Letters that arrive with ctrl as what they are: c ends programs, h i j k m are other keys."""
_TAKEN = {
    "tab": "goes to the next part of the screen",
    "shift+tab": "goes to the part before",
    "ctrl+q": "says how to quit",
    "ctrl+p": "opens the palette",
}
_VIM: Mapping[str, str] = {
    "move.page-up": "pageup,ctrl+b,ctrl+u",
    "move.page-down": "pagedown,ctrl+f,ctrl+d",
    "view.out": "escape,backspace",
    "page.details": "enter,l",
}
PRESETS: Mapping[str, Mapping[str, str]] = {"default": {}, "vim": _VIM}
"""Keys that differ from those of the table, by id."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a keymap file."""

    line: int
    """From 1; 0 where no line can be named."""
    text: str


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by id, as far as they differ from the table's."""

    keys: Mapping[str, str]
    mistakes: tuple[Mistake, ...] = ()

    def key(self, id: str, usual: str) -> str:
        """Return the keys of `id`, separated by commas; `usual` where it was not moved."""
        return self.keys.get(id, usual)


def preset(name: str) -> Keymap:
    """Return a preset; KeyError when there is none of that name."""
    return Keymap(PRESETS[name])


def read_keymap(text: str) -> Keymap:
    """Read a keymap file: `preset`, and the table `[keys]` of ids with a key or several.

    Nothing of a file with mistakes is used: half a keymap does what nobody expects.
    """
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        return Keymap({}, (Mistake(int(found[1]) if found else 0, f"not TOML: {error}"),))
    mistakes = [
        Mistake(_line(text, key), f"{key}: there are preset and [keys]")
        for key in document
        if key not in {"preset", "keys"}
    ]
    chosen = document.get("preset", "default")
    if chosen not in PRESETS:
        told = f"preset {chosen!r}: there are {', '.join(PRESETS)}"
        mistakes.append(Mistake(_line(text, "preset"), told))
    keys = dict(PRESETS.get(str(chosen), {}))
    table = document.get("keys", {})
    if not isinstance(table, dict):
        mistakes.append(Mistake(_line(text, "keys"), "keys: a table [keys] of ids"))
        table = {}
    for id, value in _flat(table):
        read = _keys_of(id, value)
        if isinstance(read, str):
            keys[id] = read
        else:
            mistakes += [Mistake(_line(text, id), told) for told in read]
    if not mistakes:
        mistakes = [Mistake(_line(text, id), told) for id, told in _conflicts(keys)]
    return Keymap({} if mistakes else keys, tuple(sorted(mistakes, key=lambda m: m.line)))


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """Yield id and value, of ids in quotes as well as of TOML's own dotted keys."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def _line(text: str, key: str) -> int:
    """Return the line on which `key` is set."""
    wanted = re.compile(rf"\s*\[?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
    return next((n for n, line in enumerate(text.splitlines(), 1) if wanted.match(line)), 0)


def _keys_of(id: str, value: object) -> str | list[str]:
    """Return the keys as Textual calls them, or what is wrong with them."""
    known = {action.id for action in ACTIONS} | {id for id, *_ in (*MOVES, *OUTPUT)}
    if id not in known:
        near = _near(id, known)
        return [f"{id}: there is no such id{near}"]
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(key, str) for key in given) or not given:
        return [f"{id}: a key, or a list of keys"]
    names, wrong = [], []
    for key in given:
        name = key_name(key)
        if name is None:
            wrong.append(f"{id}: {key!r} is no key that a terminal can send to us")
        elif name in _TAKEN:
            wrong.append(f"{id}: {key} {_TAKEN[name]}")
        elif name.startswith("ctrl+") and any(a.id == id and a.changes for a in ACTIONS):
            wrong.append(f"{id}: {key}: what changes something is on no ctrl chord")
        else:
            names.append(name)
    return wrong or ",".join(dict.fromkeys(names))


def key_name(key: str) -> str | None:
    """Return what Textual calls `key`, such as `question_mark` for `?`; None for no key."""
    shown = {text: name for name, text in KEYS_SHOWN.items()}
    if key in shown:
        return shown[key]
    if len(key) == 1:
        return _character_to_key(key) if key.isprintable() and key != " " else None
    lower = key.lower()
    if lower in _NAMED:
        return lower
    if lower in KEYS_SHOWN:
        return lower
    chord, plus, letter = lower.partition("+")
    return lower if plus and chord == "ctrl" and letter in _CONTROL else None


def _near(id: str, known: set[str]) -> str:
    import difflib

    found = difflib.get_close_matches(id, known, n=1)
    return f"; did you mean {found[0]}?" if found else "; `?` in the console shows them all"


def _conflicts(keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield id and sentence for each key that would do two things on one screen."""
    moves = {id: usual for id, usual, *_ in MOVES}
    for scope in Scope:
        # Replay's keys exist beside all others of the main screen.
        here = {action.id: action.key for action in ACTIONS if action.scope is scope} | moves
        yield from _clashes(here, keys)
    yield from _clashes({id: usual for id, usual, *_ in (*MOVES, *OUTPUT)}, keys)


def _clashes(usual: Mapping[str, str], keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    taken: dict[str, str] = {}
    # What was moved comes last: it is to blame, not what stands where it always stood.
    for id in sorted(usual, key=lambda id: id in keys):
        for key in keys.get(id, usual[id]).split(","):
            other = taken.setdefault(key, id)
            if other != id:
                yield id, f"{id}: {KEYS_SHOWN.get(key, key)} is {other}'s already"
