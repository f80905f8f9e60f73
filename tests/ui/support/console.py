"""A console whose clock stands still and which does only what a test tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import EventKind, JobEvent, JobState, Outcome, advance
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan import flows
from ovmtui.plan.context import Context
from ovmtui.plan.intent import Intent
from ovmtui.plan.judge import findings
from ovmtui.plan.placement import Target, rank_targets
from ovmtui.plan.plan import Plan
from ovmtui.plan.render import describe_step
from ovmtui.plan.verdict import Finding, Standing, Verdict
from ovmtui.runtime.companions import Checker, PastJob
from ovmtui.runtime.interface import (
    BatchChanged,
    HostKeyQuestion,
    JobChanged,
    KeyChange,
    MessageRaised,
    OpenJob,
    Pace,
    SnapshotChanged,
    Update,
)
from ovmtui.runtime.looking import NoChecker
from ovmtui.runtime.wanted import ALL, Wanted
from tests.ui.support.batches import ScriptedBatcher

NOW = 1000.0
WALL = 1_790_000_000.0
"""2026-09-21 14:13:20 UTC."""


@dataclass
class ScriptedConsole:
    """The protocol of the screens, without a world behind it."""

    snapshot: Snapshot
    context: Context = field(default_factory=Context)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """What the preflight sees for a guard or check, by name; the others hold."""
    run_plans: list[Plan] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    trusted: list[HostKeyQuestion] = field(default_factory=list)
    replaced: list[KeyChange] = field(default_factory=list)
    key_problem: Exception | None = None
    """Why no host key can be replaced."""
    stopped: list[OpenJob] = field(default_factory=list)
    """Jobs that an earlier console left without an end."""
    resumed: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    attention: list[bool] = field(default_factory=list)
    refreshed: int = 0
    refusal: PlanRefused | None = None
    """What `run` raises."""

    records: list[PastJob] = field(default_factory=list)
    """What the journal has, the newest first."""
    wanted: list[Wanted] = field(default_factory=list)
    """What the journal was asked for."""
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    """vm.cfg files by node and path."""
    paces: dict[str, Pace] = field(default_factory=dict)
    """How often a node is asked, by name; the others every 5 s."""
    checker: Checker = field(default_factory=NoChecker)

    @property
    def checkup(self) -> Checker:
        return self.checker

    def __post_init__(self) -> None:
        self.batches = ScriptedBatcher(self.plan, lambda batch: self.emit(BatchChanged(batch)))
        self._states: dict[str, JobState] = {}
        self._plans: dict[str, Plan] = {}
        self._events: dict[str, list[JobEvent]] = {}
        self._listeners: list[Callable[[Update], None]] = []

    @property
    def history(self) -> ScriptedConsole._Past:
        return self._Past(self)

    @dataclass
    class _Past:
        console: ScriptedConsole

        async def jobs(self, *, limit: int, wanted: Wanted = ALL) -> Sequence[PastJob]:
            self.console.wanted.append(wanted)
            return self.console.records[:limit]

        async def events(self, job: str) -> Sequence[JobEvent]:
            return self.console._events.get(job, [])

    async def read_config(self, node: NodeKey, path: str) -> str:
        try:
            return self.files[node.name, path]
        except KeyError:
            raise UsageError(f"{path}: no such file") from None

    @property
    def jobs(self) -> Sequence[JobState]:
        return tuple(self._states.values())

    def events(self, job: str) -> Sequence[JobEvent]:
        return tuple(self._events[job])

    def pace(self, node: NodeKey) -> Pace:
        return self.paces.get(node.name, Pace(5.0))

    def monotonic(self) -> float:
        return NOW

    def wall(self) -> float:
        return WALL

    def subscribe(self, listener: Callable[[Update], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def plan(self, intent: Intent) -> Plan:
        context = self.context
        if context.address is not None and (vm := self.snapshot.vms.get(intent.vm)) is not None:
            context = replace(context, address=vm.name)
        return flows.build(intent, self.snapshot, context, now=NOW)

    def targets(self, vm: VmKey) -> Sequence[Target]:
        return rank_targets(self.snapshot, vm, now=NOW, max_age=30.0)

    async def preflight(self, plan: Plan) -> Sequence[Finding]:
        return [self._judged(finding, plan) for finding in findings(plan, self.snapshot, NOW)]

    def run(self, plan: Plan) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.run_plans.append(plan)
        return self.begin(plan)

    async def unfinished(self) -> Sequence[OpenJob]:
        return tuple(self.stopped)

    async def resume(self, job: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.resumed.append(job)

    async def give_up(self, job: str) -> None:
        self.given_up.append(job)

    def plan_of(self, job: str) -> Plan:
        return self._plans[job]

    def answer(self, job: str, choice: str) -> None:
        self.answers.append((job, choice))

    def cancel(self, job: str) -> str:
        self.cancelled.append(job)
        return f"{self._states[job].title}: no longer waited for; nothing is undone"

    def refresh(self) -> None:
        self.refreshed += 1

    def set_attention(self, *, focused: bool) -> None:
        self.attention.append(focused)

    def trust_host_key(self, question: HostKeyQuestion) -> None:
        self.trusted.append(question)

    async def replace_host_key(self, question: KeyChange) -> None:
        if self.key_problem is not None:
            raise self.key_problem
        self.replaced.append(question)

    async def close(self) -> None:
        self._listeners.clear()

    # What a test does:

    def emit(self, update: Update) -> None:
        for listener in tuple(self._listeners):
            listener(update)

    @property
    def shown(self) -> Snapshot:
        return self.snapshot

    def show(self, snapshot: Snapshot) -> None:
        self.snapshot = replace(snapshot, version=self.snapshot.version + 1)
        self.emit(SnapshotChanged())

    def say(self, text: str, severity: str = "information") -> None:
        self.emit(MessageRaised(text, severity, WALL))

    def begin(self, plan: Plan) -> str:
        job = f"job-{len(self._states) + 1}"
        self._events[job] = []
        self._plans[job] = plan
        self._states[job] = JobState(
            job=job,
            title=plan.title,
            verb=plan.intent.verb.value,
            vm=plan.vm,
            vm_name=plan.vm_name,
            steps=tuple(describe_step(step) for step in plan.steps),
            started_at=WALL,
        )
        self.happen(job, EventKind.PLAN, plan.title)
        return job

    def forget_plan(self, job: str) -> None:
        del self._plans[job]

    def happen(self, job: str, kind: EventKind, text: str = "", **facts: object) -> None:
        """Let an event of `job` happen; `facts` are further fields of `JobEvent`."""
        count = len(self._events[job]) + 1
        event = replace(JobEvent(job, count, WALL + count, kind, text), **facts)  # type: ignore[arg-type]  # fields by name
        self._events[job].append(event)
        self._states[job] = advance(self._states[job], event)
        self.emit(JobChanged(job, (event,)))

    def end(self, job: str, outcome: Outcome = Outcome.DONE, text: str = "") -> None:
        self.happen(job, EventKind.PLAN_END, text, outcome=outcome)

    def _judged(self, finding: Finding, plan: Plan) -> Finding:
        said = self.verdicts.get(finding.name)
        if said is not None:
            if finding.overridable and finding.name in plan.intent.overrides:
                said = Verdict(Standing.OVERRIDDEN, said.text)
            return replace(finding, verdict=said)
        if finding.verdict.standing is Standing.PENDING:
            return replace(finding, verdict=Verdict(Standing.HOLDS, "as it should be"))
        return finding
