"""A plan: everything that will be done, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.plan.checks import Check
from ovmtui.plan.conditions import Condition
from ovmtui.plan.intent import Intent
from ovmtui.plan.locking import LockPlace
from ovmtui.plan.steps import CommandStep, Step
from ovmtui.plan.verdict import Finding


class Confirmation(Enum):
    """What the operator must do to run a plan."""

    NONE = "nothing"
    YES = "press y"
    TYPE_NAME = "type the name"


@dataclass(frozen=True, slots=True)
class Plan:
    """A verb on a machine as guards, checks and steps. Running it adds nothing."""

    intent: Intent
    title: str
    """`stop ovmguest1`, `migrate ovmguest1 → ovm2`."""
    vm: VmKey
    vm_name: str
    guards: tuple[Condition, ...]
    """Conditions on what is known of the pool; looked at anew before the first step."""
    checks: tuple[Check, ...]
    """Reading commands whose answers must fit; run before the first step."""
    steps: tuple[Step, ...]
    destination: NodeKey | None = None
    """Node that the machine will take memory of; None when it arrives nowhere."""
    notes: tuple[str, ...] = ()
    """What a person should know before running it."""
    lock: LockPlace | None = None
    """Where the machine's lock is taken for as long as the plan works; None: nowhere."""
    confirmation: Confirmation = Confirmation.YES
    findings: tuple[Finding, ...] = ()
    """The guards against the snapshot that the plan was made from; checks pending."""

    @property
    def switches_ha(self) -> bool:
        """Whether a step of it may change the HA flag."""
        return any(isinstance(step, CommandStep) and step.touches_ha for step in self.steps)
