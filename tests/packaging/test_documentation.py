"""The documentation as failing tests: its command lines, its links, its generated pages."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import __main__ as generated
from docs import licences
from ovmtui.cli.arguments import parser
from ovmtui.ui.actions import ACTIONS
from ovmtui.ui.situation import Scope, shown_key
from tests.packaging.command_lines import Shown, shown_in

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = [command for page in PAGES for command in shown_in(page)]

HARMLESS = {"list", "nodes", "check", "plan", "history", "keys", "completion", "--version"}
"""Commands that may be run as they stand: they only look."""
ENDS = {"check": {0, 1, 4}}
"""Exit codes that they may have on the demo's pool, where 0 is not the only one."""


def test_the_documentation_shows_commands() -> None:
    assert len(SHOWN) > 50
    assert {"plan", "evacuate", "config", "jobs"} <= {c.words[0] for c in SHOWN if c.words}


@pytest.mark.parametrize("command", SHOWN, ids=str)
def test_the_command_line_knows_what_is_shown(command: Shown) -> None:
    if command.cut or not command.block:
        assert_known(command.words)
    elif command.words != ("--version",):
        parser().parse_args(command.words)


def assert_known(words: tuple[str, ...]) -> None:
    """Assert that all commands and options of `words` exist; values need not be there."""
    grammar = parser()
    for word in words:
        name = word.strip("[]").partition("=")[0]
        commands = [a for a in grammar._actions if isinstance(a, argparse._SubParsersAction)]
        if name.startswith("-"):
            assert name in grammar._option_string_actions, word
        elif commands and name.isidentifier() and name.islower():
            assert name in commands[0].choices, word
            grammar = commands[0].choices[name]
        elif commands and name in commands[0].choices:
            grammar = commands[0].choices[name]


@pytest.fixture(scope="module")
def pool() -> Iterator[Path]:
    """Start the demo's pool and give its configuration."""
    command = [sys.executable, "-m", "ovmtui.simulator", "--speed", "20"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Path(json.loads(process.stdout.readline())["config"])
        process.stdin.close()


@pytest.mark.timeout(300)
async def test_what_only_looks_works_on_the_demos_pool(pool: Path, tmp_path: Path) -> None:
    wanted = {
        command.words: command
        for command in SHOWN
        if command.block and command.words and command.words[0] in HARMLESS
    }
    assert len(wanted) > 12
    environ = os.environ | {"OVMTUI_CONFIG": str(pool), "XDG_STATE_HOME": str(tmp_path)}
    turn = asyncio.Semaphore(3)

    async def run(command: Shown) -> str:
        async with turn:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ovmtui", *command.words),
                env=environ | {"PYTHONPATH": str(ROOT)},
                cwd=tmp_path,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            _, said = await process.communicate()
        if process.returncode in ENDS.get(command.words[0], {0}):
            return ""
        return f"{command} ended with {process.returncode}: {said.decode()}"

    failures = await asyncio.gather(*map(run, wanted.values()))
    assert "\n".join(filter(None, failures)) == ""


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Yield path and fragment of each link on `page` that leads to a file."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            path, _, fragment = target.partition("#")
            yield path, fragment


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for path, fragment in links(page):
        target = page.parent / path if path else page
        if not target.exists():
            broken.append(path)
        elif fragment:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            names = {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}
            if fragment not in names:
                broken.append(f"{path}#{fragment}")
    assert broken == []


def test_the_index_names_every_page() -> None:
    named = {path for path, _ in links(ROOT / "docs" / "README.md")}
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - named == set()


@pytest.mark.parametrize("name", generated.PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    told = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert told == generated.PAGES[name](), "run `make docs`"


def test_each_locked_package_has_a_licence_that_lets_it_be_passed_on() -> None:
    free = re.compile(r"\b(MIT|BSD|Apache|EPL-2\.0|PSF-2\.0|ISC|MPL-2\.0)")
    stated = {package: licences.licence(package) for package in licences.locked()}
    assert {package: text for package, text in stated.items() if not free.search(text)} == {}


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_the_manual_page_is_well_formed() -> None:
    checked = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", "docs/ovmtui.1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in checked.stdout.splitlines() if "missing date" not in line]
    assert complaints == []


def test_every_key_of_the_machines_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "daily-work.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([^`]+)`", guide.replace("\\|", "|")))
    keys = {
        shown_key(action.key)
        for action in ACTIONS
        if action.scope is Scope.HOME and not action.id.startswith("replay.")
    }
    keys -= set("2345678")  # told as the first and the last one
    assert {key for key in keys if key not in told} == set()
