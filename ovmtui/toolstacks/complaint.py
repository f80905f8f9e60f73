"""What a failed `xm` or `xl` has to say, without its usage text and its noise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ovmtui.model.text import visible
from ovmtui.toolstacks.migration import MigrationEnd, is_last_word, migration_end
from ovmtui.toolstacks.redaction import redact

_LIMIT = 400
_MOST_LINES = 3
_MOST_READ = 65_536
_LIBXL = re.compile(
    r"(?:libxl|xc|xencall|xentoollog|xenguest|libxl-save-helper|domainbuilder): "
    r"(?:error|critical|panic|fatal): (?:\S+?:\d+:\w+: )?(?:Domain \d+:)?(.*)"
)
_NOISE = re.compile(
    r"(?:libxl|xc)(?:-[\w-]+)?: (?:warning|info|notice|debug|detail|progress):"
    r"|Parsing config from |Invalid parameter "
)
"""Printed by successes, too; Oracle's `type=netfront` is an invalid parameter to xl."""
_CONSEQUENCES = re.compile(
    r"cannot \(re-\)build domain|Non-existant domain|Unable to destroy guest"
    r"|Destruction of domain failed|^\w+ failed \(rc=|cannot make domain"
    r"|cannot init xl context|xenstore read failed|transport process"
    r"|Save failed|Restore failed|Failed to read (?:Record|Image) Header"
    r"|libxl_domain_suspend failed|domain did not respond to suspend request"
    r"|restoring domain: |Domain creation failed|file/stream truncated"
    r"|save/restore helper|[Tt]arget reports startup failure|not suspended: \("
    r"|Domain has not been suspended|xc_domain_resume failed|exited with error status"
    r"|unable to add \w+ devices|Unable to set disk defaults|initializing domain firmware failed"
    r"|This private key will be ignored|Failure, destroying our copy"
)
"""What libxl goes on to say after the reason, or says for any reason."""
_FAILURE = re.compile(
    r"fail|error|cannot|can't|unable|invalid|denied|undefined|already exists|no such"
    r"|not (?:found|implemented|destroying|understood)|timed out|refused|no route|unreachable"
    r"|^ssh: |could not|not (?:possible|available)|(?:closed|reset) by|must be|denied",
    re.IGNORECASE,
)


def error_text(stdout: str, stderr: str) -> str:
    """Return why a tool failed, in one bounded line; empty when it said nothing.

    xm's `Error:` message counts first, with the lines that go on with it. Of libxl's many
    lines those that give a reason do, wherever they are; what follows from it, or is said
    for any reason, is shown only where there is nothing better. A migration's last word
    stands behind its reason, but before it where it says that nothing is certain.
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
        if is_last_word(line):
            endings.append(line)
        elif _CONSEQUENCES.search(line):
            consequences.append(message)
        elif match or _FAILURE.search(line):
            reasons.append(message)
        else:
            other.append(line)
    why = (reasons or consequences or ([] if endings else other))[: _MOST_LINES - len(endings[-1:])]
    if migration_end(stderr) is MigrationEnd.UNDEFINED:
        return _bounded([*endings, *why])
    return _bounded([*why, *endings[-1:]])


def libxl_errors(stderr: str) -> str:
    """Return the errors that libxl has printed, in one bounded line; empty when it has none.

    `xl pause` and `xl unpause` print them and exit with 0 all the same (Xen 4.17).
    """
    lines = [line for line in _said(stderr) if not _NOISE.match(line)]
    found = [match[1] for line in lines if (match := _LIBXL.search(line))]
    return _bounded([one for one in found if not _CONSEQUENCES.search(one)] or found)


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
    distinct = [line for line in dict.fromkeys(lines) if line][:_MOST_LINES]
    return visible(redact("; ".join(distinct)), limit=_LIMIT)
