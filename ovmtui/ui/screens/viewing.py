"""Filter, order and marks of the main screen."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from textual import on
from textual.widgets import Input

from ovmtui.model.identity import VmKey
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.listing import Picker
from ovmtui.ui.screens.machine_actions import MachineActions
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.rows import Rows
from ovmtui.ui.viewmodel.view import ViewState
from ovmtui.ui.widgets.filter_input import FilterInput
from ovmtui.ui.widgets.grid import Grid


class Viewing(MachineActions):
    """Keeps what the operator has chosen to see."""

    def __init__(self, desk: Desk) -> None:
        """Begin with every machine, by name."""
        super().__init__(desk)
        self.view = ViewState()
        self.rows: Rows | None = None
        """What the grid shows; None before the first time."""

    @abstractmethod
    def redraw(self) -> None:
        """Show the newest snapshot as it is to be viewed."""

    @property
    def marks(self) -> frozenset[VmKey]:
        """The marked machines, hidden ones included."""
        return self.view.marks

    def do_filter(self) -> None:
        """Open the filter line."""
        self.query_one("#filtering").add_class("-open")
        field = self.query_one("#filter", FilterInput)
        field.kept = self._filter_kept
        field.value = self.view.filter_text
        # Not `focus()`, which comes later: the next key is a part of the filter already.
        self.set_focus(field)

    def do_out(self) -> None:
        """Go one step out: filter line, filter, marks."""
        filtering = self.query_one("#filtering")
        if filtering.has_class("-open") or self.view.filter_text:
            self._close_filter()
            self.set_filter("")
        elif self.view.marks:
            self.set_view(replace(self.view, marks=frozenset()))
        self.set_focus(self.query_one(Grid))

    def do_sort(self) -> None:
        """Choose the order; the present one again turns it round."""
        choices = [(column.id, column.heading) for column in COLUMNS if column.heading.strip()]
        picker = Picker(
            self.desk, title="sort by", choices=choices, aside="the same again: other way round"
        )
        self.app.push_screen(picker, self._sort)

    def do_mark(self) -> None:
        """Mark the machine under the cursor, or take its mark off, and step down."""
        key = self.query_one(Grid).cursor
        if key is None:
            return
        self.set_view(replace(self.view, marks=self.view.marks ^ {key}))
        assert self.rows is not None
        keys = [row.key for row in self.rows.rows]
        if key in keys[:-1]:
            self.query_one(Grid).move_to(keys[keys.index(key) + 1])

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        self.set_filter(event.value)

    def _filter_kept(self) -> None:
        self._close_filter()
        self.set_focus(self.query_one(Grid))

    def _close_filter(self) -> None:
        self.query_one("#filtering").remove_class("-open")

    def set_filter(self, text: str) -> None:
        """Show only what fits `text`; empty shows everything."""
        if text != self.view.filter_text:
            self.set_view(replace(self.view, filter_text=text))

    def set_view(self, view: ViewState) -> None:
        """Show what `view` says."""
        self.view = view
        self.redraw()

    def _sort(self, column: str | None) -> None:
        if column is not None:
            same = column == self.view.sort
            self.set_view(
                replace(self.view, sort=column, descending=same and not self.view.descending)
            )
