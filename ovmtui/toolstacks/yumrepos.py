"""The yum repositories of the manager's command line, and the package itself.

The two repositories are those that OpenSVC's page on Oracle VM names.
"""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ovmtui.model.command import Command
from ovmtui.model.text import visible

PACKAGE = "ovmcli"
FILE = "/etc/yum.repos.d/oracle-ovmcli.repo"
"""Where the repositories are written that no file has."""
FOLDERS = ("/etc/yum.conf", "/etc/yum.repos.d/*.repo")
_BASE = "http://public-yum.oracle.com"
_COMMON = {
    "gpgkey": f"{_BASE}/RPM-GPG-KEY-oracle-el5",
    "gpgcheck": "1",
    "enabled": "1",
}
REPOSITORIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        f"el5_{name}": MappingProxyType(
            {
                "name": f"Enterprise Linux $releasever - $basearch - {name}",
                "baseurl": f"{_BASE}/repo/EnterpriseLinux/EL5/{name}/$basearch/",
                **_COMMON,
            }
        )
        for name in ("addons", "oracle_addons")
    }
)
"""Each repository with its settings."""


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """One of the repositories as a node has it."""

    name: str
    path: str
    differences: tuple[str, ...] = ()
    """Settings that are not as they should be: `key = found (should be: wanted)`."""


def read_repositories(files: Mapping[str, str]) -> tuple[FoundRepository, ...]:
    """Return which of `REPOSITORIES` stand in `files`, path: content, and how they differ."""
    found: dict[str, FoundRepository] = {}
    for path, content in files.items():
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(content)
        except configparser.Error:
            continue
        for name, wanted in REPOSITORIES.items():
            if parser.has_section(name) and name not in found:
                differences = tuple(
                    f"{key} = {visible(has, limit=120) or '(none)'} (should be: {value})"
                    for key, value in wanted.items()
                    if key != "name" and (has := parser.get(name, key, fallback="")) != value
                )
                found[name] = FoundRepository(name, visible(path, limit=200), differences)
    return tuple(found.values())


def text_of(names: tuple[str, ...]) -> str:
    """Return the file with the repositories `names`."""
    parts = []
    for name in names:
        settings = "".join(f"{key}={value}\n" for key, value in REPOSITORIES[name].items())
        parts.append(f"[{name}]\n{settings}")
    return "\n".join(parts)


def write_command(names: tuple[str, ...]) -> Command:
    """Add the repositories `names` to `FILE`; a file that is there already is backed up first."""
    script = (
        f"set -e; file={FILE}; umask 022; "
        'if [ -e "$file" ]; then n=1; '
        'while [ -e "$file.before-ovmtui.$n" ]; do n=$((n + 1)); done; '
        'cp -p "$file" "$file.before-ovmtui.$n"; cat "$file" >"$file.new"; fi; '
        f"printf '\\n%s' {shlex.quote(text_of(names))} >>\"$file.new\"; "
        'mv "$file.new" "$file"'
    )
    return Command(("sh", "-c", script))


def install_command() -> Command:
    """Install the manager's command line."""
    return Command(("yum", "-y", "install", PACKAGE))


def is_installed_command() -> Command:
    """Exit with 0 when the manager's command line is installed."""
    return Command(("rpm", "-q", PACKAGE))
