"""The search for an OpenSVC agent and its service files on a node."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ovmtui.model.parsed import Parsed
from ovmtui.model.service import Agent, ServiceFile
from ovmtui.model.text import visible
from ovmtui.toolstacks import servicefile, svcmgr
from ovmtui.toolstacks.filescan import read_files
from ovmtui.toolstacks.probe import Section, SectionResult

FOLDERS = ("/etc/opensvc", "/opt/opensvc/etc")
"""Where agents keep service files: since 1.8, and before."""
SERVICE_FILES = tuple(
    f"{folder}/*{suffix}" for folder in FOLDERS for suffix in servicefile.SUFFIXES
)
_VERSION = re.compile(r"\d{1,3}\.\d{1,4}[\w.~+-]*")
_PATH = re.compile(r"/[\w./+-]+")

AGENT = Section(
    "agent",
    """\
for program in svcmgr /opt/opensvc/bin/svcmgr /usr/share/opensvc/bin/svcmgr; do
    found=$(command -v "$program" 2>/dev/null) || continue
    printf '%s\\n' "$found"
    version=$(rpm -q --qf '%{VERSION}-%{RELEASE}' opensvc 2>/dev/null) || version=
    if [ -z "$version" ]; then version=$("$program" --version 2>/dev/null | head -n 1); fi
    printf '%s\\n' "$version"
    exit 0
done
exit 1""",
)
"""Prints the agent's program and version; exits with 1 where there is none."""
FROZEN = Section(
    "frozen",
    """\
for flag in /opt/opensvc/var/FROZEN.* /var/lib/opensvc/FROZEN.*; do
    if [ -e "$flag" ]; then printf '%s\\n' "${flag##*/FROZEN.}"; fi
done""",
)
"""Prints the name of each service that the agent has frozen."""


def agent_of(sections: Mapping[str, SectionResult]) -> Agent | None:
    """Return the agent that the section AGENT found; None where there is none."""
    result = sections.get(AGENT.name)
    if result is None or result.exit_status != 0:
        return None
    program, _, version = result.stdout.strip().partition("\n")
    if not _PATH.fullmatch(program):
        return None
    match = _VERSION.search(version)
    text = visible(match[0], limit=40) if match else ""
    # Found on the PATH it is called by its name, as its documentation has it.
    short = "svcmgr" if program.endswith("/bin/svcmgr") and "opensvc" not in program else program
    return Agent(short, text, svcmgr.era_of(text))


def frozen_services(sections: Mapping[str, SectionResult]) -> frozenset[str]:
    """Return the services that have a flag of being frozen."""
    result = sections.get(FROZEN.name)
    lines = result.stdout.split("\n") if result is not None else []
    return frozenset(line for line in lines if line)


def read_services(stdout: str, nonce: str) -> Parsed[tuple[ServiceFile, ...] | None]:
    """Read what a search for `SERVICE_FILES` printed; None when it did not come to its end."""
    found = read_files(stdout, nonce)
    if found.value is None:
        return Parsed(None, found.notes)
    services = {}
    for file in found.value:
        name = servicefile.service_name(file.path)
        if name is not None and name not in services:
            services[name] = servicefile.parse(file.content, file.path, on_node=True)
    return Parsed(tuple(services.values()), found.notes)
