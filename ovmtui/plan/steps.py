"""The steps of a plan, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.command import Command
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.plan.conditions import Condition


class Expectation(Enum):
    """What makes a command a success."""

    EXIT_ZERO = "exit code 0"
    EXIT_ZERO_NO_ERROR_TEXT = "exit code 0 and no 'Error:' in the output"
    """For `ovm`, which reports failures on stdout with exit code 0."""
    MANAGER_SUCCESS = "the manager answers `Status: Success`"
    """For the command line of an Oracle VM 3 manager, whose exit status says nothing."""
    AGENT_DONE = "exit code 0 and no error in the agent's lines"
    """For `svcmgr`, which exits with 0 after some errors, and refuses at level INFO."""


@dataclass(frozen=True, slots=True)
class Question:
    """A reading command whose answer is shown after a failure."""

    node: NodeKey
    script: str
    """Shell text for the node; it changes nothing."""
    what: str
    """What is asked, in a few words."""
    remedy: str = ""
    """What can be done, once the answer is known."""


@dataclass(frozen=True, slots=True)
class CommandStep:
    """Run one command that changes something, detached, and judge its end."""

    label: str
    """Log label, such as `OVMGUEST1.OVM`."""
    node: NodeKey
    command: Command
    timeout: float
    """Seconds of wall-clock time."""
    expect: Expectation = Expectation.EXIT_ZERO
    conditions: tuple[Condition, ...] = ()
    """Looked at anew just before the command; each must hold."""
    meaning: str = ""
    """What a person should know of this step; empty when the command says it all."""
    cancel: str = "cancelling stops the waiting; the command goes on on its node"
    """What cancelling means while it runs."""
    achieved: Condition | None = None
    """What tells that its effect is there, when its result was lost; None: it is repeated."""
    undone: Condition | None = None
    """What tells that its effect has gone again: it is repeated when its plan goes on."""
    diagnose: tuple[NodeKey, ...] = ()
    """Nodes whose xend.log is followed for progress and shown when the command fails."""
    aftermath: tuple[Question, ...] = ()
    """What is asked when the command fails, so that the operator knows what to mend."""
    phrase: str = ""
    """How the log tells it, where that is not the command itself."""
    agent_switches_ha: bool = False
    """Whether an OpenSVC agent switches HA in it, which makes the flag unknown meanwhile."""
    site: str = ""
    """`admin@manager:10000`, for a command of an Oracle VM 3 manager; empty: `node`'s shell."""
    switches_ha_to: HaState | None = None
    """What HA is after a command at `site`; None: it does not touch it."""
    answers_late: bool = False
    """Whether no answer of the manager in time is no failure: the wait that follows decides."""

    @property
    def text(self) -> str:
        """The command as shown."""
        shown = f"[{self.site}] {self.command.shown}" if self.site else self.command.shown
        return self.phrase or shown

    @property
    def of_manager(self) -> bool:
        """Whether it is the manager that is called."""
        return bool(self.site) or self.command.needs_secret

    @property
    def log(self) -> str:
        """The command as the log tells it: one that is told in other words goes on below."""
        shown = self.command.shown
        return self.text if shown in self.text else f"{self.text}\n{shown}"

    @property
    def touches_ha(self) -> bool:
        """Whether HA may be another one afterwards."""
        switches = self.switches_ha_to is not None
        return self.agent_switches_ha or self.command.needs_secret or switches


@dataclass(frozen=True, slots=True)
class HaReadStep:
    """Ask the manager for the HA flag and compare it with what must be."""

    label: str
    node: NodeKey
    command: Command
    timeout: float
    wanted: HaState
    site: str = ""
    """As in a command step."""

    @property
    def text(self) -> str:
        """The question as shown."""
        site = f"[{self.site}] " if self.site else ""
        return f"verify that HA is {self.wanted.value}: {site}{self.command.shown}"


class Then(Enum):
    """Where a plan goes after a choice."""

    RETRY = "retry"
    """Wait again, with a new budget."""
    CONTINUE = "continue"
    """Go on with the next step."""
    END = "end"
    """The plan ends, with the truth about where things stand."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer to a wait that took too long."""

    key: str
    """The word that selects it."""
    meaning: str
    then: Then
    steps: tuple[Step, ...] = ()
    """Done first."""
    type_name: bool = False
    """Whether the operator must type the machine's name for it."""


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Look again and again until a condition on the pool holds."""

    label: str
    what: str
    """As the log says it: `wait for container down status`."""
    condition: Condition
    budget: float
    """Seconds of wall-clock time."""
    interval: float
    choices: tuple[Choice, ...] = ()
    """Offered when the budget is used up; empty: the plan fails."""
    default: str | None = None
    """Key of the choice that is taken without asking; None: the operator is asked."""
    node: NodeKey | None = None

    @property
    def text(self) -> str:
        """The wait as shown."""
        return self.what


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """Run a reading command again and again until it exits with 0."""

    label: str
    what: str
    node: NodeKey
    command: Command
    budget: float
    interval: float
    choices: tuple[Choice, ...] = ()

    @property
    def text(self) -> str:
        """The wait as shown, with its command."""
        return f"{self.what}: {self.command.shown}"

    @property
    def log(self) -> str:
        """The wait as the log tells it: its command goes on below."""
        return f"{self.what}\n{self.command.shown}"


@dataclass(frozen=True, slots=True)
class VerifyStep:
    """Look anew once; the condition must hold."""

    label: str
    what: str
    condition: Condition
    patience: float
    """Seconds in which the condition may still come true."""
    node: NodeKey | None = None

    @property
    def text(self) -> str:
        """The verification as shown."""
        return self.what


@dataclass(frozen=True, slots=True)
class WizardStep:
    """Run a program that asks questions, and answer those that are known.

    It is bound to the console: when that goes away, the program is stopped, and begun anew
    when the plan goes on.
    """

    label: str
    node: NodeKey
    command: Command
    answers: tuple[tuple[str, str], ...]
    """Each question that may be answered, with its answer."""
    ending: str
    """What the program prints when it has done its work."""
    timeout: float

    @property
    def text(self) -> str:
        """The program as shown, with the answers."""
        told = ", ".join(f"{question} {answer or '(blank)'}" for question, answer in self.answers)
        return f"{self.command.shown} (answers: {told})"


Step = CommandStep | HaReadStep | WaitStep | ProbeStep | VerifyStep | WizardStep


def place_of(step: Step) -> str:
    """Return where a step is done, in a word: a node, the manager, or nothing."""
    if isinstance(step, CommandStep | HaReadStep) and step.site:
        return "manager"
    return step.node.name if step.node else ""
