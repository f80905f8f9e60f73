"""What can be chosen in the console; each change is seen at once and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text

from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.preferences import SHARES
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.situation import Scope

_Setting = tuple[str, str, str, Callable[[], None]]
"""id, what it is, its value, what goes on to the next value"""


class SettingsScreen(ListScreen[None]):
    """Settings of this operator, and below them what the configuration says."""

    SCOPE = Scope.SETTINGS
    BINDINGS = actions.bindings(Scope.SETTINGS)

    def __init__(self, desk: Desk) -> None:
        """Show them all."""
        super().__init__(desk, empty="")

    def title_text(self) -> tuple[str, str]:
        """Return the title."""
        return "settings", "kept for the next start"

    def columns(self) -> Text:
        """Return no heads."""
        return Text()

    def items(self) -> Sequence[Item]:
        """Return what can be changed, and then what stands in the configuration."""
        style = self.desk.style
        found = []
        for id, what, value, _ in self._settings():
            text = Text().append(cell(what, 34), style("text"))
            text.append(value, style("accent"))
            found.append(Item(id, text))
        for number, (what, value) in enumerate(self._fixed()):
            line = Text(cell(what, 34) + value, style("dim"))
            found.append(Item(f"fixed {number}", line, enabled=False))
        return found

    def choose(self, id: str) -> None:
        """Go on to the next value."""
        for setting, _, _, change in self._settings():
            if setting == id:
                change()
        self.redraw()

    def do_choose(self) -> None:
        """Go on to the next value of the one under the cursor."""
        if self.highlighted is not None:
            self.choose(self.highlighted)

    def _settings(self) -> list[_Setting]:
        desk, kept = self.desk, self.desk.preferences
        return [
            ("theme", "theme", self.app.theme, desk.next_theme),
            (
                "bell",
                "bell when a job ends",
                "on" if kept.bell else "off",
                lambda: desk.remember(bell=not kept.bell),
            ),
            (
                "times",
                "date and time of output lines",
                "on" if kept.times else "off",
                lambda: desk.remember(times=not kept.times),
            ),
            (
                "share",
                "room for the output",
                f"{kept.share} %",
                lambda: desk.remember(
                    share=kept.share + 10 if kept.share + 10 <= SHARES[1] else SHARES[0]
                ),
            ),
        ]

    def _fixed(self) -> list[tuple[str, str]]:
        moved = len(self.desk.personal.keymap.keys)
        snapshot = self.desk.console.shown
        return [
            ("", ""),
            ("keys moved by the keymap", str(moved) if moved else "none"),
            ("colour", "yes" if self.desk.colour else "no: NO_COLOR is set"),
            ("symbols", "ASCII" if self.desk.personal.ascii else "Unicode"),
            ("mode", "read-only" if self.desk.read_only else "may act"),
            *(
                (f"pool {pool.name}", self._pool(pool.production, pool.read_only))
                for pool in snapshot.pools
            ),
            ("", ""),
            ("intervals, limits, confirmations", "ovmtui.toml: `ovmtui config path`"),
        ]

    def _pool(self, production: bool, read_only: bool) -> str:
        words = ["production" if production else "", "read-only" if read_only else ""]
        return ", ".join(word for word in words if word) or "no restriction"
