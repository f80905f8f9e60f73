"""What a refresh runs on a node: one shell script, and the reading of its sections.

The sections are told apart by marker lines with a word that only the caller knows (the
nonce), on both streams, so that no output of a section can pass for another one. The
scripts need a POSIX shell (bash 3.2, dash, busybox) and end by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ovmtui.model.tool import Tool
from ovmtui.toolstacks.detection import DETECTION_SCRIPT
from ovmtui.toolstacks.domaintool import DomainTool
from ovmtui.toolstacks.filescan import scan_script
from ovmtui.toolstacks.markers import checked_nonce
from ovmtui.toolstacks.repositories import read_scan
from ovmtui.toolstacks.xendlog import (
    follow_xend_log_script,
    parse_migration_progress,
    xend_log_tail_script,
)

__all__ = [
    "BOOT",
    "CLOCK",
    "DOMAINS",
    "IDENTITIES",
    "INFO",
    "LOAD",
    "TOOL",
    "UUIDS",
    "Section",
    "SectionResult",
    "compose",
    "domains_section",
    "follow_xend_log_script",
    "identity_sections",
    "info_section",
    "parse_boot_id",
    "parse_clock",
    "parse_load",
    "parse_migration_progress",
    "read",
    "read_scan",
    "scan_script",
    "xend_log_tail_script",
]

# The line's end is not taken: a line that looks like a marker must not hide the next one.
_MARKER = re.compile(
    r"\n@(?P<nonce>[A-Za-z0-9]{8,64}) (?P<what>begin|end) (?P<name>[a-z0-9-]+)"
    r"(?: (?P<status>[0-9]{1,3}))?(?=\n)"
)
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_BOOT_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_LOAD = re.compile(r"([0-9]{1,6}\.[0-9]{1,3}) [0-9.]+ [0-9.]+ .*")
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a probe."""

    name: str
    """`[a-z][a-z0-9-]*`, by which its result is found."""
    script: str
    """Shell text; it runs in a shell of its own, with nothing on standard input."""


@dataclass(frozen=True, slots=True)
class SectionResult:
    """What one section gave."""

    stdout: str
    stderr: str
    exit_status: int | None
    """Its exit status; None when the output ends before the section does."""


DOMAINS = "domains"
IDENTITIES = "identities"
UUIDS = "uuids"
INFO = "info"
"""Names of the sections whose command depends on the node's program."""
TOOL = Section("tool", DETECTION_SCRIPT)
LOAD = Section("load", "cat /proc/loadavg")
BOOT = Section("boot", "cat /proc/sys/kernel/random/boot_id")
CLOCK = Section("clock", "date +%s")


def domains_section(tool: Tool) -> Section:
    """Return the section that lists every domain of a node with `tool`."""
    return Section(DOMAINS, DomainTool(tool).list().script)


def identity_sections(tool: Tool) -> tuple[Section, ...]:
    """Return the sections that tell which machine each domain is."""
    commands = DomainTool(tool)
    found = [Section(IDENTITIES, commands.list_long().script)]
    if (uuids := commands.list_uuids()) is not None:
        found.append(Section(UUIDS, uuids.script))
    return tuple(found)


def info_section(tool: Tool) -> Section:
    """Return the section that tells the node's facts."""
    return Section(INFO, DomainTool(tool).info().script)


def compose(sections: Sequence[Section], nonce: str) -> str:
    """Return the script that runs `sections` one after the other.

    A section that fails does not keep the next ones from running.

    Raises:
        ValueError: `nonce` or a name has other characters than are safe in a marker.
    """
    mark = f"@{checked_nonce(nonce)}"
    parts = ["LC_ALL=C; export LC_ALL"]
    for section in sections:
        if not _NAME.fullmatch(section.name):
            raise ValueError(f"not a section's name: {section.name!r}")
        begin, end = f"{mark} begin {section.name}", f"{mark} end {section.name}"
        parts.append(
            f"printf '\\n{begin}\\n'; printf '\\n{begin}\\n' >&2\n"
            f"(\n{section.script}\n) </dev/null; status=$?\n"
            f"printf '\\n{end} %s\\n' \"$status\"; printf '\\n{end}\\n' >&2"
        )
    return "\n".join(parts) + "\n"


def read(stdout: str, stderr: str, nonce: str) -> dict[str, SectionResult]:
    """Return the result of each section that began, by name.

    Raises:
        ValueError: `nonce` is none that `compose` takes.
    """
    errors = {name: text for name, text, _ in _split(stderr, nonce)}
    return {
        name: SectionResult(text, errors.get(name, ""), status)
        for name, text, status in _split(stdout, nonce)
    }


def parse_load(text: str) -> float | None:
    """Return the one-minute load average in the text of `/proc/loadavg`, or None."""
    match = _LOAD.fullmatch(text.strip())
    return None if match is None else float(match[1])


def parse_boot_id(text: str) -> str | None:
    """Return the boot id, which changes when the node reboots, or None."""
    boot_id = text.strip().lower()
    return boot_id if _BOOT_ID.fullmatch(boot_id) else None


def parse_clock(text: str) -> int | None:
    """Return the node's clock in seconds since the epoch, or None."""
    seconds = text.strip()
    return int(seconds) if _SECONDS.fullmatch(seconds) else None


def _split(stream: str, nonce: str) -> list[tuple[str, str, int | None]]:
    """Return name, text and exit status of the sections of one stream, in order."""
    found: list[tuple[str, str, int | None]] = []
    checked_nonce(nonce)
    name, start = "", 0
    for match in _MARKER.finditer(stream):
        if match["nonce"] != nonce:
            continue
        if match["what"] == "begin":
            if name:
                found.append((name, stream[start : match.start()], None))
            name, start = match["name"], match.end() + 1
        elif match["name"] == name:
            status = int(match["status"]) if match["status"] else None
            found.append((name, stream[start : match.start()], status))
            name = ""
    if name:
        found.append((name, stream[start:], None))
    return found
