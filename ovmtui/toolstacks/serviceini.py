"""The ini grammar of OpenSVC's service files, with the line of each value.

The agent reads them with Python's RawConfigParser, after `[default]` was rewritten to
`[DEFAULT]`: keys without regard to case, `=` or `:`, continued by indentation, comments
that begin with `#` or `;`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ovmtui.model.text import visible

_HEADER = re.compile(r"\[(?P<name>[^\]]+)\]")
_OPTION = re.compile(r"(?P<key>[^:=\s][^:=]*?)\s*[:=]\s*(?P<value>.*)")


@dataclass(slots=True)
class Value:
    """One value with its place."""

    text: str
    line: int


@dataclass(slots=True)
class Sections:
    """A service file as sections of keys; keys are lower case, scopes included."""

    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """Line of each section's first header."""


def sections_of(text: str, path: str, notes: list[str]) -> Sections:
    """Read `text`; each line that is not understood becomes one of `notes`."""
    found = Sections()
    current: dict[str, Value] | None = None
    last: Value | None = None
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r").rstrip()
        if not line or line.lstrip()[:1] in {"#", ";"} or line.lower().startswith("rem "):
            continue
        if raw[:1].isspace() and last is not None:
            last.text = f"{last.text}\n{_uncommented(line).strip()}".strip("\n")
            continue
        where = f"{visible(path, limit=200)}:{number}"
        if header := _HEADER.match(line.lstrip()):
            current, last = _section(found, header["name"], number, where, notes), None
            continue
        option = _OPTION.fullmatch(line.strip())
        if option is None:
            notes.append(f"{where}: {visible(line, limit=60)}: neither a section nor key = value")
            last = None
            continue
        key = option["key"].strip().lower()
        if current is None:
            notes.append(f"{where}: {visible(key, limit=60)}: stands before the first section")
            continue
        if key in current:
            notes.append(
                f"{where}: {visible(key, limit=60)}: given twice, in line "
                f"{current[key].line}, too; the last one counts"
            )
        last = current[key] = Value(_uncommented(option["value"]).strip(), number)
    return found


def _section(
    found: Sections, name: str, number: int, where: str, notes: list[str]
) -> dict[str, Value]:
    if name.lower() == "default":
        name = "DEFAULT"
    name = name.lower() if name != "DEFAULT" else name
    if name in found.values:
        notes.append(f"{where}: [{visible(name, limit=60)}]: section given twice; both count")
    found.lines.setdefault(name, number)
    return found.values.setdefault(name, {})


def _uncommented(value: str) -> str:
    """Return `value` without a comment at its end, which begins with a blank and `;`."""
    return re.split(r"\s;", value, maxsplit=1)[0]
