"""The first line: what is shown, how much of it, how old, and the time."""

from __future__ import annotations

from rich.text import Text

from ovmtui.ui.desk import Desk
from ovmtui.ui.viewmodel.rows import Rows
from ovmtui.ui.viewmodel.title import READ_ONLY, title
from ovmtui.ui.viewmodel.view import ViewState
from ovmtui.ui.widgets.line import Line


class TitleBar(Line):
    """Shows the title's parts, the clock at the right end."""

    def show(self, desk: Desk, view: ViewState, rows: Rows) -> None:
        """Show the title of what `rows` are."""
        console = desk.console
        said = title(
            console.shown,
            view,
            rows,
            jobs=console.jobs,
            alerts=desk.alerts,
            now=console.monotonic(),
            wall=console.wall(),
            read_only=desk.read_only,
        )
        left, _, clock = said.rpartition("  ")
        if desk.replay is not None:
            left = f"{desk.replay.status}  {left}"
        production = [pool for pool in console.shown.pools if pool.production]
        band = " PRODUCTION " if production else ""
        room = max(1, self.size.width - len(clock) - len(band) - 4)
        text = Text(" ")
        text.append(left, desk.style("text"))
        text.highlight_words(["ovmtui"], desk.style("accent"))
        if desk.replay is not None:
            text.highlight_words([desk.replay.status], desk.style("warn"))
        text.highlight_regex(r"! \d+ alerts?", desk.style("warn"))
        text.highlight_regex(r"jobs \d+", desk.style("accent"))
        text.highlight_words([READ_ONLY], desk.style("warn"))
        text.truncate(room, overflow="ellipsis", pad=True)
        if production:
            text.append(band, desk.band(production[0]))
        text.append(f"  {clock}", desk.style("dim"))
        self.set_text(text)
