"""The application: themes, updates from the console, questions that concern no screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.events import AppBlur, AppFocus
from textual.message import Message as Event
from textual.screen import Screen

from ovmtui.model.job import JobEvent
from ovmtui.runtime.interface import (
    BatchChanged,
    Console,
    HostKeyQuestion,
    JobChanged,
    KeyChange,
    MessageRaised,
    SnapshotChanged,
    Update,
)
from ovmtui.ui.desk import Changes, Desk, Message, Replay
from ovmtui.ui.harmless import Harmless
from ovmtui.ui.notices import ends
from ovmtui.ui.palette import WithPalette
from ovmtui.ui.preferences import Personal
from ovmtui.ui.ringing import Ringing
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.screens.home import HomeScreen
from ovmtui.ui.screens.host_key_changed import host_key_screen
from ovmtui.ui.screens.unfinished import UnfinishedScreen
from ovmtui.ui.theming import DEFAULT_THEME
from ovmtui.ui.widgets.filter_input import FilterInput

_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
"""From so many columns a class: the output has its place below or beside the machines."""


class Updated(Event, bubble=False):
    """Something is new; what it is waits in the application, so one of these is enough."""

    def can_replace(self, message: Event) -> bool:
        """Take the place of one that was not handled yet."""
        return isinstance(message, Updated)


class OvmtuiApp(Harmless[None], WithPalette, Ringing):
    """The console's screens on a running console."""

    TITLE = "ovmtui"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/base.tcss", "screens/home.tcss"]
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    # Quitting is `q` of the main screen, which asks when jobs run.
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q,ctrl+c", "how_to_quit", show=False)]

    def __init__(
        self,
        console: Console,
        *,
        theme: str = DEFAULT_THEME,
        theme_is_asked_for: bool = False,
        read_only: bool = False,
        replay: Replay | None = None,
        personal: Personal | None = None,
        painted: Callable[[], None] | None = None,
    ) -> None:
        """Show `console`; NO_COLOR in the environment takes precedence over `theme`.

        `replay` is set when the console is a recording; `personal` is what the operator
        has chosen before; `painted` is called once the first screen is on the terminal.
        The theme that is remembered goes before `theme`, unless that one is asked for
        expressly.
        """
        personal = personal or Personal()
        remembered = "" if theme_is_asked_for else personal.preferences.theme
        super().__init__(remembered or theme, files=personal.themes, ascii_only=personal.ascii)
        self.animation_level = "none"
        self.desk = Desk(
            console,
            read_only=read_only,
            colour=self.colour,
            themes=self.theme_names,
            personal=personal,
            style=self.style_of,
            show=self._show,
            replay=replay,
        )
        self.desk.set_theme = self.set_theme
        self.desk.next_theme = self.next_theme
        self.desk.repaint = self.repaint
        self.set_keymap(personal.keymap.keys)
        self.home = HomeScreen(self.desk)
        """The main screen, at the bottom of the stack."""
        self._painted = painted
        self._unsubscribe: Callable[[], None] | None = None
        self._snapshot_is_new = False
        self._events: list[JobEvent] = []
        self._batches: set[str] = set()
        self._said: list[Message] = []
        self._asks_to_go_on = False
        self._host_keys: deque[HostKeyQuestion | KeyChange] = deque()

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return self.home

    def on_mount(self) -> None:
        """Listen to the console until the end."""
        self.watch_the_terminal()
        if self._painted is not None:
            self.call_after_refresh(self._painted)
        self._unsubscribe = self.desk.console.subscribe(self._listen)
        for problem in self.theme_problems:
            self.desk.say(problem, "warning")
        if not self.desk.read_only:
            self._look_for_stopped_jobs()

    @work
    async def _look_for_stopped_jobs(self) -> None:
        if problem := await self.desk.stopped.look():
            self.desk.say(problem, "error")
        self._asks_to_go_on = bool(self.desk.stopped.jobs)
        self.post_message(Updated())

    def on_unmount(self) -> None:
        """Listen no longer."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    def on_app_focus(self, event: AppFocus) -> None:
        """Somebody looks again."""
        self.desk.console.set_attention(focused=True)

    def on_app_blur(self, event: AppBlur) -> None:
        """Nobody looks."""
        self.desk.console.set_attention(focused=False)

    def on_updated(self, event: Updated) -> None:
        """Tell the screens, the lowest first, what is new."""
        if not self.screen_stack:
            # The program ends: what came last finds nobody to tell.
            return
        changes = Changes(self._snapshot_is_new, tuple(self._events))
        self._snapshot_is_new = False
        self._events.clear()
        notices = tuple(ends(self.desk, changes.events, self._batches))
        self._batches.clear()
        for screen in tuple(self.screen_stack):
            if isinstance(screen, ActionScreen) and screen.is_ready:
                screen.updated(changes)
        for message in self._said:
            self.desk.say(message.text, message.severity, at=message.at)
        self._said.clear()
        for notice in notices:
            self.desk.say(notice.text, notice.severity)
        if loud := [notice.text for notice in notices if notice.rings]:
            self.ring("; ".join(loud))
        self._next_host_key()
        self._ask_to_go_on()

    def _ask_to_go_on(self) -> None:
        """Ask once about stopped jobs: when the pool is known, and nobody types elsewhere."""
        nodes = self.desk.console.shown.nodes.values()
        known = all(node.certain or node.problem or node.list_problem for node in nodes)
        busy = not isinstance(self.screen, HomeScreen) or isinstance(self.focused, FilterInput)
        if self._asks_to_go_on and known and not busy:
            self._asks_to_go_on = False
            self.push_screen(
                UnfinishedScreen(self.desk), lambda job: self.home.follow(job) if job else None
            )

    def action_how_to_quit(self) -> None:
        """Say how to leave, for those who expect a ctrl chord to do it."""
        self.desk.say(f"{self.desk.key_of('console.quit')} quits, from the main screen")

    def _listen(self, update: Update) -> None:
        # Called from the console's own tasks: what touches the screens waits for `on_updated`.
        match update:
            case SnapshotChanged():
                self._snapshot_is_new = True
            case JobChanged(events=events):
                self._events.extend(events)
            case BatchChanged(batch=batch):
                self._batches.add(batch)
            case MessageRaised(text=text, severity=severity, at=at):
                self._said.append(Message(text, severity, at))
            case HostKeyQuestion() | KeyChange() if update not in self._host_keys:
                self._host_keys.append(update)
                self.desk.host_keys[update.node] = update
        self.post_message(Updated())

    def _next_host_key(self) -> None:
        """Ask, but never over a page whose keys somebody may be about to press."""
        if self._host_keys and isinstance(self.screen, HomeScreen):
            screen = host_key_screen(self.desk, self._host_keys[0])
            self.push_screen(screen, self._host_key_done)

    def _host_key_done(self, _: None) -> None:
        self._host_keys.popleft()
        self.post_message(Updated())

    def _fatal_error(self) -> None:
        """End without Textual's pages of traceback: `failure` is told by who runs this."""
        self._close_messages_no_wait()

    @property
    def failure(self) -> Exception | None:
        """What ended the application, when that was an error of ours."""
        return self._exception

    def theme_taken(self) -> None:
        """Paint what is painted by ourselves with the new theme."""
        self.home.theme_changed()

    def said(self, text: str, severity: str = "information") -> None:
        """Say something about themes."""
        self.desk.say(text, severity)

    @property
    def rings(self) -> bool:
        """Whether the end of a watched job rings."""
        return self.desk.preferences.bell

    def theme_chosen(self, name: str) -> None:
        """Keep the theme for the next start."""
        self.desk.remember(theme=name)

    def _show(self, message: Message) -> None:
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(screen, ActionScreen) and screen.is_ready:
            screen.say(message)
