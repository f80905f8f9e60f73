"""What an action is, where it exists, and what may stand in its way.

An action that is not possible now stays bound: its key says why (`Action.obstacle`).
One that is not there at all (a verb in read-only mode) has no key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ovmtui.model.job import JobState
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm, VmState


class Scope(Enum):
    """The screen on which an action exists; the value is its heading in the help."""

    HOME = "Machines"
    PLAN = "Plan"
    SEVERAL = "Plans of several machines"
    TARGETS = "Migration target"
    PICKER = "Choosing from a list"
    JOBS = "Jobs"
    UNFINISHED = "Stopped jobs"
    ALERTS = "Alerts"
    CHECK = "Check"
    QUESTION = "Question of a job"
    NAME = "Typing a name"
    HOST_KEY = "New host key"
    YES = "Yes or no"
    PAGE = "Other pages"


class Group(Enum):
    """What an action is about; the value is its heading in the help."""

    MACHINE = "Act on the machine under the cursor"
    JOB = "Jobs"
    VIEW = "What is shown"
    PAGES = "Other pages"
    REPLAY = "Replay of a recording"
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
    copy_obstacle: str = ""
    """On the check: why there is nothing to copy."""


def always(situation: Situation) -> str | None:
    """Nothing stands in the way."""
    return None


def needs_vm(situation: Situation) -> str | None:
    """A machine must be under the cursor."""
    return None if situation.vm else "no machine is under the cursor"


def may_act(situation: Situation) -> str | None:
    """A machine must be under the cursor, and no job may run for it."""
    if situation.vm is None:
        return "no machine is under the cursor"
    if situation.job is not None:
        return f"{situation.job.title} is under way: wait, or x to stop waiting for it"
    return None


def may_start(situation: Situation) -> str | None:
    """It may be acted on, and no node lists it."""
    vm = situation.vm
    if vm is not None and vm.copies:
        places = ", ".join(node.name for node in vm.nodes)
        return f"{visible(vm.name)} is {vm.state.value} on {places}"
    return may_act(situation)


def must_be_there(situation: Situation) -> str | None:
    """It may be acted on, and is not known to be down everywhere."""
    vm = situation.vm
    if vm is not None and vm.state is VmState.DOWN:
        return f"{visible(vm.name)} is down"
    return may_act(situation)


def something_is_left(situation: Situation) -> str | None:
    """It may be acted on, and has more or other domains than one that runs."""
    vm = situation.vm
    if vm is not None and len(vm.copies) < 2 and vm.state in {VmState.RUNNING, VmState.DOWN}:
        return f"nothing is left over of {visible(vm.name)}"
    return may_act(situation)


def ha_drifts(situation: Situation) -> str | None:
    """It may be acted on, and its HA is known not to be what is wanted."""
    vm = situation.vm
    if situation.marked:
        return None
    if vm is not None and not vm.drifts:
        return f"HA of {visible(vm.name)} is {vm.ha.state.value}: nothing to mend"
    return may_act(situation)


def has_service(situation: Situation) -> str | None:
    """It may be acted on, and an OpenSVC service names it."""
    vm = situation.vm
    if vm is not None and vm.service is None:
        return f"no OpenSVC service names {visible(vm.name)}"
    return may_act(situation)


def can_freeze(situation: Situation) -> str | None:
    """Agents that could act beside the plan must be there."""
    return situation.freeze_obstacle or None


def can_mend(situation: Situation) -> str | None:
    """Something must be wrong that a command mends."""
    return situation.mend_obstacle or None


def can_copy(situation: Situation) -> str | None:
    """Something must mend it."""
    return situation.copy_obstacle or None


def has_job(situation: Situation) -> str | None:
    """A job must run for the machine."""
    if situation.vm is None:
        return "no machine is under the cursor"
    return None if situation.job else f"no job runs for {visible(situation.vm.name)}"


def has_stopped(situation: Situation) -> str | None:
    """The job must have stopped before its end."""
    return None if situation.stopped else "nothing of that job is left to do, or it runs"


def has_question(situation: Situation) -> str | None:
    """A job must wait for an answer."""
    return None if situation.question else "no job asks anything"


def has_colour(situation: Situation) -> str | None:
    """The terminal may be coloured."""
    return None if situation.colour else "NO_COLOR is set: there is one theme without colours"


def can_run(situation: Situation) -> str | None:
    """All that the plan demands must hold."""
    return situation.obstacle or None


def can_override(situation: Situation) -> str | None:
    """Each failing guard must be one that can be set aside."""
    return situation.override_obstacle or None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does on one screen."""

    id: str
    """Stable, such as `vm.start`; the part after the dot names the screen's method."""
    key: str
    """As Textual calls it."""
    label: str
    """One word for the action bar."""
    help: str
    scope: Scope
    group: Group = Group.HERE
    obstacle: Callable[[Situation], str | None] = always
    """Why it is not possible now, or None when it is."""
    changes: bool = False
    """Whether it can change something on a node; such an action is not there when
    the console is read-only."""
    bar: bool = True
    """Whether the action bar shows it."""

    @property
    def method(self) -> str:
        """Name of the screen's method that does it."""
        return "do_" + self.id.partition(".")[2].replace("-", "_")

    @property
    def key_shown(self) -> str:
        """The key as a person reads it."""
        return _KEYS_SHOWN.get(self.key, self.key)


_KEYS_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "exclamation_mark": "!",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "enter": "⏎",
    "escape": "ESC",
}
