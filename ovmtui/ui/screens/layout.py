"""Machines and output beside each other: what is shown, and how much room each has."""

from __future__ import annotations

from enum import Enum

from textual.containers import Container

from ovmtui.ui.preferences import SHARES
from ovmtui.ui.screens.pane_content import PaneContent
from ovmtui.ui.screens.replaying import Replaying
from ovmtui.ui.widgets.grid import Grid
from ovmtui.ui.widgets.output_pane import OutputPane

_STEP = 10
"""Percent by which the output grows and shrinks."""


class Layout(Enum):
    """What fills the middle of the screen."""

    GRID = "grid"
    BOTH = "both"
    PANE = "pane"

    @property
    def style_class(self) -> str:
        """Name of its class in the style sheet."""
        return f"-{self.value}"


class LayingOut(Replaying):
    """Keeps the layout, and remembers it."""

    content: PaneContent | None = None
    """What the output shows; None before the screen is mounted."""

    def do_mode(self) -> None:
        """Go to the next layout."""
        order = list(Layout)
        layout = order[(order.index(self.layout_now) + 1) % len(order)]
        self.desk.remember(layout=layout.value)
        self.redraw()
        self.query_one(OutputPane if layout is Layout.PANE else Grid).focus()

    def do_wider(self) -> None:
        """Give the output more room."""
        self._share(_STEP)

    def do_narrower(self) -> None:
        """Give the machines more room."""
        self._share(-_STEP)

    def do_pane(self) -> None:
        """Show one job's output, or all jobs' together."""
        assert self.content is not None
        self.content.merged = not self.content.merged
        if self.layout_now is Layout.GRID:
            self.desk.remember(layout=Layout.BOTH.value)
        self.redraw()
        self.desk.say("output of all jobs" if self.content.merged else "output of one job")

    @property
    def layout_now(self) -> Layout:
        """The layout that was chosen; before the first job the machines have all the room."""
        chosen = self.desk.preferences.layout
        if chosen:
            return Layout(chosen)
        return Layout.BOTH if self.desk.console.jobs else Layout.GRID

    def lay_out(self) -> None:
        """Show what the layout says."""
        for layout in Layout:
            self.set_class(layout is self.layout_now, layout.style_class)
        share = f"{self.desk.preferences.share}fr"
        rest = f"{100 - self.desk.preferences.share}fr"
        wide = "-wide" in self.query_one("#middle", Container).screen.classes
        grid, pane = self.query_one(Grid), self.query_one(OutputPane)
        for widget, room in ((grid, rest), (pane, share)):
            widget.styles.width = room if wide else "1fr"
            widget.styles.height = "1fr" if wide else room

    def _share(self, by: int) -> None:
        least, most = SHARES
        share = max(least, min(most, self.desk.preferences.share + by))
        self.desk.remember(share=share, layout=Layout.BOTH.value)
        self.redraw()
