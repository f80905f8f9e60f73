"""The filter line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from ovmtui.ui.viewmodel.completion import complete_filter


class FilterInput(Input):
    """An input that is left at once with Enter: the next key may be a verb."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False),
    ]
    kept: Callable[[], None] | None = None
    """Called when the filter is to be kept; it moves the focus without delay."""
    names: Callable[[], tuple[Sequence[str], Sequence[str]]] | None = None
    """Gives the names of pools and nodes, to complete words to."""

    async def action_submit(self) -> None:
        """Keep the filter."""
        if self.kept is not None:
            self.kept()

    def action_complete(self) -> None:
        """Complete the word before the cursor; again: the next one that fits."""
        pools, nodes = self.names() if self.names is not None else ((), ())
        text = complete_filter(self.value, pools=pools, nodes=nodes)
        if text != self.value:
            self.value = text
            self.cursor_position = len(text)
