"""What an action is, where it exists, and what may stand in its way.

An action that is not possible now stays bound: its key says why (`Action.obstacle`).
One that is not there at all (a verb in read-only mode) has no key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ovmtui.model.identity import NodeKey
from ovmtui.model.job import JobState
from ovmtui.model.vm import Vm


class Scope(Enum):
    """The screen on which an action exists; the value is its heading in the help."""

    HOME = "Machines"
    PLAN = "Plan"
    SEVERAL = "Plans of several machines"
    BATCH = "Several machines under way"
    TARGETS = "Migration target"
    PICKER = "Choosing from a list"
    JOBS = "Jobs"
    UNFINISHED = "Stopped jobs"
    ALERTS = "Alerts"
    NODES = "Nodes"
    HISTORY = "History"
    DETAILS = "Details of a machine"
    COLUMNS = "Columns"
    SETTINGS = "Settings"
    CHECK = "Check"
    QUESTION = "Question of a job"
    COMMAND = "Command line"
    FILTER = "Filter line"
    FIND = "Finding by name"
    NAME = "Typing a name"
    HOST_KEY = "New host key"
    HOST_KEY_CHANGED = "Changed host key"
    YES = "Yes or no"
    HELP = "Help"
    PAGE = "Other pages"


class Group(Enum):
    """What an action is about; the value is its heading in the help."""

    REPLAY = "Replay of a recording"
    MACHINE = "Act on the marked machines, or the one under the cursor"
    NODE = "Act on the node of the machine under the cursor"
    JOB = "Jobs"
    VIEW = "What is shown"
    PAGES = "Other pages"
    MARKS = "Marks"
    FILTERS = "Kept filters"
    CONSOLE = "Console"
    HERE = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether an action is possible now."""

    vm: Vm | None = None
    """The machine under the cursor."""
    job: JobState | None = None
    """The running job of that machine."""
    question: JobState | None = None
    """The job that `answer` would open: the machine's own, else the oldest that asks."""
    stopped: JobState | None = None
    """On the list of jobs: the one under the cursor, when it may be gone on with."""
    colour: bool = True
    """Whether the terminal may be coloured."""
    filtered: bool = False
    marked: int = 0
    obstacle: str = ""
    """On a plan: what stands in the way of running it."""
    override_obstacle: str = ""
    """On a plan: why nothing can be overridden."""
    freeze_obstacle: str = ""
    """On a plan: why agents cannot be frozen first."""
    mend_obstacle: str = ""
    """On the check: why nothing can be run for the line under the cursor."""
    raw_obstacle: str = ""
    """On the details: why there is no vm.cfg to show."""
    node: NodeKey | None = None
    """The node of the machine under the cursor, or the node under the cursor."""
    pool_is_read_only: bool = False
    """Whether nothing may be changed in the pool of what is under the cursor."""
    verbs: frozenset[str] | None = None
    """What may be done in that pool, as the configuration spells it; None: everything."""
    batches: int = 0
    """How many batches this console has begun."""
    batch_runs: bool = False
    batch_failed: bool = False
    copy_obstacle: str = ""
    """On the check: why there is nothing to copy."""


Obstacle = Callable[[Situation], str | None]
"""Says why an action is not possible now, or None when it is."""


def _nothing(situation: Situation) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does on one screen."""

    id: str
    """Stable, such as `vm.start`; the part after the dot names the screen's method."""
    key: str
    """As Textual calls it; several are separated by commas."""
    label: str
    """One word for the action bar."""
    help: str
    scope: Scope
    group: Group = Group.HERE
    obstacle: Obstacle = _nothing
    """Why it is not possible now, or None when it is."""
    changes: bool = False
    """Whether it can change something on a node; such an action is not there when
    the console is read-only."""
    bar: bool = True
    """Whether the action bar shows it."""
    rank: int = 0
    """Where it stands in the action bar: what has a high one steps aside first."""

    @property
    def method(self) -> str:
        """Name of the screen's method that does it."""
        return "do_" + self.id.partition(".")[2].replace("-", "_")

    @property
    def key_shown(self) -> str:
        """The key as a person reads it; the first one where there are several."""
        return shown_key(self.key.split(",")[0])


def shown_key(key: str) -> str:
    """Return how a person reads a key that Textual calls `key`."""
    return KEYS_SHOWN.get(key, key)


KEYS_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "exclamation_mark": "!",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "enter": "Enter",
    "colon": ":",
    "comma": ",",
    "at": "@",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "minus": "-",
    "asterisk": "*",
    "full_stop": ".",
    "apostrophe": "'",
    "percent_sign": "%",
    "ampersand": "&",
    "equals_sign": "=",
    "number_sign": "#",
    "space": "space",
    "escape": "ESC",
}
"""Keys whose names are no words for a person."""
