"""The nodes of all pools in one line; those with a problem keep their words longest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.viewmodel.strip import LEVELS, NodeCell, node_cells
from ovmtui.ui.widgets.line import Line

Styles = Callable[[str], Style]

_GAP, _NARROW_GAP = "   ", "  "
_QUIET = {"ok", "text", "dim"}


class NodeStrip(Line):
    """Shows each node's symbol, name and figures, as much as fits."""

    def show(self, snapshot: Snapshot, *, wall_offset: float, style: Styles) -> None:
        """Show the nodes; `wall_offset` turns monotonic times into seconds since the epoch."""
        cells = node_cells(snapshot, wall_offset=wall_offset)
        self.set_text(_fitted(cells, self.size.width - 2, style))


def _fitted(cells: Sequence[NodeCell], room: int, style: Styles) -> Text:
    """Return the most that fits: all words, ever fewer, those of problems, names."""
    ways: list[Callable[[NodeCell], str]] = [partial(_level, level) for level in range(LEVELS)]
    for words in (*ways, _of_problems):
        for gap in (_GAP, _NARROW_GAP):
            if _length(cells, words, gap=gap, most=room) <= room:
                return _line(cells, words, style, gap=gap)
    # Not even the names fit: the ones with a problem come first.
    worst_first = sorted(cells, key=lambda cell: cell.role in _QUIET)
    # Each takes four columns at least: no more of them than can be seen are painted.
    text = _line(worst_first[: room // 4 + 1], _of_problems, style, gap=_NARROW_GAP)
    text.truncate(max(1, room), overflow="ellipsis")
    return text


def _level(level: int, cell: NodeCell) -> str:
    return cell.texts[level]


def _of_problems(cell: NodeCell) -> str:
    return "" if cell.role in _QUIET else cell.texts[-1]


def _length(
    cells: Sequence[NodeCell], words: Callable[[NodeCell], str], *, gap: str, most: int
) -> int:
    """Return the columns that `_line` would take; of what is longer than `most`, a part."""
    length = 1
    for number, cell in enumerate(cells):
        said = words(cell)
        length += cell_len(gap) if number else 0
        length += cell_len(cell.symbol) + 1 + cell_len(cell.name)
        length += cell_len(said) + 1 if said else 0
        if length > most:
            break
    return length


def _line(
    cells: Sequence[NodeCell], words: Callable[[NodeCell], str], style: Styles, *, gap: str
) -> Text:
    text = Text(" ")
    for number, cell in enumerate(cells):
        text.append(gap if number else "")
        text.append(f"{cell.symbol} ", style(cell.role))
        text.append(cell.name, style("text"))
        if said := words(cell):
            text.append(f" {said}", style("dim" if cell.role in _QUIET else cell.role))
    return text
