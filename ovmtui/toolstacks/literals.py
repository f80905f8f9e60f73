"""Assignments of literals in Python-like source, read without executing any of it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from ovmtui.model.parsed import Parsed
from ovmtui.toolstacks.notes import note

_TRIES = 10
"""Attempts to read a text while other threads read others."""
BAD_SOURCE = (SyntaxError, ValueError, TypeError, RecursionError, MemoryError)
"""What Python raises for source that is wrong, too deep or too large."""

_BEGINNING = re.compile(r"[A-Za-z_]\w*[ \t]*=(?!=)")
_LONG_STRING = re.compile(r"\"{3}|'{3}")
_WORD = re.compile(r"[A-Za-z_]\w*")
_EFFORT = 65_536
"""Characters that are given to Python's parser to find the end of one broken statement."""


def assignments(text: str) -> Parsed[dict[str, object]]:
    """Return what `text` assigns to each name, in the order of the first assignments.

    A statement that is no plain assignment of literals becomes a note, and each name in
    it is left out unless a later statement assigns it. It hides no other statement.
    """
    values: dict[str, object] = {}
    notes: list[str] = []
    for node, source in _statements(re.sub(r"\r\n?", "\n", text)):
        found = None if node is None else _assigned(node)
        if found is not None:
            values.update(found)
        elif not _is_blank(source):
            notes.append(note("statement not understood", source.strip()))
            for name in _WORD.findall(source):
                values.pop(name, None)
    return Parsed(values, tuple(notes))


def _statements(text: str) -> Iterator[tuple[ast.stmt | None, str]]:
    """Yield each statement with its source; None for source that is no Python."""
    tree = _tree(text)
    if tree is not None:
        yield from _of_tree(tree, text)
        return
    for piece in _pieces(text):
        yield from _of_piece(piece)


def _pieces(text: str) -> Iterator[str]:
    """Yield runs of lines, each beginning with what looks like an assignment.

    A string over several lines may hold lines that look so, too: what follows the first
    one is a single piece.
    """
    piece: list[str] = []
    in_doubt = False
    for line in text.split("\n"):
        if piece and not in_doubt and _BEGINNING.match(line):
            yield "\n".join(piece)
            piece = []
        piece.append(line)
        in_doubt = in_doubt or _LONG_STRING.search(line) is not None
    yield "\n".join(piece)


def _of_piece(piece: str) -> Iterator[tuple[ast.stmt | None, str]]:
    """Yield the longest whole beginning of `piece` as statements, then the rest of it."""
    tree = _tree(piece)
    if tree is not None:
        yield from _of_tree(tree, piece)
        return
    lines = piece.split("\n")
    spent = 0
    for count in range(1, len(lines)):
        beginning = "\n".join(lines[:count])
        spent += len(beginning)
        if spent > _EFFORT:
            break
        tree = _tree(beginning)
        if tree is not None and tree.body:
            yield from _of_tree(tree, beginning)
            yield None, "\n".join(lines[count:])
            return
    yield None, piece


def _of_tree(tree: ast.Module, text: str) -> Iterator[tuple[ast.stmt, str]]:
    lines = text.split("\n")
    for node in tree.body:
        yield node, "\n".join(lines[node.lineno - 1 : node.end_lineno])


def _tree(source: str) -> ast.Module | None:
    for _ in range(_TRIES):
        try:
            with warnings.catch_warnings():
                # Python would print a warning for `"\d"`, in the middle of a screen.
                warnings.simplefilter("ignore")
                return ast.parse(source)
        except BAD_SOURCE:
            return None
        except SystemError:
            # Python 3.11 counts the depth of what two threads read at once together, and
            # takes the sum for a mistake of its own (python/cpython#106905).
            continue
    return None


def _assigned(node: ast.stmt) -> dict[str, object] | None:
    """Return what `node` assigns, or None when it is more than that."""
    if not isinstance(node, ast.Assign):
        return None
    try:
        value = ast.literal_eval(node.value)
    except BAD_SOURCE:
        return None
    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    return dict.fromkeys(names, value) if len(names) == len(node.targets) else None


def _is_blank(source: str) -> bool:
    return all(not line.strip() or line.lstrip()[0] == "#" for line in source.split("\n"))
