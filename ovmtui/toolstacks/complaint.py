"""What a failed `xm` or `xl` has to say, without its usage text and its noise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ovmtui.model.text import visible
from ovmtui.toolstacks.redaction import redact

_LIMIT = 400
_MOST_LINES = 3
_MOST_READ = 65_536
_LIBXL = re.compile(r"(?:libxl|xc|xencall|xentoollog): (?:error|panic): (?:\S+?:\d+:\w+: )?(.*)")
_NOISE = re.compile(
    r"(?:libxl|xc)(?:-[\w-]+)?: (?:warning|info|notice|debug|detail|progress):"
    r"|Parsing config from |Invalid parameter "
)
"""Printed by successes, too; Oracle's `type=netfront` is an invalid parameter to xl."""
_ENDING = re.compile(r"Migration failed|Domain state is now undefined")
_CONSEQUENCES = re.compile(
    r"cannot \(re-\)build domain|Non-existant domain|Unable to destroy guest"
    r"|Destruction of domain failed|cannot make domain|cannot init xl context"
    r"|xenstore read failed|transport process"
)
"""What libxl goes on to say after the reason."""
_FAILURE = re.compile(
    r"fail|error|cannot|can't|unable|invalid|denied|undefined|already exists|no such"
    r"|not (?:found|implemented|destroying|understood)|timed out|refused",
    re.IGNORECASE,
)


def error_text(stdout: str, stderr: str) -> str:
    """Return why a tool failed, in one bounded line; empty when it said nothing.

    xm's `Error:` message counts first, with the lines that go on with it; then how a
    migration of libxl's ended; then libxl's errors, the reason before its consequences;
    then any line that reads like a failure.
    """
    said = (_said(stderr), list(_without_usage(_said(stdout))))
    for lines in said:
        for index, line in enumerate(lines):
            if line.startswith("Error:"):
                return _bounded([" ".join(_message(lines[index:]))])
    endings: list[str] = []
    reasons: list[str] = []
    consequences: list[str] = []
    other: list[str] = []
    for line in (line for lines in said for line in lines):
        if _NOISE.match(line):
            continue
        message = match[1] if (match := _LIBXL.search(line)) else line
        if _ENDING.search(line):
            endings.append(line)
        elif _CONSEQUENCES.search(line):
            consequences.append(message)
        elif match or _FAILURE.search(line):
            reasons.append(message)
        else:
            other.append(line)
    return _bounded([*endings, *reasons] or consequences or other)


def _said(text: str) -> list[str]:
    # The last word of a tool is at the end; a flood before it is of no interest.
    lines = re.split(r"[\r\n]", text[-_MOST_READ:])
    return [line.strip() for line in lines if line.strip()]


def _without_usage(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("Usage:"):
            return
        yield line


def _message(lines: list[str]) -> Iterator[str]:
    """Yield an `Error:` line with its continuation, which ends where another begins."""
    yield lines[0]
    for line in lines[1 : 1 + _MOST_LINES]:
        if line.startswith(("Error:", "Usage:")):
            return
        yield line


def _bounded(lines: list[str]) -> str:
    distinct = list(dict.fromkeys(lines))[:_MOST_LINES]
    return visible(redact("; ".join(distinct)), limit=_LIMIT)
