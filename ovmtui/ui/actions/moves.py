"""How lists, the grid and the output are moved about in."""

from __future__ import annotations

from textual.binding import Binding, BindingType

# id, keys, the widget's action, help
MOVES: tuple[tuple[str, str, str, str], ...] = (
    ("move.up", "up,k", "step(-1)", "one line up"),
    ("move.down", "down,j", "step(1)", "one line down"),
    ("move.page-up", "pageup,ctrl+b", "page(-1)", "a page up"),
    ("move.page-down", "pagedown,ctrl+f", "page(1)", "a page down"),
    ("move.first", "home,g", "edge(-1)", "the first line"),
    ("move.last", "end,G", "edge(1)", "the last line"),
)
# id, keys, the output's action, help
OUTPUT: tuple[tuple[str, str, str, str], ...] = (
    ("output.search", "slash", "search", "search in the output"),
    ("output.next", "n", "find(1)", "the next match"),
    ("output.previous", "N", "find(-1)", "the match before"),
    ("output.times", "d", "times", "date and time of each line, or not"),
    ("output.save", "w", "save", "write it to a file"),
)


def move_bindings() -> list[BindingType]:
    """Return the bindings of a widget with `action_step`, `action_page` and `action_edge`."""
    return _bindings(MOVES)


def output_bindings() -> list[BindingType]:
    """Return the bindings of the output alone, which come before those of its screen."""
    return _bindings(OUTPUT)


def _bindings(table: tuple[tuple[str, str, str, str], ...]) -> list[BindingType]:
    return [Binding(keys, action, text, show=False, id=id) for id, keys, action, text in table]
