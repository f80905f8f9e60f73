"""The jobs of this console: at most one for a machine, each run by an engine of its own."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ovmtui.errors import JournalError, OvmtuiError, PlanRefused
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import JobEvent, JobState, Outcome
from ovmtui.plan.intent import Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.readiness import memory_needed_mib
from ovmtui.plan.render import describe_step, render
from ovmtui.plan.steps import CommandStep
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.dialogue import Dialogue
from ovmtui.runtime.engine import Engine
from ovmtui.runtime.inspection import Inspection
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.manager import ManagerPoll
from ovmtui.runtime.memory import Memory
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    plan: Plan
    recorder: Recorder
    dialogue: Dialogue
    task: asyncio.Task[None] | None = None


class Jobs:
    """Runs plans and remembers what became of them."""

    def __init__(
        self,
        *,
        watchers: Mapping[NodeKey, NodeWatcher],
        managers: Mapping[str, ManagerPoll],
        store: Store,
        inspection: Inspection,
        journal: Journal,
        memory: Memory,
        operator: Operator,
        clock: Clock,
        publish: Callable[[str, tuple[JobEvent, ...]], None],
        tell: Callable[[str], None],
        ended: Callable[[Plan, Outcome], None],
    ) -> None:
        """Begin without jobs."""
        self._watchers = watchers
        self._managers = managers
        self._store = store
        self._inspection = inspection
        self._journal = journal
        self._memory = memory
        self._operator = operator
        self._clock = clock
        self._publish = publish
        self._tell = tell
        self._ended = ended
        self._jobs: dict[str, _Job] = {}

    @property
    def states(self) -> Sequence[JobState]:
        """All jobs, oldest first."""
        return tuple(job.recorder.state for job in self._jobs.values())

    def events(self, job: str) -> Sequence[JobEvent]:
        """Return what is kept in memory of a job's events."""
        return tuple(self._jobs[job].recorder.events)

    def reserved_mib(self, *, beside: VmKey) -> dict[NodeKey, int]:
        """Return the memory that jobs under way for other machines will take, by node."""
        reserved: dict[NodeKey, int] = {}
        for job in self._running():
            node = job.plan.intent.node
            vm = self._store.snapshot.vms.get(job.plan.vm)
            arrives = job.plan.intent.verb in {Verb.START, Verb.MIGRATE}
            if node and vm and vm.memory_mib and arrives and vm.key != beside:
                reserved[node] = reserved.get(node, 0) + memory_needed_mib(vm.memory_mib)
        return reserved

    def run(self, plan: Plan) -> str:
        """Start `plan` and return the job's id.

        Raises:
            PlanRefused: a job works on that machine already.
        """
        for other in self._running():
            if other.plan.vm == plan.vm:
                raise PlanRefused(
                    (f"{other.recorder.state.title} is under way for {plan.vm_name}",)
                )
        started = self._clock.wall()
        identifier = time.strftime("%Y%m%d-%H%M%S-", time.gmtime(started)) + secrets.token_hex(4)
        state = JobState(
            job=identifier,
            title=plan.title,
            verb=plan.intent.verb.value,
            vm=plan.vm,
            vm_name=plan.vm_name,
            steps=tuple(describe_step(step) for step in plan.steps),
            started_at=started,
        )
        recorder = Recorder(state, self._journal, self._clock, self._publish)
        job = _Job(plan, recorder, Dialogue(recorder))
        self._jobs[identifier] = job
        self._set_busy(plan.vm.pool)
        job.task = asyncio.get_running_loop().create_task(self._work(job), name=identifier)
        return identifier

    def answer(self, job: str, choice: str) -> None:
        """Answer the question of a job."""
        self._jobs[job].dialogue.answer(choice)

    def cancel(self, job: str) -> str:
        """Stop waiting in a job, and say what that means for its present step."""
        found = self._jobs[job]
        state = found.recorder.state
        if not state.running:
            return f"{state.title} has ended already"
        found.dialogue.cancel()
        step = None if state.current is None else found.plan.steps[state.current]
        if isinstance(step, CommandStep):
            return (
                f"{state.title}: the command on {step.node.name} cannot be stopped and goes on; "
                "the plan ends after it"
            )
        return f"{state.title}: no longer waited for; nothing is undone"

    async def abandon(self) -> None:
        """Stop following every job. Detached commands on the nodes go on."""
        tasks = [job.task for job in self._running() if job.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def finished(self, job: str) -> Outcome | None:
        """Return how the job ended, once it has; None when it broke off."""
        task = self._jobs[job].task
        if task is not None:
            await asyncio.wait((task,))
        return self._jobs[job].recorder.state.outcome

    def _running(self) -> list[_Job]:
        return [j for j in self._jobs.values() if j.task is None or not j.task.done()]

    def _set_busy(self, pool: str) -> None:
        busy = any(job.plan.vm.pool == pool for job in self._running())
        for key, watcher in self._watchers.items():
            if key.pool == pool:
                watcher.busy = busy
                watcher.wake()

    async def _work(self, job: _Job) -> None:
        """Run one job to its end; the only place where a job's errors are caught."""
        plan, state = job.plan, job.recorder.state
        engine = Engine(
            plan,
            recorder=job.recorder,
            dialogue=job.dialogue,
            inspection=self._inspection,
            watchers=self._watchers,
            manager=self._managers.get(plan.vm.pool),
            snapshot=lambda: self._store.snapshot,
            clock=self._clock,
        )
        try:
            await self._journal.begin(state.job, state, render(plan), self._operator)
            await self._remember_ha(plan)
            outcome = await engine.run()
            settled = {Verb.START, Verb.HA_ON, Verb.HA_OFF}
            fact = self._store.ha(plan.vm)
            restored = fact is not None and fact.state is HaState.ON
            if (outcome is Outcome.DONE and plan.intent.verb in settled) or restored:
                self._memory.forget_ha(plan.vm)
            self._ended(plan, outcome)
        except JournalError as error:
            _log.error("%s: %s", state.title, error)
            self._break_off(job, f"stopped, because nothing can be recorded: {error}")
        except Exception as error:
            _log.exception("%s broke off", state.title)
            self._break_off(job, f"broke off: {type(error).__name__}: {error}")
        finally:
            asyncio.get_running_loop().call_soon(self._set_busy, plan.vm.pool)

    def _break_off(self, job: _Job, text: str) -> None:
        job.recorder.break_off(f"{text}; commands that were begun go on on their nodes")
        self._tell(f"{job.recorder.state.title} {text}")

    async def _remember_ha(self, plan: Plan) -> None:
        """Before HA goes off for a stop, keep on disk that it was on."""
        manager = self._managers.get(plan.vm.pool)
        off_first = any(isinstance(s, CommandStep) and s.command.needs_secret for s in plan.steps)
        if plan.intent.verb not in {Verb.STOP, Verb.DESTROY} or manager is None or not off_first:
            return
        fact = self._store.ha(plan.vm)
        if fact is None or fact.state is HaState.UNKNOWN:
            try:
                fact = await manager.ask(plan.vm, plan.vm_name)
            except OvmtuiError as error:
                # The plan's own step meets the same manager, and ends the plan there.
                self._tell(f"whether HA of {plan.vm_name} was on cannot be told: {error}")
                return
        if fact.state is HaState.ON:
            self._memory.remember_ha(plan.vm, plan.vm_name)
