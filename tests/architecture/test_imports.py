"""The architecture as failing tests: who imports whom, what starts cheaply, how long files are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 250
"""Lines; a longer module has more than one subject."""

DOORS = {
    ("ovmtui.ui", "ovmtui.runtime"): {
        "ovmtui.runtime.interface",
        "ovmtui.runtime.companions",
    },
    ("ovmtui.ui", "ovmtui.config"): {"ovmtui.config.schema"},
    ("ovmtui.ui", "ovmtui.transport"): set(),
    ("ovmtui.runtime", "ovmtui.transport"): {
        "ovmtui.transport.commandline",
        "ovmtui.transport.interface",
    },
    ("ovmtui.runtime", "ovmtui.config"): {
        "ovmtui.config.access",
        "ovmtui.config.schema",
        "ovmtui.config.sudo",
    },
}
"""Through which modules an upper layer may reach into a lower one."""


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("ovmtui", cache_dir=None)


def test_the_layers_hold() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("layers", DOORS, ids=" to ".join)
def test_layers_meet_at_their_doors(imports: grimp.ImportGraph, layers: tuple[str, str]) -> None:
    upper, lower = layers
    inside = imports.find_descendants(lower) | {lower}
    reached = {
        (module, imported)
        for module in imports.find_descendants(upper) | {upper}
        for imported in imports.find_modules_directly_imported_by(module) & inside
    }
    assert {pair for pair in reached if pair[1] not in DOORS[layers]} == set()


def loaded_by(program: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has after `program`."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport json, sys\nprint(json.dumps([*sys.modules]))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    modules: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return {module.partition(".")[0] for module in modules}


def test_the_running_side_loads_no_screen() -> None:
    loaded = loaded_by("import ovmtui.runtime.interface, ovmtui.runtime.service")
    assert not loaded & {"textual", "rich", "asyncssh"}


# A version names the OpenSSL that cryptography brings along.
@pytest.mark.parametrize(("option", "loads"), [("--help", set()), ("--version", {"cryptography"})])
def test_help_and_version_load_neither_screen_nor_ssh(option: str, loads: set[str]) -> None:
    program = (
        "import ovmtui.cli.main\n"
        "try:\n"
        f"    ovmtui.cli.main.main([{option!r}])\n"
        "except SystemExit as end:\n"
        "    assert not end.code\n"
    )
    heavy = {"textual", "rich", "asyncssh", "cryptography", "sqlite3", "argcomplete"}
    assert loaded_by(program) & heavy == loads


def test_each_module_has_one_subject_and_fits_on_few_screens() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in (ROOT / "ovmtui").rglob("*.py")
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_module_is_without_a_docstring() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "ovmtui").rglob("*.py")
        if not path.read_text().startswith('"""')
    ]
    assert silent == []


def test_everything_is_caught_at_three_places_only() -> None:
    # A catch-all elsewhere would turn a mistake of ours into a wrong state on the screen.
    places = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "ovmtui").rglob("*.py")
        if "except Exception" in path.read_text()
    }
    assert len(places) <= 3, places
