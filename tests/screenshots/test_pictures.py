"""The pictures in the README show the program as it is now: `make screenshots` renews them."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from ovmtui.simulator.demo import demo_spec
from ovmtui.ui.actions import ACTIONS
from ovmtui.ui.situation import Group, Scope
from ovmtui.ui.viewmodel.columns import COLUMNS

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "screenshots"
SCREENS = (
    "home",
    "help",
    "nodes",
    "check",
    "targets",
    "plan",
    "migration",
    "evacuation",
    "batch",
    "command",
    "history",
    "grouped",
    "contrast",
)
SIZES = ("140x40", "80x24")


def text_of(name: str) -> str:
    """Return the words of a picture, blanks as blanks."""
    svg = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    pieces = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return html.unescape(" ".join(pieces)).replace("\u00a0", " ")


def test_each_picture_is_there_and_none_is_left_over() -> None:
    expected = {f"{screen}-{size}.svg" for screen in SCREENS for size in SIZES}
    assert {path.name for path in PICTURES.glob("*.svg")} == expected


def test_the_readme_shows_pictures_that_exist() -> None:
    shown = re.findall(r"\]\((screenshots/[^)]+)\)", (ROOT / "README.md").read_text())
    assert shown
    assert [name for name in shown if not (ROOT / name).is_file()] == []


def test_home_shows_every_column_and_every_machine_of_the_demo() -> None:
    text = text_of("home-140x40")
    for column in COLUMNS:
        assert column.heading in text or column.id in {"pool", "trend", "uuid"}, column.id
    for vm in demo_spec().vms:
        assert vm.name[:20] in text, vm.name


@pytest.mark.parametrize("size", SIZES)
def test_home_shows_the_keys_of_today(size: str) -> None:
    labels = [a.label for a in ACTIONS if a.scope is Scope.HOME and a.bar and a.changes]
    text = text_of(f"home-{size}")
    missing = [label for label in labels if label not in text]
    # A narrow bar, or a machine that runs, leaves some out; never what is done every day.
    assert {"Stop", "Migrate", "HA"} <= set(labels) - set(missing)


def test_help_explains_every_verb_of_today() -> None:
    """They come first on the page; the rest goes on below."""
    text = text_of("help-140x40")
    for action in ACTIONS:
        if action.scope is Scope.HOME and action.group in {Group.MACHINE, Group.NODE}:
            assert f"{action.label}:" in text, action.id


@pytest.mark.parametrize("size", SIZES)
def test_the_plan_shows_its_command(size: str) -> None:
    assert re.search(r"xm migrate -l oradb0[12] ovm[1-4]", text_of(f"plan-{size}"))
