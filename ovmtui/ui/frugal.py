"""Writing to the terminal only what differs from what it shows already.

Textual paints a widget whole when its layout may have changed, and a page that comes up
several times over. Behind a slow line each of these costs a second; here a piece of a line
that is on the screen already is not sent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.events import Resize
from textual.screen import Screen
from textual.strip import Strip

ReturnType = TypeVar("ReturnType")
_Piece = tuple[int, int, Strip]
"""Line, column, and what is to stand there."""


class Shadow:
    """Knows what the terminal shows, piece by piece."""

    def __init__(self) -> None:
        """Know nothing: everything is sent."""
        self._lines: dict[int, dict[int, tuple[int, str]]] = {}

    def forget(self) -> None:
        """Know nothing any more: somebody else has written to the terminal."""
        self._lines.clear()

    def put(self, y: int, x: int, width: int, text: str) -> bool:
        """Take note of a piece; return whether it has to be sent."""
        line = self._lines.setdefault(y, {})
        end = x + width
        if line.get(x) == (end, text):
            return False
        for other in [at for at, (until, _) in line.items() if at < end and until > x]:
            del line[other]
        line[x] = (end, text)
        return True


class LeanUpdate(CompositorUpdate):
    """An update of Textual's, less what is on the screen already."""

    def __init__(self, update: LayoutUpdate | ChopsUpdate, shadow: Shadow) -> None:
        """Send of `update` what `shadow` does not know."""
        self._update = update
        self._shadow = shadow

    def render_segments(self, console: Console) -> str:
        """Return what is to be written; called only when it really is."""
        found = []
        update = self._update
        pieces = _of_layout(update) if isinstance(update, LayoutUpdate) else _of_chops(update)
        for y, x, strip in pieces:
            text = strip.render(console)
            if self._shadow.put(y, x, strip.cell_length, text):
                found.append(f"{Control.move_to(x, y).segment.text}{text}")
        return "".join(found)


def _of_layout(update: LayoutUpdate) -> Iterator[_Piece]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield y, x, strip
            x += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[_Piece]:
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
            if strip is None or x > last or end <= first:
                continue
            begin = max(x, first)
            inside = begin == x and end <= last
            yield y, begin, strip if inside else strip.crop(begin - x, min(end, last) - x)


class Frugal(App[ReturnType]):
    """An application that sends little."""

    _shadow: Shadow | None = None

    def repaint(self) -> None:
        """Send everything anew: what is on the terminal may be anything."""
        if self._shadow is not None:
            self._shadow.forget()
        self.refresh(layout=True)

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            if self._shadow is None:
                self._shadow = Shadow()
            renderable = LeanUpdate(renderable, self._shadow)
        super()._display(screen, renderable)  # type: ignore[arg-type]  # as it came

    async def _on_resize(self, event: Resize) -> None:
        """A terminal of another size may show anything."""
        if self._shadow is not None:
            self._shadow.forget()
        await super()._on_resize(event)
