"""The page about the licences of what an installation contains, from the packages' own metadata."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_IN_BRIEF = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Apache-2.0 OR BSD-3-Clause": "Apache-2.0 OR BSD-3-Clause",
}


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join(
        (
            "# Licences of what is installed with ovmtui",
            "",
            "ovmtui itself is under the Apache License 2.0. What `requirements.lock` names comes",
            "with it; the licences are what the packages say of themselves. Made by `make docs`;",
            "a test compares. `make sbom` writes the same and more as CycloneDX, `make audit`",
            "asks for known weaknesses.",
            "",
            "| Package | Version | Licence | Why it is there |",
            "|---|---|---|---|",
            *_rows(),
            "",
        )
    )


def locked() -> dict[str, str]:
    """Return the versions that `requirements.lock` names, by package."""
    return dict(_LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))


def licence(package: str) -> str:
    """Return the licence that the installed `package` states, in its short form."""
    about = metadata.metadata(package)
    given = about.get_all("License-Expression") or about.get_all("License") or [""]
    stated = str(given[0])
    classified = [
        value.rpartition(" :: ")[2]
        for value in about.get_all("Classifier", [])
        if value.startswith("License :: ")
    ]
    if not stated or len(stated) > 40:
        stated = " and ".join(classified)
    return _IN_BRIEF.get(stated, stated) or "not stated"


def _rows() -> Iterator[str]:
    versions = locked()
    needed_by: dict[str, list[str]] = {package: [] for package in versions}
    for package in versions:
        for requirement in metadata.requires(package) or ():
            name, _, condition = requirement.partition(";")
            found = _NAME.match(name)
            known = found and _canonical(found.group())
            if known in needed_by and "extra ==" not in condition:
                needed_by[known].append(package)
    own = _own()
    for package, version in versions.items():
        why = own.get(package) or ", ".join(needed_by[package]) or "an extra of another"
        yield f"| {package} | {version} | {licence(package)} | {why} |"


_USES = {
    "textual": "**the console's screens**",
    "rich": "**texts and tables on the screens** (Textual needs it anyway)",
    "asyncssh": "**SSH**",
    "cryptography": "**bounds the version that asyncssh uses**, for old servers' key exchanges",
    "tomli": "**configuration, with line and column of each mistake** (not in Python before 3.14)",
    "msgspec": "**the configuration's types, checked**; no dependency of its own",
    "platformdirs": "**where files belong** (Textual needs it anyway)",
    "argcomplete": "**the shells' completion**; no dependency of its own",
}


def _own() -> dict[str, str]:
    """Return why ovmtui itself needs what it names.

    Raises:
        KeyError: a dependency is named for which no reason is given here.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [_NAME.match(text) for text in project["dependencies"]]
    return {found.group(): _USES[found.group()] for found in names if found}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
