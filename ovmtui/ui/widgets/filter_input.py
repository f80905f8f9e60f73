"""The filter line."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets import Input


class FilterInput(Input):
    """An input that is left at once with Enter: the next key may be a verb."""

    kept: Callable[[], None] | None = None
    """Called when the filter is to be kept; it moves the focus without delay."""

    async def action_submit(self) -> None:
        """Keep the filter."""
        if self.kept is not None:
            self.kept()
