"""A running plan as a sequence of events, and what the events add up to.

Each event is written to the journal before anybody sees it. The state of a job is
nothing but the sum of its events (`advance`), so a screen, the command line and a
later start of the console read the same truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ovmtui.model.identity import VmKey


class EventKind(Enum):
    """What an event says."""

    PLAN = "plan"
    """The plan begins, or goes on after a break; `text` is its title."""
    GUARD = "guard"
    """A guard or check was evaluated; `text` says what was seen."""
    STEP = "step"
    """Step `step` begins (the intent); `text` is the command or the condition."""
    OUTPUT = "output"
    """A piece of a command's output, one line; `stream` says which."""
    LOCK = "lock"
    """The machine's lock: taken (`remote` is its holder), refused, or given back."""
    PROGRESS = "progress"
    """Something to show beside the step while it runs; not an outcome."""
    NOTE = "note"
    """A statement for the operator."""
    QUESTION = "question"
    """The plan waits for a choice; `choices` are the possible answers."""
    ANSWER = "answer"
    """The operator chose; `text` is the choice."""
    STEP_END = "step end"
    """Step `step` ended; `outcome` says how."""
    PLAN_END = "plan end"
    """The plan ended; `outcome` says how, `text` what is true now."""


class Level(Enum):
    """Severity, in the words of the log format."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Stream(Enum):
    """Which of a command's outputs a line came from."""

    STDOUT = "stdout"
    STDERR = "stderr"


class Outcome(Enum):
    """How a step or a plan ended."""

    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"
    """A guard did not hold; nothing more was done."""
    FAILED = "failed"
    """A command or a verification failed; `text` says where things stand."""
    UNKNOWN = "unknown"
    """The node was lost; what it did is not known."""
    CANCELLED = "cancelled"
    """The operator stopped waiting or aborted."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One thing that happened in a job."""

    job: str
    sequence: int
    """Counts from 1 within the job."""
    at: float
    """Wall-clock time, seconds since the epoch."""
    kind: EventKind
    text: str = ""
    step: int | None = None
    """Index of the step in the plan, from 0; None for a step that a choice added."""
    node: str | None = None
    level: Level = Level.INFO
    label: str = ""
    """The log label, such as `OVMGUEST1.OVM`."""
    stream: Stream | None = None
    outcome: Outcome | None = None
    exit_code: int | None = None
    seconds: float | None = None
    """Duration of a step or plan."""
    choices: tuple[str, ...] = ()
    remote: str = ""
    """Name of the detached job on the node that carries the command or the lock."""
    login: str = ""
    """Who is logged in on `node`, where the event is a command on it."""
    actor: str = ""
    """Who had a step begun, and where: another person may go on with a job."""


@dataclass(frozen=True, slots=True)
class JobState:
    """What a job's events add up to."""

    job: str
    title: str
    verb: str
    vm: VmKey
    vm_name: str
    steps: tuple[str, ...]
    """What each step does, for display."""
    started_at: float
    """Wall-clock time, seconds since the epoch."""
    outcomes: tuple[Outcome | None, ...] = ()
    """One for each step; None while it has not ended."""
    current: int | None = None
    """Index of the step that runs; None before the first and after the last."""
    progress: str = ""
    question: str = ""
    choices: tuple[str, ...] = ()
    """Possible answers; empty unless the plan waits for one."""
    outcome: Outcome | None = None
    """None while the job runs."""
    summary: str = ""
    ended_at: float | None = None
    last_sequence: int = 0

    @property
    def running(self) -> bool:
        """Whether the job has not ended."""
        return self.outcome is None


def advance(state: JobState, event: JobEvent) -> JobState:
    """Return the state after `event`."""
    state = replace(state, last_sequence=event.sequence)
    match event.kind:
        case EventKind.PLAN:
            # The first one changes nothing; a later one opens an ended job again.
            return replace(state, outcome=None, summary="", ended_at=None)
        case EventKind.STEP:
            current = state.current if event.step is None else event.step
            return replace(state, current=current, progress="")
        case EventKind.PROGRESS:
            return replace(state, progress=event.text)
        case EventKind.QUESTION:
            return replace(state, question=event.text, choices=event.choices)
        case EventKind.ANSWER:
            return replace(state, question="", choices=())
        case EventKind.STEP_END if event.step is not None:
            outcomes = list(state.outcomes or (None,) * len(state.steps))
            outcomes[event.step] = event.outcome
            return replace(state, outcomes=tuple(outcomes), progress="")
        case EventKind.PLAN_END:
            return replace(
                state,
                current=None,
                progress="",
                question="",
                choices=(),
                outcome=event.outcome,
                summary=event.text,
                ended_at=event.at,
            )
        case _:
            return state
