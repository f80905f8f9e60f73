"""The jobs of this console: at most one for a machine, each run by an engine of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ovmtui.errors import JournalError, PlanRefused
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import EventKind, JobEvent, JobState, Outcome
from ovmtui.plan.archive import archived
from ovmtui.plan.permission import may_go_on, permitted
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Position
from ovmtui.plan.readiness import memory_needed_mib
from ovmtui.plan.render import render
from ovmtui.plan.statement import where_it_stands
from ovmtui.plan.steps import CommandStep, place_of
from ovmtui.runtime.assembling import World, engine_for
from ovmtui.runtime.beginning import begun
from ovmtui.runtime.dialogue import Dialogue
from ovmtui.runtime.hamemory import HaMemory
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.memory import Memory
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.supervision import Report
from ovmtui.runtime.unfinished import UnfinishedJobs

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    plan: Plan
    recorder: Recorder
    dialogue: Dialogue
    position: Position | None = None
    """Where it goes on after a break; None for a new one."""
    task: asyncio.Task[None] | None = None


class Jobs:
    """Runs plans and remembers what became of them."""

    def __init__(
        self,
        world: World,
        *,
        journal: Journal,
        unfinished: UnfinishedJobs,
        memory: Memory,
        publish: Callable[[str, tuple[JobEvent, ...]], None],
        tell: Callable[[str], None],
        report: Report,
        ended: Callable[[Plan, Outcome], None],
    ) -> None:
        """Begin without jobs."""
        self._world = world
        self._journal = journal
        self._unfinished = unfinished
        self._ha_memory = HaMemory(world, memory, tell)
        self._publish = publish
        self._tell = tell
        self._report = report
        self._ended = ended
        self._jobs: dict[str, _Job] = {}

    @property
    def states(self) -> Sequence[JobState]:
        """All jobs, oldest first."""
        return tuple(job.recorder.state for job in self._jobs.values())

    def plan(self, job: str) -> Plan:
        """Return the plan of a job."""
        return self._jobs[job].plan

    def events(self, job: str) -> Sequence[JobEvent]:
        """Return what is kept in memory of a job's events."""
        return tuple(self._jobs[job].recorder.events)

    def reserved_mib(self, *, beside: VmKey) -> dict[NodeKey, int]:
        """Return the memory that jobs under way for other machines will take, by node."""
        reserved: dict[NodeKey, int] = {}
        for job in self._running():
            node = job.plan.destination
            vm = self._world.snapshot().vms.get(job.plan.vm)
            if node and vm and vm.memory_mib and vm.key != beside:
                reserved[node] = reserved.get(node, 0) + memory_needed_mib(vm.memory_mib)
        return reserved

    def run(self, plan: Plan) -> str:
        """Start `plan` and return the job's id.

        Raises:
            PlanRefused: a job works on that machine already.
        """
        plan = self._allowed(plan)
        started = self._world.clock.wall()
        state = begun(plan, started)
        self._launch(plan, state, None)
        return state.job

    async def resume(self, job: str) -> None:
        """Go on with a job that a break or a failure has stopped, from where it stands.

        Raises:
            PlanRefused: there is nothing to go on with, or it cannot be told what.
            JournalError: the journal cannot be read.
        """
        if job in self._jobs and self._jobs[job].task in self._tasks():
            raise PlanRefused((f"{self._jobs[job].recorder.state.title} is under way",))
        found = await self._unfinished.find(job)
        plan = self._allowed(found.plan)
        may_go_on(plan, found.position)
        self._launch(plan, found.state, found.position, story=found.events)

    async def give_up(self, job: str) -> None:
        """End a stopped job as it stands; what it began on a node is not touched.

        Raises:
            PlanRefused: it has ended, or another console works on it.
            JournalError: it cannot be written down.
        """
        found = await self._unfinished.find(job)
        if not found.state.running:
            raise PlanRefused((f"{found.state.title} has ended already",))
        self.refuse_in(found.plan.vm.pool)
        recorder = Recorder(found.state, self._journal, self._world.clock, self._publish)
        operator = self._world.operator
        where = where_it_stands(self._world.snapshot(), found.plan.vm, found.plan.vm_name)
        async with self._unfinished.owned(job):
            await recorder.emit(
                EventKind.PLAN_END,
                f"left as it stands by {operator.user} at {operator.host}; {where}",
                outcome=Outcome.CANCELLED,
                label=found.plan.vm_name.upper(),
            )

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
                f"{state.title}: the command on {place_of(step)} cannot be stopped and goes on; "
                "the plan ends here, and looks once more where things stand"
            )
        return f"{state.title}: no longer waited for; nothing is undone"

    async def abandon(self) -> None:
        """Stop following every job. Detached commands on the nodes go on."""
        tasks = self._tasks()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def finished(self, job: str) -> Outcome | None:
        """Return how the job ended, once it has; None when it broke off."""
        task = self._jobs[job].task
        if task is not None:
            await asyncio.wait((task,))
        return self._jobs[job].recorder.state.outcome

    def refuse_in(self, pool: str) -> None:
        """Raise PlanRefused when nothing may be changed in `pool`."""
        if self._world.snapshot().pool(pool).read_only:
            raise PlanRefused((f"pool {pool} is read-only",))

    def _allowed(self, plan: Plan) -> Plan:
        """Return what of `plan` may run now; the last word, whoever has made the plan."""
        self.refuse_in(plan.vm.pool)
        plan = permitted(plan, self._world.snapshot().pool(plan.vm.pool))
        if title := self.under_way(plan.vm):
            raise PlanRefused((f"{title} is under way for {plan.vm_name}",))
        return plan

    def under_way(self, vm: VmKey) -> str:
        """Return the title of the machine's job, if it runs."""
        running = (job.recorder.state for job in self._running() if job.plan.vm == vm)
        return next((state.title for state in running), "")

    def _launch(
        self,
        plan: Plan,
        state: JobState,
        position: Position | None,
        *,
        story: Sequence[JobEvent] = (),
    ) -> None:
        recorder = Recorder(state, self._journal, self._world.clock, self._publish)
        recorder.events.extend(story)
        job = _Job(plan, recorder, Dialogue(recorder), position)
        self._jobs[state.job] = job
        self._set_busy(plan.vm.pool)
        job.task = asyncio.get_running_loop().create_task(self._work(job), name=state.job)

    def _running(self) -> list[_Job]:
        return [j for j in self._jobs.values() if j.task is None or not j.task.done()]

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [job.task for job in self._running() if job.task]

    def _set_busy(self, pool: str) -> None:
        busy = any(job.plan.vm.pool == pool for job in self._running())
        for key, watcher in self._world.watchers.items():
            if key.pool == pool:
                watcher.busy = busy
                watcher.wake()

    async def _work(self, job: _Job) -> None:
        """Run one job to its end; the only place where a job's errors are caught."""
        plan, state = job.plan, job.recorder.state
        recorder, dialogue, position = job.recorder, job.dialogue, job.position
        engine = engine_for(
            plan, self._world, recorder=recorder, dialogue=dialogue, position=position
        )
        try:
            async with self._unfinished.owned(state.job):
                if job.position is None:
                    operator, recipe = self._world.operator, archived(plan)
                    text = render(plan)
                    await self._journal.begin(state.job, state, text, operator, recipe=recipe)
                await self._ha_memory.remember(plan)
                outcome = await engine.run()
            await self._ha_memory.settle(plan, outcome)
            self._ended(plan, outcome)
        except JournalError as error:
            _log.error("%s: %s", state.title, error)
            self._break_off(job, f"stopped, because nothing can be recorded: {error}")
        except Exception as error:
            _log.exception("%s broke off", state.title)
            self._break_off(job, f"broke off: {self._report(error)}")
        finally:
            asyncio.get_running_loop().call_soon(self._set_busy, plan.vm.pool)

    def _break_off(self, job: _Job, text: str) -> None:
        job.recorder.break_off(f"{text}; commands that were begun go on on their nodes")
        self._tell(f"{job.recorder.state.title} {text}")
