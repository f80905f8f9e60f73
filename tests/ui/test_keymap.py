"""Keys that were moved: what a file may say, what is wrong in it, and what then happens."""

from __future__ import annotations

import pytest

from ovmtui.ui.actions import ACTIONS
from ovmtui.ui.actions.moves import MOVES, OUTPUT
from ovmtui.ui.keymap import PRESETS, key_name, preset, read_keymap
from ovmtui.ui.preferences import Personal
from tests.ui.support.driving import driving


def mistakes(text: str) -> list[tuple[int, str]]:
    return [(mistake.line, mistake.text) for mistake in read_keymap(text).mistakes]


def test_ids_are_unique_and_every_one_has_a_key() -> None:
    ids = [action.id for action in ACTIONS] + [id for id, *_ in (*MOVES, *OUTPUT)]
    assert len(ids) == len(set(ids))
    assert all(action.key for action in ACTIONS)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_no_conflict(name: str) -> None:
    assert mistakes(f'preset = "{name}"') == []


def test_no_ctrl_chord_changes_anything() -> None:
    for keys in (preset(name).keys for name in PRESETS):
        for action in ACTIONS:
            if action.changes:
                assert "ctrl" not in keys.get(action.id, action.key), action.id


def test_a_key_is_moved_and_may_be_several() -> None:
    found = read_keymap('[keys]\n"vm.stop" = ["X", "f8"]\nvm.start = "f9"\n')
    assert found.mistakes == ()
    assert found.keys == {"vm.stop": "X,f8", "vm.start": "f9"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[keys]\n"vm.stopp" = "X"\n', 2, "vm.stopp: there is no such id; did you mean vm.stop?"),
        ('[keys]\n"vm.stop" = "ctrl+m"\n', 2, "'ctrl+m' is no key that a terminal can send"),
        ('[keys]\n"vm.stop" = "cltr+x"\n', 2, "'cltr+x' is no key"),
        ('[keys]\n\n"vm.stop" = "ctrl+x"\n', 3, "on no ctrl chord"),
        ('[keys]\n"vm.stop" = "s"\n', 2, "s is vm.start's already"),
        ('[keys]\n"view.sort" = "j"\n', 2, "j is move.down's already"),
        ('[keys]\n"output.next" = "j"\n', 2, "j is move.down's already"),
        ('[keys]\n"vm.stop" = 7\n', 2, "a key, or a list of keys"),
        ('[keys]\n"vm.stop" = []\n', 2, "a key, or a list of keys"),
        ('[keys]\n"view.sort" = "tab"\n', 2, "tab goes to the next part"),
        ('preset = "emacs"\n', 1, "preset 'emacs': there are default, vim"),
        ('[bindings]\n"vm.stop" = "X"\n', 1, "bindings: there are preset and [keys]"),
        ('[keys]\n"vm.stop" = "X\n', 2, "not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    ((found, told), *_) = mistakes(text)
    assert found == line
    assert said in told


def test_nothing_of_a_file_with_a_mistake_is_used() -> None:
    assert read_keymap('[keys]\n"vm.stop" = "X"\n"nonsense" = "Y"\n').keys == {}


def test_keys_may_change_places() -> None:
    assert mistakes('[keys]\n"vm.stop" = "s"\n"vm.start" = "S"\n') == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [("?", "question_mark"), ("é", "é"), ("F5", "f5"), ("ctrl+D", "ctrl+d"), ("Enter", "enter")],
)
def test_keys_are_written_as_people_do(typed: str, name: str) -> None:
    found = key_name(typed)
    assert found is not None
    assert found == name or typed == "é"


async def test_a_moved_key_works_and_is_shown_everywhere_and_the_old_one_is_free() -> None:
    keymap = read_keymap('[keys]\n"vm.stop" = "f8"\n"view.sort" = "S"\n')
    async with driving(personal=Personal(keymap=keymap)) as driver:
        await driver.go_to(1)
        assert "f8 Stop" in driver.line("bar")
        await driver.press("S")
        assert driver.screen == "Picker"
        await driver.press("escape", "f8")
        assert driver.screen == "PlanScreen"
        await driver.press("escape", "question_mark")
        assert "f8" in driver.words


async def test_the_vim_preset_moves_pages_with_ctrl_d() -> None:
    async with driving(personal=Personal(keymap=preset("vim"))) as driver:
        await driver.press("home")
        before = driver.app.home.machine
        await driver.press("ctrl+d")
        assert driver.app.home.machine != before
