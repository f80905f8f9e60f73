"""A recording on the screens: its keys, its status, and no verb."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.ui.support.driving import driving


@dataclass
class Tape:
    """What the screens ask of a replay."""

    done: list[object] = field(default_factory=list)

    @property
    def status(self) -> str:
        return "replay 00:12 of 03:40"

    def toggle(self) -> None:
        self.done.append("toggle")

    def seek(self, seconds: float) -> None:
        self.done.append(seconds)


async def test_keys_move_about_in_a_recording() -> None:
    tape = Tape()
    async with driving(read_only=True, replay=tape) as driver:
        assert "replay 00:12 of 03:40" in driver.line("title")
        keys = ("greater_than_sign", "less_than_sign", "right_curly_bracket", "left_curly_bracket")
        await driver.press("full_stop", *keys)
        assert tape.done == ["toggle", 10.0, -10.0, 60.0, -60.0]
        await driver.press("question_mark")
        assert "ten seconds back" in driver.words
        assert "Start:" not in driver.words


async def test_without_a_recording_the_keys_do_not_exist() -> None:
    async with driving() as driver:
        await driver.press("full_stop", "question_mark")
        assert "ten seconds back" not in driver.words
