"""What all screens share: the console behind them, what was said, and the styles."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.style import Style

from ovmtui.model.job import JobEvent
from ovmtui.model.text import visible
from ovmtui.plan.plan import Plan
from ovmtui.runtime.interface import Console
from ovmtui.ui.actions import in_scope
from ovmtui.ui.situation import Action, Scope
from ovmtui.ui.stopped import StoppedJobs

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


@dataclass(slots=True)
class Desk:
    """Handed to each screen; one for the whole console."""

    console: Console
    read_only: bool
    colour: bool
    """False when NO_COLOR is set."""
    style: Callable[[str], Style]
    """The style of a role in the present theme."""
    themes: tuple[str, ...]
    """Names of the themes to choose from."""
    show: Callable[[Message], None]
    """Puts a message on the screen that is on top."""
    replay: Replay | None = None
    """Set while a recording is shown."""
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=_KEPT_MESSAGES))
    stopped: StoppedJobs = field(init=False)
    """Jobs that an earlier console left without an end."""

    def __post_init__(self) -> None:
        """Begin without any stopped job."""
        self.stopped = StoppedJobs(self.console)

    def actions_of(self, scope: Scope) -> Sequence[Action]:
        """Return the actions that exist on a screen of this console."""
        return in_scope(scope, read_only=self.read_only, replaying=self.replay is not None)

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
