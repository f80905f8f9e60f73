"""A page that is a list to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import on
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Changes, Desk
from ovmtui.ui.screens.base import ActionScreen, Heading, ResultT
from ovmtui.ui.screens.choosing import KEYS, choice_bindings, key_of_line
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.hanging import hung
from ovmtui.ui.widgets.line import Line
from ovmtui.ui.widgets.moving import Choices


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list."""

    id: str
    text: Text
    enabled: bool = True


class ListScreen(ActionScreen[ResultT]):
    """Shows items under a title; the cursor stays on its item when they change."""

    begins_on: str | None = None
    """Id of the item that the cursor begins on; None: the first one."""

    def __init__(self, desk: Desk, *, empty: str) -> None:
        """Show `empty` while there is no item."""
        super().__init__(desk)
        self._empty = empty
        self._shown: tuple[tuple[Item, ...], str] | None = None

    def body(self) -> Iterable[Widget]:
        """Return title, rule, column heads and list."""
        yield Heading(id="heading")
        yield Static(id="rule")
        yield Line(id="columns")
        yield Choices(id="list", markup=False)

    def title_text(self) -> tuple[str, str]:
        """Return the title and what stands at its right."""
        raise NotImplementedError

    def columns(self) -> Text:
        """Return the heads of the columns."""
        raise NotImplementedError

    def items(self) -> Sequence[Item]:
        """Return what there is to choose from."""
        raise NotImplementedError

    def choose(self, id: str) -> None:
        """Take the item called `id`."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        self.query_one(OptionList).focus()
        self.redraw()
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Draw anew for the new width."""
        super().on_resize()
        self.call_after_refresh(self.redraw)

    def updated(self, changes: Changes) -> None:
        """Show things as they are now."""
        self.redraw()

    @property
    def highlighted(self) -> str | None:
        """Id of the item under the cursor."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return None
        return options.get_option_at_index(options.highlighted).id

    def hung(self, head: Text, tail: Text, *, below: bool = False) -> Text:
        """Return a line whose end, where it is too long, goes on below its own beginning."""
        width = self.query_one(OptionList).scrollable_content_region.width
        return hung(head, tail, width=width or self.size.width, below=below)

    def redraw(self) -> None:
        """Show title and items as they are now."""
        if not self.is_ready:
            return
        self.query_one(Heading).show(self.desk, *self.title_text())
        heads, columns = self.columns(), self.query_one("#columns", Line)
        columns.set_text(Text(" ").append_text(heads))
        columns.display = bool(heads)
        items = tuple(self.items())
        if (items, self.empty_text()) != self._shown:
            self._fill(items)
        self.refresh_bar()

    def empty_text(self) -> str:
        """Return what is said while there is no item."""
        return self._empty

    def _fill(self, items: tuple[Item, ...]) -> None:
        options = self.query_one(OptionList)
        kept = self.begins_on if self._shown is None else self.highlighted
        self._shown = (items, self.empty_text())
        options.clear_options()
        options.add_options(Option(i.text, id=i.id, disabled=not i.enabled) for i in items)
        if not items:
            options.add_option(
                Option(Text(self.empty_text(), self.desk.style("dim")), disabled=True)
            )
        usable = [index for index, item in enumerate(items) if item.enabled]
        again = [index for index in usable if items[index].id == kept]
        options.highlighted = next(iter(again or usable), None)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        if event.option.id is not None:
            self.choose(event.option.id)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self.refresh_bar()


def cell(text: str, width: int, *, right: bool = False) -> str:
    """Return `text`, made visible, cut or filled to `width` columns and a blank."""
    shown = visible(text)
    length = cell_len(shown)
    if length > width:
        shown = set_cell_size(shown, width - 1) + "…"
    filling = " " * max(0, width - length)
    return f"{filling}{shown} " if right else f"{shown}{filling} "


class Picker(ListScreen[str]):
    """Lets one of some words be chosen; gives it."""

    SCOPE = Scope.PICKER
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(Scope.PICKER), *choice_bindings()]

    def __init__(
        self,
        desk: Desk,
        *,
        title: str,
        choices: Sequence[tuple[str, str]],
        aside: str = "",
        present: str | None = None,
    ) -> None:
        """Offer `choices`: what is given, and what is shown; begin on the `present` one."""
        super().__init__(desk, empty="nothing to choose from")
        self.begins_on = present
        self._title = title
        self._aside = aside
        self._choices = choices

    def title_text(self) -> tuple[str, str]:
        """Return the title."""
        return self._title, self._aside

    def columns(self) -> Text:
        """Return no heads: the words explain themselves."""
        return Text()

    def items(self) -> Sequence[Item]:
        """Return the choices."""
        style = self.desk.style
        return [
            Item(
                given,
                Text()
                .append(key_of_line(number), style("accent"))
                .append(visible(shown), style("text")),
            )
            for number, (given, shown) in enumerate(self._choices)
        ]

    def action_pick(self, key: str) -> None:
        """Give the choice that has this key."""
        number = KEYS.index(key)
        if number < len(self._choices):
            self.dismiss(self._choices[number][0])

    def choose(self, id: str) -> None:
        """Give the choice."""
        self.dismiss(id)

    def do_choose(self) -> None:
        """Give the highlighted choice."""
        if self.highlighted is not None:
            self.dismiss(self.highlighted)
