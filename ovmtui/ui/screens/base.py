"""What all screens have in common: actions from the table, the two lines at the bottom."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar, TypeVar

from rich.console import Console as Terminal
from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from ovmtui.model.text import visible
from ovmtui.plan.evacuation import Move
from ovmtui.ui import actions
from ovmtui.ui.desk import Changes, Desk, Message
from ovmtui.ui.screens.slices import take_all
from ovmtui.ui.situation import Action, Scope, Situation
from ovmtui.ui.widgets.action_bar import ActionBar
from ovmtui.ui.widgets.line import Line
from ovmtui.ui.widgets.message_line import MessageLine
from ovmtui.ui.widgets.moving import Scrolled

ResultT = TypeVar("ResultT")


class ActionScreen(Screen[ResultT]):
    """A screen whose keys, action bar and help come from the table of actions.

    A subclass sets `SCOPE` and `BINDINGS = bindings(SCOPE)`, and has a method
    `do_…` for each action of that scope.
    """

    SCOPE: ClassVar[Scope]

    def __init__(self, desk: Desk) -> None:
        """Remember what all screens share."""
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        """Give the body, and below it the message line and the action bar."""
        yield from self.body()
        yield MessageLine(style=self.desk.style, id="message")
        yield ActionBar(id="bar")

    def body(self) -> Iterable[Widget]:
        """Return the widgets above the message line."""
        raise NotImplementedError

    def situation(self) -> Situation:
        """Return what decides which actions are possible."""
        return Situation()

    def updated(self, changes: Changes) -> None:
        """Take note of what is new; a screen that shows nothing live does nothing."""

    def say(self, message: Message) -> None:
        """Show a message."""
        self.query_one(MessageLine).say(message)

    @property
    def offered(self) -> Sequence[Action]:
        """The actions that exist here."""
        return self.desk.actions_of(self.SCOPE)

    @property
    def is_ready(self) -> bool:
        """Whether its parts are there: not before they are made, nor while they are taken down."""
        return self.is_mounted and self.display

    @property
    def in_bar(self) -> Sequence[Action]:
        """The actions whose keys are shown, the most needed first."""
        return sorted(self.offered, key=lambda action: action.rank)

    def refresh_bar(self) -> None:
        """Show the keys that do something now."""
        if not self.is_ready:
            return
        situation = self.situation()
        possible = [a for a in self.in_bar if a.bar and a.obstacle(situation) is None]
        self.query_one(ActionBar).show(possible, style=self.desk.style)

    def on_mount(self) -> None:
        """Fill the action bar once the screen has a size."""
        self.call_after_refresh(self.refresh_bar)

    def on_screen_resume(self) -> None:
        """Come back from another screen."""
        self.call_after_refresh(self.refresh_bar)

    def on_resize(self) -> None:
        """Fit the action bar into the new width."""
        self.call_after_refresh(self.refresh_bar)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what is not there at all in read-only mode, its key included."""
        if action == "do" and parameters:
            return any(action.id == parameters[0] for action in self.offered)
        return super().check_action(action, parameters)

    def action_do(self, id: str) -> None:
        """Do an action of the table, or say why it is not possible now."""
        action = next((action for action in self.offered if action.id == id), None)
        if action is None:
            self.desk.say("this console is read-only", "warning")
            return
        obstacle = action.obstacle(self.situation())
        if obstacle is not None:
            self.desk.say(f"{action.key_shown} {action.label}: {obstacle}", "warning")
            return
        getattr(self, action.method)()

    def plan_one_by_one(
        self, moves: Iterator[Move], then: Callable[[Sequence[Move]], None], *, count: int
    ) -> None:
        """Plan `count` machines and call `then`; many of them while keys go on to be heard."""
        take_all(
            self,
            moves,
            tell=lambda done: self.desk.show(
                Message(f"planning: {done} of {count}", "information", self.desk.console.wall())
            ),
            then=then,
        )

    def do_help(self) -> None:
        """Show the keys of this screen."""
        from ovmtui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.desk, self.SCOPE))

    def do_leave(self) -> None:
        """Go one step out."""
        self.dismiss(None)


class Heading(Line):
    """The title of a page, with something about it at the right."""

    def show(self, desk: Desk, title: str, aside: str = "") -> None:
        """Show `title` and, where there is room, `aside`."""
        text = Text(" ")
        text.append(visible(title), desk.style("accent"))
        room = self.size.width - text.cell_len - len(visible(aside)) - 1
        if aside and room > 1:
            text.append(" " * room)
            text.append(visible(aside), desk.style("dim"))
        self.set_text(text)


class Page(ActionScreen[ResultT]):
    """A screen that fills the terminal with one scrolling text under a title."""

    SCOPE = Scope.PAGE
    BINDINGS = actions.bindings(Scope.PAGE)

    def body(self) -> Iterable[Widget]:
        """Return title, rule and text."""
        yield Heading(id="heading")
        yield Static(id="rule")
        yield Scrolled(Static(id="text"), id="page")

    def title_text(self) -> tuple[str, str]:
        """Return the title and what stands at its right."""
        raise NotImplementedError

    def content(self) -> RenderableType:
        """Return the page's text."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Show the text and let the arrow keys scroll it."""
        super().on_mount()
        self.query_one("#page").focus()
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Draw anew for the new width."""
        super().on_resize()
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Show the page as things are now."""
        if not self.is_ready:
            return
        self.query_one(Heading).show(self.desk, *self.title_text())
        self.query_one("#text", Static).update(self.content())
        self.refresh_bar()

    def plain(self) -> str:
        """Return the page as text, for copying."""
        return plain(self.content(), width=max(80, self.size.width))

    def do_copy(self) -> None:
        """Copy the page."""
        self.app.copy_to_clipboard(self.plain())
        self.desk.say("the page is copied")


def plain(content: RenderableType, *, width: int) -> str:
    """Return `content` as text of `width` columns without trailing blanks."""
    terminal = Terminal(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with terminal.capture() as captured:
        terminal.print(content)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
