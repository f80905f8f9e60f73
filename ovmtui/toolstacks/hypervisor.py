"""What `xm info` and `xm uptime` say of a node."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ovmtui.model.node import HypervisorFacts
from ovmtui.model.parsed import Parsed
from ovmtui.model.tool import Toolstack
from ovmtui.toolstacks.notes import bounded, note

_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)[ \t]*:[ \t]?(.*)")
_NUMBER = re.compile(r"[0-9]{1,12}")
_LIBXL_KEYS = frozenset({"xen_version", "max_cpu_id", "sharing_freed_memory", "outstanding_claims"})
"""Printed by `xl info` and never by xend's `xm info`."""
_UPTIME = re.compile(
    r"(?P<domain>.*?)[ \t]+(?:(?P<days>[0-9]{1,6}) days?,[ \t]+)?"
    r"(?P<hours>[0-9]{1,6}):(?P<minutes>[0-9]{2}):(?P<seconds>[0-9]{2})"
)
_LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class DomainUptime:
    """One row of `xm uptime`."""

    name: str
    domid: int | None
    """None for a managed domain that is halted."""
    seconds: int


def parse_info(text: str) -> Parsed[HypervisorFacts]:
    """Read the output of `xm info` or `xl info`.

    libxl prints `xend_config_format` for compatibility, too (seen with Xen 4.17), so it
    is told from xend by the lines that only it prints.
    """
    values = _values(text)
    notes: list[str] = []
    if not values:
        return Parsed(HypervisorFacts(), ("the output has nothing of a hypervisor's facts",))

    def number(key: str) -> int | None:
        given = values.get(key, "")
        if _NUMBER.fullmatch(given):
            return int(given)
        if given:
            notes.append(note(f"{key} is no number", given))
        return None

    facts = HypervisorFacts(
        host=values.get("host") or None,
        total_memory_mib=number("total_memory"),
        free_memory_mib=number("free_memory"),
        cpus=number("nr_cpus"),
        cpu_model=values.get("hw_caps") or None,
        xen_version=_version(values),
        toolstack=_toolstack(values),
    )
    return Parsed(facts, bounded(notes))


def parse_uptime(text: str) -> Parsed[tuple[DomainUptime, ...] | None]:
    """Read the output of `xm uptime`; None where it has no header line."""
    lines = iter(text.split("\n"))
    if not any(line.split()[:3] == ["Name", "ID", "Uptime"] for line in lines):
        return Parsed(None, ("the output has no header line of an uptime listing",))
    rows: list[DomainUptime] = []
    notes: list[str] = []
    for line in lines:
        row = line.rstrip()
        if not row:
            continue
        match = _UPTIME.fullmatch(row) if len(row) <= _LONGEST_LINE else None
        if match is None:
            notes.append(note("row of the uptime listing not understood", row))
            continue
        name, _, domid = match["domain"].rpartition(" ")
        if not name or not _NUMBER.fullmatch(domid):
            name, domid = match["domain"], ""
        hours = int(match["days"] or 0) * 24 + int(match["hours"])
        seconds = (hours * 60 + int(match["minutes"])) * 60 + int(match["seconds"])
        rows.append(DomainUptime(name.rstrip(), int(domid) if domid else None, seconds))
    return Parsed(tuple(rows), bounded(notes))


def _values(text: str) -> dict[str, str]:
    """Return the first value of each key; lines that begin with a blank go on with one."""
    values: dict[str, str] = {}
    for line in text.split("\n"):
        match = _LINE.fullmatch(line.rstrip("\r")) if len(line) <= _LONGEST_LINE else None
        if match is not None:
            values.setdefault(match[1], match[2].strip())
    return values


def _version(values: dict[str, str]) -> str | None:
    if values.get("xen_version"):
        return values["xen_version"]
    major, minor = values.get("xen_major", ""), values.get("xen_minor", "")
    if not (_NUMBER.fullmatch(major) and _NUMBER.fullmatch(minor)):
        return None
    return f"{major}.{minor}{values.get('xen_extra', '')}"


def _toolstack(values: dict[str, str]) -> Toolstack:
    if _LIBXL_KEYS & values.keys():
        return Toolstack.LIBXL
    if "xend_config_format" in values:
        return Toolstack.XEND
    # xend prints that line last: without what comes before it, the text may be cut.
    return Toolstack.LIBXL if "cc_compile_date" in values else Toolstack.UNKNOWN
