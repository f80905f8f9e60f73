"""On which line of a TOML text each key stands, which the TOML reader does not say."""

from __future__ import annotations

import bisect
import re
from collections import Counter

import tomli

from ovmtui.config.mistakes import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
_STRING = re.compile(
    r'''"""(?:\\[\s\S]|[^\\])*?"{3,5}|\'{3}[\s\S]*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*\''''
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def line_numbers(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from 1, of each key and array item of `text`.

    `text` must be valid TOML: it has been read by the real reader before, so this
    only walks along and leaves all judging to that.
    """
    return _Walk(text).lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._newlines = [found.start() for found in re.finditer("\n", text)]
        self._tables: Counter[KeyPath] = Counter()
        """How many `[[…]]` headers each array of tables has had."""
        self._document()

    def _document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> KeyPath:
        start = self.at
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        *parents, last = self._key()
        path: KeyPath = ()
        for part in parents:
            path = (*path, part)
            self._mark(path, start)
            path = self._newest(path)
        path = (*path, last)
        if array:
            self._mark(path, start)
            self._tables[path] += 1
        path = self._newest(path)
        self._mark(path, start)
        self._skip(_BLANK)
        self.at += 2 if array else 1
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        """Return the table that a header means by `path`: the last one of an array."""
        return (*path, self._tables[path] - 1) if path in self._tables else path

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path = table
        for part in self._key():
            path = (*path, part)
            self._mark(path, start)
        self.at += 1
        self._value(path)

    def _key(self) -> tuple[str, ...]:
        """Read a dotted key and stand on the character after it."""
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            raw = self._skip(_KEY_PART)
            parts.append(tomli.loads(f"key = {raw}")["key"] if raw[:1] in {'"', "'"} else raw)
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        opening = self.text[self.at]
        if opening in {'"', "'"}:
            self._skip(_STRING)
        elif opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            self._skip(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        index = 0
        while self._next("]"):
            item = (*path, index)
            self._mark(item, self.at)
            self._value(item)
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        while self._next("}"):
            self._pair(path)

    def _next(self, closing: str) -> bool:
        """Step over what separates items; False, and past `closing`, at the end."""
        self._skip(_BLANK)
        if self.text[self.at] in "[{,":
            self.at += 1
            self._skip(_BLANK)
        if self.text[self.at] != closing:
            return True
        self.at += 1
        return False

    def _mark(self, path: KeyPath, at: int) -> None:
        self.lines.setdefault(path, bisect.bisect_left(self._newlines, at) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()
