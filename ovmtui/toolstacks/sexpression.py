"""Reading xend's s-expressions, without recursion and within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from ovmtui.model.command import MASK
from ovmtui.model.parsed import Parsed
from ovmtui.toolstacks.notes import bounded, note
from ovmtui.toolstacks.redaction import is_secret_key

Expression: TypeAlias = "str | tuple[Expression, ...]"
"""An atom, or a list of expressions."""

MAX_DEPTH = 64
"""Deepest nesting that is read; xend's own listings nest seven deep."""

# A quote that is never closed takes the rest of the text: what follows it means nothing.
_TOKEN = re.compile(
    r"""[()]|'(?P<single>(?:[^'\\]|\\.)*+)(?:'|\Z)|"(?P<double>(?:[^"\\]|\\.)*+)(?:"|\Z)"""
    r"""|[^()\s'"]+|['"]""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_NAMED = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}


def read(text: str) -> Parsed[tuple[Expression, ...]]:
    """Return the lists at the top level of `text`.

    A list that is nested too deeply, or that the text ends in the middle of, is left out
    whole, with a note. The value of each password is masked here already.
    """
    lists: list[Expression] = []
    notes: list[str] = []
    stack: list[list[Expression]] = []
    too_deep = 0
    spoilt = False
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == "(":
            if len(stack) >= MAX_DEPTH:
                too_deep += 1
                spoilt = True
            else:
                stack.append([])
        elif mark == ")":
            if too_deep:
                too_deep -= 1
            elif not stack:
                notes.append("a list is closed that was never opened")
            else:
                closed = _masked(stack.pop())
                if stack:
                    stack[-1].append(closed)
                elif spoilt:
                    notes.append(f"a list nested deeper than {MAX_DEPTH} was not read")
                    spoilt = False
                else:
                    lists.append(closed)
        elif stack and not too_deep:
            stack[-1].append(_atom(token))
        elif not stack:
            notes.append(note("text outside of any list", mark))
    if stack:
        notes.append("the text ends in the middle of a list, which was not read")
    return Parsed(tuple(lists), bounded(notes))


def head(expression: Expression) -> str:
    """Return the first atom of a list, its name; empty where there is none."""
    if isinstance(expression, tuple) and expression and isinstance(expression[0], str):
        return expression[0]
    return ""


def members(expression: Expression, name: str) -> Iterator[tuple[Expression, ...]]:
    """Yield the lists directly within `expression` that are called `name`."""
    if isinstance(expression, tuple):
        for member in expression:
            if isinstance(member, tuple) and head(member) == name:
                yield member


def value(expression: Expression, name: str) -> str | None:
    """Return the text of the first member called `name`, or None when it has none.

    xend writes a value with blanks in it as several atoms.
    """
    for member in members(expression, name):
        atoms: Sequence[Expression] = member[1:]
        text = " ".join(atom for atom in atoms if isinstance(atom, str))
        return text or None
    return None


def _masked(items: list[Expression]) -> tuple[Expression, ...]:
    if len(items) > 1 and isinstance(items[0], str) and is_secret_key(items[0]):
        return (items[0], MASK)
    return tuple(items)


def _atom(token: re.Match[str]) -> str:
    quoted = token["single"] if token["single"] is not None else token["double"]
    return token[0] if quoted is None else _ESCAPE.sub(_unescaped, quoted)


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    if match[2]:
        return chr(int(match[2], 8))
    return _NAMED.get(match[3], match[3])
