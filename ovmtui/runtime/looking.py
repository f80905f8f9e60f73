"""The part of a console that acts, where nothing can be acted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ovmtui.errors import PlanRefused
from ovmtui.model.batch import BatchState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import JobEvent
from ovmtui.model.vm import Vm
from ovmtui.plan.checkup.diagnosis import Diagnosis
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Intent
from ovmtui.plan.placement import Target
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Finding
from ovmtui.runtime.companions import Batcher, Checker, History, Order, PastJob
from ovmtui.runtime.interface import HostKeyQuestion, KeyChange, OpenJob
from ovmtui.runtime.wanted import ALL, Wanted

_REFUSED = "this is a recording: nothing can be done to it"


class NoChecker:
    """Checks nothing: implements `companions.Checker`."""

    async def pool(self, name: str, *, locks: bool) -> Sequence[Diagnosis]:
        """Return nothing."""
        return ()

    async def setup(self, node: NodeKey, *, anew: bool = False) -> Plan:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    def mend(self, diagnosis: Diagnosis) -> Plan:
        """Refuse."""
        raise PlanRefused((_REFUSED,))


class NoBatcher:
    """Runs no batch: implements `companions.Batcher`."""

    states: Sequence[BatchState] = ()

    async def begin(self, order: Order) -> str:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    def stop(self, batch: str) -> None:
        """Do nothing: there is none."""

    def failed(self, batch: str) -> Order:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    def moves(
        self, wanted: Iterable[tuple[Vm, NodeKey | None]], *, opened: NodeKey | None = None
    ) -> Iterator[Move]:
        """Yield why no machine can be moved."""
        return (Move(vm.key, vm.name, reasons=(_REFUSED,)) for vm, _ in wanted)

    async def homecoming(self, home: NodeKey) -> Sequence[Move]:
        """Return none."""
        return ()

    async def set_maintenance(self, node: NodeKey, *, on: bool) -> None:
        """Refuse."""
        raise PlanRefused((_REFUSED,))


class NoHistory:
    """Has nothing to tell: implements `companions.History`."""

    async def jobs(self, *, limit: int, wanted: Wanted = ALL) -> Sequence[PastJob]:
        """Return none."""
        return ()

    async def events(self, job: str) -> Sequence[JobEvent]:
        """Return none."""
        return ()


class LookingOnly:
    """Refuses every verb of `interface.Console`."""

    @property
    def batches(self) -> Batcher:
        """What refuses to work on many machines."""
        return NoBatcher()

    @property
    def checkup(self) -> Checker:
        """What refuses to check."""
        return NoChecker()

    @property
    def history(self) -> History:
        """What has nothing to tell."""
        return NoHistory()

    async def read_config(self, node: NodeKey, path: str) -> str:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    def plan(self, intent: Intent) -> Plan:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    def targets(self, vm: VmKey) -> Sequence[Target]:
        """Return none."""
        return ()

    async def preflight(self, plan: Plan) -> Sequence[Finding]:
        """Return what the plan was made with."""
        return plan.findings

    def run(self, plan: Plan) -> str:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    async def unfinished(self) -> Sequence[OpenJob]:
        """Return none: a recording has nothing to go on with."""
        return ()

    async def resume(self, job: str) -> None:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    async def give_up(self, job: str) -> None:
        """Refuse."""
        raise PlanRefused((_REFUSED,))

    def plan_of(self, job: str) -> Plan:
        """Raise KeyError: plans are not recorded."""
        raise KeyError(job)

    def answer(self, job: str, choice: str) -> None:
        """Do nothing."""

    def cancel(self, job: str) -> str:
        """Say why not."""
        return _REFUSED

    def refresh(self) -> None:
        """Do nothing."""

    def set_attention(self, *, focused: bool) -> None:
        """Do nothing."""

    def trust_host_key(self, question: HostKeyQuestion) -> None:
        """Do nothing: host keys are not recorded."""

    async def replace_host_key(self, question: KeyChange) -> None:
        """Refuse."""
        raise ValueError(_REFUSED)
