"""A line to type into."""

from __future__ import annotations

from textual.reactive import reactive
from textual.widgets import Input


class Field(Input):
    """Has a steady cursor: a blinking one sends bytes for as long as somebody thinks."""

    cursor_blink = reactive(False, init=False)
