"""Running the application in a test, and reading what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.app import OvmtuiApp
from ovmtui.ui.desk import Replay
from ovmtui.ui.preferences import Personal
from ovmtui.ui.widgets.line import Line
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole

SMALL = (80, 24)
USUAL = (140, 40)


@dataclass
class Driver:
    """One running application with its console."""

    app: OvmtuiApp
    console: ScriptedConsole
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each handled before the next."""
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def settle(self) -> None:
        """Wait until all that is under way in the application has been done."""
        await self.pilot.pause()
        while self.app._under_way is not None:
            await self.pilot.pause(0.01)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def go_to(self, number: int) -> None:
        """Put the cursor on the machine of that number."""
        self.app.home.go_to(pools.vm_key(number))
        await self.settle()

    @property
    def screen(self) -> str:
        """Name of the class of the screen on top."""
        return type(self.app.screen).__name__

    @property
    def said(self) -> str:
        """The newest message; empty when there was none."""
        return self.app.desk.messages[-1].text if self.app.desk.messages else ""

    def line(self, id: str) -> str:
        """Text of a line of the screen on top."""
        return self.app.screen.query_one(f"#{id}", Line).text

    @property
    def text(self) -> str:
        """All that is on the screen now, as text."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in lines)

    @property
    def words(self) -> str:
        """All that is on the screen in one line, without frames and line ends."""
        return " ".join(self.text.replace("│", " ").split())


@asynccontextmanager
async def driving(
    snapshot: Snapshot | None = None,
    *,
    size: tuple[int, int] = USUAL,
    read_only: bool = False,
    prepare: Callable[[ScriptedConsole], None] | None = None,
    replay: Replay | None = None,
    personal: Personal | None = None,
) -> AsyncIterator[Driver]:
    """Run the application on `snapshot`, the healthy pool if none is given.

    `prepare` is called with the console before the application starts.
    """
    console = ScriptedConsole(snapshot or pools.healthy(), context=pools.context())
    if prepare is not None:
        prepare(console)
    app = OvmtuiApp(console, read_only=read_only, replay=replay, personal=personal)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, console, pilot)
        await driver.settle()
        yield driver
