"""What all screens share: the console behind them, what was said, and the styles."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.style import Style

from ovmtui.model.job import JobEvent
from ovmtui.model.text import visible
from ovmtui.plan.plan import Plan
from ovmtui.runtime.interface import Console

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
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=_KEPT_MESSAGES))
    plans: dict[str, Plan] = field(default_factory=dict)
    """Plan of each job that was started here: what a question's choices mean."""

    def say(self, text: str, severity: str = "information", *, at: float | None = None) -> None:
        """Show a sentence in the message line and keep it for the message page."""
        wall = self.console.wall() if at is None else at
        message = Message(visible(text), severity, wall)
        self.messages.append(message)
        self.show(message)

    def run(self, plan: Plan) -> str:
        """Start `plan` and return the job's id.

        Raises:
            PlanRefused: another plan works on that machine, or acting is impossible.
        """
        job = self.console.run(plan)
        self.plans[job] = plan
        return job
