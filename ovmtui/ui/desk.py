"""What all screens share: the console behind them, what was said, and the styles."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from rich.style import Style
from textual.color import Color

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import EventKind, JobEvent
from ovmtui.model.snapshot import PoolView, Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import VmState
from ovmtui.plan.plan import Plan
from ovmtui.runtime.interface import Console, HostKeyQuestion, KeyChange
from ovmtui.ui.actions import by_id, in_scope
from ovmtui.ui.preferences import Personal, Preferences
from ovmtui.ui.situation import Action, Scope
from ovmtui.ui.stopped import StoppedJobs
from ovmtui.ui.viewmodel.alerts import Alert, alerts
from ovmtui.ui.viewmodel.trends import Trends

_KEPT_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of the message line."""

    text: str
    severity: str
    """`information`, `warning` or `error`."""
    at: float
    """Wall-clock time, seconds since the epoch."""

    @property
    def role(self) -> str:
        """How it is styled."""
        return {"warning": "warn", "error": "danger"}.get(self.severity, "text")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since the screens were told last."""

    snapshot: bool = False
    events: tuple[JobEvent, ...] = ()
    """New events of all jobs, in the order in which they came."""

    @property
    def is_output(self) -> bool:
        """Whether they are nothing but lines that commands have printed."""
        kinds = {event.kind for event in self.events}
        return not self.snapshot and kinds == {EventKind.OUTPUT}


class Replay(Protocol):
    """A recording that is shown."""

    @property
    def status(self) -> str:
        """Where it is."""
        ...

    def toggle(self) -> None:
        """Pause, or go on."""
        ...

    def seek(self, seconds: float) -> None:
        """Go so many seconds forward, or back when negative."""
        ...


def _no_theme(name: str) -> None:
    """Keep the theme: what a desk without an application does."""


def _nothing() -> None:
    """Do nothing: what a desk without an application does."""


@dataclass(slots=True)
class Desk:
    """Handed to each screen; one for the whole console."""

    console: Console
    read_only: bool
    colour: bool
    """False when NO_COLOR is set."""
    style: Callable[[str], Style]
    """The style of a role in the present theme."""
    themes: list[str]
    """Names of the themes to choose from."""
    show: Callable[[Message], None]
    """Puts a message on the screen that is on top."""
    replay: Replay | None = None
    """Set while a recording is shown."""
    personal: Personal = field(default_factory=Personal)
    """What belongs to the operator: keys, and what to remember."""
    trends: Trends = field(default_factory=Trends)
    """How busy machines and nodes were lately."""
    silent: set[str] = field(default_factory=set)
    """Jobs at whose end the bell does not ring."""
    told: set[str] = field(default_factory=set)
    """Batches whose end was told."""
    host_keys: dict[NodeKey, HostKeyQuestion | KeyChange] = field(default_factory=dict)
    """What was asked about host keys, and is not answered."""
    set_theme: Callable[[str], None] = _no_theme
    """Takes another theme."""
    next_theme: Callable[[], None] = _nothing
    """Takes the theme after the present one."""
    repaint: Callable[[], None] = _nothing
    """Sends everything to the terminal anew."""
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=_KEPT_MESSAGES))
    preferences: Preferences = field(init=False)
    """What is remembered."""
    stopped: StoppedJobs = field(init=False)
    """Jobs that an earlier console left without an end."""
    _actions: dict[Scope, tuple[Action, ...]] = field(init=False, default_factory=dict)
    _alerts: tuple[Snapshot, tuple[Alert, ...]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Begin without any stopped job."""
        self.stopped = StoppedJobs(self.console)
        self.preferences = self.personal.preferences

    def actions_of(self, scope: Scope) -> Sequence[Action]:
        """Return the actions that exist on a screen of this console, with their keys."""
        if scope not in self._actions:
            there = in_scope(scope, read_only=self.read_only, replaying=self.replay is not None)
            key = self.personal.keymap.key
            self._actions[scope] = tuple(replace(a, key=key(a.id, a.key)) for a in there)
        return self._actions[scope]

    def key_of(self, id: str) -> str:
        """Return the key of an action, as a person reads it."""
        action = by_id(id)
        return replace(action, key=self.personal.keymap.key(id, action.key)).key_shown

    @property
    def alerts(self) -> Sequence[Alert]:
        """What needs a look, worked out anew when more is new than times and measures."""
        snapshot = self.console.shown
        if self._alerts is None or not snapshot.is_but_measured_anew(self._alerts[0]):
            found = alerts(snapshot)
        else:
            found = self._alerts[1]
        # With the newest snapshot, so that the next who asks compares nothing.
        self._alerts = (snapshot, found)
        under_way = {job.vm for job in self.console.jobs if job.running}
        # That a machine moves which was told to needs no look.
        return tuple(a for a in found if not _is_ordered(a, snapshot, under_way))

    def band(self, pool: PoolView) -> Style:
        """Return the style of the band that warns of a pool: in its own colour, if it has one."""
        if pool.colour is None or not self.colour:
            return self.style("danger") + Style(reverse=True)
        background = Color.parse(pool.colour).rich_color
        return Style(bgcolor=background, color="black", bold=True)

    def remember(self, **changes: Any) -> None:
        """Keep what was chosen for the next start."""
        new = replace(self.preferences, **changes)
        if new != self.preferences:
            self.preferences = new
            self.personal.save(new)

    def plan(self, job: str) -> Plan | None:
        """Return the plan of a job: what a question's choices mean; None when it has none here."""
        try:
            return self.console.plan_of(job)
        except KeyError:
            return None

    def say(self, text: str, severity: str = "information", *, at: float | None = None) -> None:
        """Show a sentence in the message line and keep it for the message page."""
        wall = self.console.wall() if at is None else at
        message = Message(visible(text), severity, wall)
        self.messages.append(message)
        self.show(message)


def _is_ordered(alert: Alert, snapshot: Snapshot, under_way: Container[VmKey]) -> bool:
    """Whether an alert tells of a migration that is under way in this console."""
    if alert.vm is None or alert.vm not in under_way or alert.severity != "warn":
        return False
    vm = snapshot.vms.get(alert.vm)
    return vm is not None and vm.state is VmState.MIGRATING
