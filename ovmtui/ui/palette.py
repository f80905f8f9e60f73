"""The command palette: the actions of the screen on top, found by a few letters."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import App, SystemCommand
from textual.command import CommandInput, CommandPalette
from textual.screen import Screen

from ovmtui.ui.screens.base import ActionScreen


class SteadyPalette(CommandPalette):
    """Has a steady cursor: a blinking one sends bytes for as long as somebody thinks."""

    def on_mount(self) -> None:
        """Keep the cursor still."""
        self.query_one(CommandInput).cursor_blink = False


class WithPalette(App[None]):
    """An application whose palette knows its own actions in place of Textual's commands."""

    def action_command_palette(self) -> None:
        """Open the palette."""
        if self.use_command_palette and not CommandPalette.is_open(self):  # type: ignore[arg-type]  # invariant
            self.push_screen(SteadyPalette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the actions of the screen on top."""
        if not isinstance(screen, ActionScreen):
            return
        situation = screen.situation()
        for action in screen.offered:
            obstacle = action.obstacle(situation)
            note = f" (not now: {obstacle})" if obstacle else ""
            yield SystemCommand(
                f"{action.label}  {action.key_shown}",
                f"{action.help}{note}",
                lambda action=action: screen.action_do(action.id),
            )
