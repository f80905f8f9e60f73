"""Marks: by identity, one by one, in ranges, all that is shown, and the other way round."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from ovmtui.model.identity import VmKey
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.page_actions import PageActions
from ovmtui.ui.viewmodel.rows import Rows
from ovmtui.ui.viewmodel.view import ViewState
from ovmtui.ui.widgets.grid import Grid
from ovmtui.ui.widgets.message_line import MessageLine


class Marking(PageActions):
    """Keeps what is marked, shown or not."""

    def __init__(self, desk: Desk) -> None:
        """Begin as the operator left it, without marks."""
        super().__init__(desk)
        self.view = desk.preferences.view
        self.rows: Rows | None = None
        """What the grid shows; None before the first time."""
        self._last_marked: VmKey | None = None
        self._told = ""
        """How many are marked, as it was said last."""

    @abstractmethod
    def set_view(self, view: ViewState) -> None:
        """Show what `view` says."""

    @property
    def marks(self) -> frozenset[VmKey]:
        """The marked machines, hidden ones included."""
        return self.view.marks

    @property
    def hidden_marks(self) -> Sequence[str]:
        """Names of the marked machines that the filter hides."""
        return self.rows.hidden_marks if self.rows is not None else ()

    def do_one(self) -> None:
        """Mark the machine under the cursor, or take its mark off, and step down."""
        key = self.query_one(Grid).cursor
        if key is None:
            return
        self._last_marked = key
        self._mark(self.marks ^ {key})
        shown = self._shown
        if key in shown[:-1]:
            self.query_one(Grid).move_to(shown[shown.index(key) + 1])

    def do_range(self) -> None:
        """Mark everything from the machine that was marked last to the one under the cursor."""
        if self._filter_is_wrong():
            return
        key, shown = self.query_one(Grid).cursor, self._shown
        if key is None or key not in shown:
            return
        start = self._last_marked if self._last_marked in shown else key
        first, last = sorted((shown.index(start), shown.index(key)))
        self._last_marked = key
        self._mark(self.marks | set(shown[first : last + 1]))

    def do_all(self) -> None:
        """Mark everything that is shown."""
        if self._filter_is_wrong():
            return
        self._mark(self.marks | set(self._shown))

    def do_invert(self) -> None:
        """Mark what is shown and not marked, and the other way round."""
        if self._filter_is_wrong():
            return
        self._mark(self.marks ^ set(self._shown))

    def do_none(self) -> None:
        """Take every mark off, hidden ones too."""
        self._mark(frozenset())

    def _filter_is_wrong(self) -> bool:
        """Whether what is shown is not what was meant; that is told."""
        wrong = self.rows.error if self.rows is not None else None
        if wrong is not None:
            self.desk.say(f"nothing is marked, the filter is wrong: {wrong.message}", "warning")
        return wrong is not None

    @property
    def _shown(self) -> list[VmKey]:
        return list(self.rows.keys) if self.rows is not None else []

    def _mark(self, marks: frozenset[VmKey]) -> None:
        before = len(self.marks)
        self.set_view(replace(self.view, marks=marks))
        if abs(len(marks) - before) > 1:
            hidden = len(self.hidden_marks)
            aside = f", {hidden} of them hidden by the filter" if hidden else ""
            self._told = f"{len(marks)} marked{aside}"
            self.desk.say(self._told)

    def withdraw_count(self) -> None:
        """Take back what was said of the marks: they are others now, or others are hidden."""
        if self._told:
            self.query_one(MessageLine).withdraw(self._told)
            self._told = ""
