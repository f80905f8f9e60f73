"""The filter line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.style import Style
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from ovmtui.ui.viewmodel.completion import candidates
from ovmtui.ui.viewmodel.cycling import Cycle, complete
from ovmtui.ui.viewmodel.filters import FilterError, parse
from ovmtui.ui.widgets.field import Field


class _Mistake(Highlighter):
    """Marks where a filter goes wrong."""

    style = Style(underline=True, reverse=True)

    def highlight(self, text: Text) -> None:
        """Mark the word at which it goes wrong, from the place on."""
        found = parse(text.plain)
        if isinstance(found, FilterError):
            text.stylize(self.style, *mistaken(text.plain, found.position))


def mistaken(text: str, position: int) -> tuple[int, int]:
    """Return where the mistake at `position` begins and ends: one letter at least."""
    start = min(position, max(0, len(text.rstrip()) - 1))
    end = start if text[start : start + 1] != '"' else len(text)
    while end < len(text) and text[end] not in " |":
        end += 1
    return start, max(end, start + 1)


class FilterInput(Field):
    """An input that is left at once with Enter: the next key may be a verb."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False, id="filter-line.complete"),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("enter", "submit", show=False, id="filter-line.keep"),
        Binding("escape", "clear", show=False, id="filter-line.clear"),
    ]
    kept: Callable[[], None] | None = None
    """Called when the filter is to be kept; it moves the focus without delay."""
    cleared: Callable[[], None] | None = None
    """Called when the filter is to be taken away."""
    values: Callable[[], Mapping[str, Sequence[str]]] = dict
    """Gives what there is of each field, to complete words to."""
    candidates: Callable[[Cycle | None], None] | None = None
    """Called with what TAB goes through, or None once something else was typed."""
    _cycle: Cycle | None = None
    _completed = ""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(id=id, select_on_focus=False)
        self._mistake = _Mistake()
        self.highlighter = self._mistake

    @property
    def style_of(self) -> Callable[[str], Style]:
        """The styles in which a mistake is marked."""
        return lambda role: self._mistake.style

    @style_of.setter
    def style_of(self, style: Callable[[str], Style]) -> None:
        self._mistake.style = style("danger") + Style(underline=True, reverse=True)

    async def action_submit(self) -> None:
        """Keep the filter."""
        if self.kept is not None:
            self.kept()

    def action_clear(self) -> None:
        """Take the filter away."""
        if self.cleared is not None:
            self.cleared()

    def action_complete(self, by: int = 1) -> None:
        """Complete the word as far as it is clear; then take one candidate after the other."""
        if self._cycle is not None:
            self._cycle = self._cycle.next(by)
            text = self._cycle.line or self.value
        else:
            text, self._cycle = complete(self.value, candidates(self.value, self.values()), None)
        self._completed = text
        self.value = text
        self.cursor_position = len(text)
        self._tell()

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._cycle is not None and self.value != self._completed:
            self._cycle = None
            self._tell()

    def on_blur(self) -> None:
        """Begin anew the next time."""
        self._cycle = None

    def _tell(self) -> None:
        if self.candidates is not None:
            self.candidates(self._cycle)
