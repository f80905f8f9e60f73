"""Filter, order, groups and columns of the main screen; remembered until the next start."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.events import DescendantFocus
from textual.widgets import Input

from ovmtui.ui.screens.columns import ColumnsScreen
from ovmtui.ui.screens.listing import Picker
from ovmtui.ui.screens.marking import Marking
from ovmtui.ui.situation import Action, Scope
from ovmtui.ui.viewmodel import filters
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.completion import values_of
from ovmtui.ui.viewmodel.cycling import Cycle
from ovmtui.ui.viewmodel.view import GROUPS, ViewState
from ovmtui.ui.widgets.candidates import CandidateLine
from ovmtui.ui.widgets.filter_input import FilterInput
from ovmtui.ui.widgets.grid import Grid

_GROUPS = {"node": "by node", "pool": "by pool", "ha": "by HA", "state": "by state"}


class Viewing(Marking):
    """Keeps what the operator has chosen to see."""

    @abstractmethod
    def redraw(self) -> None:
        """Show the newest snapshot as it is to be viewed."""

    def do_filter(self) -> None:
        """Open the filter line."""
        self.query_one("#filtering").add_class("-open")
        field = self.query_one("#filter", FilterInput)
        field.kept, field.cleared = self._filter_kept, self.do_out
        field.values = lambda: values_of(self.desk.console.shown)
        field.candidates = self._show_candidates
        field.style_of = self.desk.style
        field.value = self.view.filter_text
        # Not `focus()`, which comes later: the next key is a part of the filter already.
        self.set_focus(field)
        self.refresh_bar()

    def do_out(self) -> None:
        """Go one step out: filter line, filter, marks."""
        filtering = self.query_one("#filtering")
        if filtering.has_class("-open") or self.view.filter_text:
            self._close_filter()
            if self.view.filter_text:
                self.desk.say(f"the filter {self.view.filter_text} is taken away")
            self.set_filter("")
        elif self.view.marks:
            self.do_none()
        self.set_focus(self.query_one(Grid))
        self.refresh_bar()

    @property
    def in_bar(self) -> Sequence[Action]:
        """The keys that do something: those of the filter line, while letters go there."""
        if isinstance(self.focused, FilterInput):
            return self.desk.actions_of(Scope.FILTER)
        return super().in_bar

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        self.refresh_bar()

    def do_sort(self) -> None:
        """Choose the order; the present one again turns it round."""
        choices = [
            (column.id, column.heading) for column in COLUMNS if column.id not in {"trend", "uuid"}
        ]
        picker = Picker(
            self.desk,
            title="sort by",
            choices=choices,
            aside="the same again: other way round",
            present=self.view.sort,
        )
        self.app.push_screen(picker, self.sort_by)

    def do_group(self) -> None:
        """Choose what the rows are grouped by."""
        choices = [("", "one list"), *((group, _GROUPS[group]) for group in GROUPS)]
        picker = Picker(self.desk, title="group", choices=choices, present=self.view.group)
        self.app.push_screen(picker, self.group_by)

    def do_columns(self) -> None:
        """Choose the columns."""
        self.app.push_screen(ColumnsScreen(self.desk, self.view.columns, self._set_columns))

    def do_keep(self) -> None:
        """Keep the filter under a digit."""
        if not self.view.filter_text:
            self.desk.say(f"there is no filter: {self.desk.key_of('view.filter')} begins one")
            return
        kept = self.desk.preferences.filters
        choices = [(digit, kept.get(digit, "-")) for digit in "123456789"]
        title = f"keep {self.view.filter_text} as"
        self.app.push_screen(Picker(self.desk, title=title, choices=choices), self._keep)

    def use_filter(self, digit: str) -> None:
        """Use a kept filter; the same again takes it away."""
        text = self.desk.preferences.filters.get(digit, "")
        if not text:
            keep = self.desk.key_of("filter.keep")
            self.desk.say(f"no filter is kept under {digit}: {keep} keeps the present one")
        else:
            self.set_filter("" if text == self.view.filter_text else text)

    def action_do(self, id: str) -> None:
        """Do an action; a digit's is all the same but for the digit."""
        if id.startswith("filter.use-"):
            self.use_filter(id.removeprefix("filter.use-"))
        else:
            super().action_do(id)

    def set_filter(self, text: str) -> None:
        """Show only what fits `text`; empty shows everything."""
        if text != self.view.filter_text:
            self.set_view(replace(self.view, filter_text=text))

    def set_view(self, view: ViewState) -> None:
        """Show what `view` says, and remember it."""
        before, self.view = self.view, view
        self.redraw()
        if (view.marks, view.filter_text) != (before.marks, before.filter_text):
            self.withdraw_count()
        self.desk.remember(
            filter_text=view.filter_text,
            sort=view.sort,
            descending=view.descending,
            columns=view.columns,
            group=view.group,
        )

    def sort_by(self, column: str | None) -> None:
        """Sort by a column; by the present one the other way round."""
        if column is not None:
            same = column == self.view.sort
            self.set_view(
                replace(self.view, sort=column, descending=same and not self.view.descending)
            )

    def group_by(self, group: str | None) -> None:
        """Group the rows; an empty name makes one list of them."""
        if group is not None:
            self.set_view(replace(self.view, group=group))

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        self.set_filter(event.value)

    def _filter_kept(self) -> None:
        # What fits a part of a filter is not what was meant.
        wrong = filters.parse(self.view.filter_text)
        if isinstance(wrong, filters.FilterError):
            self.desk.say(f"{wrong.message}; mend it, or ESC clears it", "warning")
            return
        self._close_filter()
        self.set_focus(self.query_one(Grid))

    def _close_filter(self) -> None:
        self.query_one("#filtering").remove_class("-open")
        self.query_one("#candidates", CandidateLine).show(None)

    def _show_candidates(self, cycle: Cycle | None) -> None:
        self.query_one("#candidates", CandidateLine).show(cycle, style=self.desk.style)

    def _set_columns(self, columns: tuple[str, ...]) -> None:
        self.set_view(replace(self.view, columns=columns))

    def _keep(self, digit: str | None) -> None:
        if digit:
            kept = {**self.desk.preferences.filters, digit: self.view.filter_text}
            self.desk.remember(filters=kept)
            self.desk.say(f"{digit} uses {self.view.filter_text}")
