"""Keys that come in a burst, as over a slow line, have their effects in order."""

from __future__ import annotations

from textual.events import Key

from ovmtui.plan.intent import Verb
from ovmtui.ui.app import OvmtuiApp
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole
from tests.ui.support.driving import USUAL, Driver


def burst(app: OvmtuiApp, *keys: str) -> None:
    """Let all keys arrive before the first is looked at."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


async def test_what_follows_a_slash_is_a_filter_and_no_verb() -> None:
    console = ScriptedConsole(pools.healthy(), context=pools.context())
    app = OvmtuiApp(console)
    async with app.run_test(size=USUAL) as pilot:
        await pilot.pause()
        burst(app, "slash", "S", "y", "D", "y")
        await Driver(app, console, pilot).settle()
        assert app.home.view.filter_text == "SyDy"
        assert console.run_plans == []


async def test_a_filter_kept_and_a_verb_in_one_burst() -> None:
    console = ScriptedConsole(pools.healthy(), context=pools.context())
    app = OvmtuiApp(console)
    async with app.run_test(size=USUAL) as pilot:
        await pilot.pause()
        burst(app, "slash", *"ovmguest", "enter", "S", "y")
        await Driver(app, console, pilot).settle()
        assert [plan.intent.verb for plan in console.run_plans] == [Verb.STOP]
        assert app.home.view.filter_text == "ovmguest"
