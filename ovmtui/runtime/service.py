"""The running side as one object: wires the parts, and is what front ends talk to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ovmtui.config.schema import Settings
from ovmtui.errors import PlanRefused
from ovmtui.model.job import Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.runtime import wiring
from ovmtui.runtime.alarms import Alarms
from ovmtui.runtime.assembling import World
from ovmtui.runtime.batches import Batches
from ovmtui.runtime.checkup import Checkup
from ovmtui.runtime.clock import Clock, SystemClock
from ovmtui.runtime.inspection import Inspection
from ovmtui.runtime.interface import (
    BatchChanged,
    HostKeyQuestion,
    JobChanged,
    KeyChange,
    MessageRaised,
    OpenJob,
    SnapshotChanged,
    Update,
)
from ovmtui.runtime.jobs import Jobs
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.keychanges import replace_key
from ovmtui.runtime.localservices import LocalServices
from ovmtui.runtime.memory import Memory
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.ownership import Ownership
from ovmtui.runtime.planner import Planner
from ovmtui.runtime.store import Store
from ovmtui.runtime.supervision import Report, in_a_word, supervise
from ovmtui.runtime.unfinished import UnfinishedJobs
from ovmtui.runtime.upkeep import Upkeep
from ovmtui.runtime.views import Views
from ovmtui.transport.commandline import AnyConnector


class Service(Views):
    """Everything that runs behind the screens; implements `interface.Console`."""

    def __init__(
        self,
        settings: Settings,
        *,
        connector: AnyConnector,
        journal: Journal,
        memory: Memory,
        upkeep: Upkeep,
        ownership: Ownership,
        password: wiring.Password,
        trust: Callable[[HostKeyQuestion | KeyChange], None],
        sudo_password: wiring.SudoPassword = wiring.no_sudo_password,
        report: Report = in_a_word,
        operator: Operator | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Wire the parts; `start` sets them going. `trust` writes a host key down."""
        self._settings = settings
        self._trust = trust
        self._report = report
        self._journal = journal
        clock = self._clock = clock or SystemClock()
        self._listeners: list[Callable[[Update], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        store = self._store = Store(wiring.pool_views(settings), clock)
        self._watchers = wiring.watchers(
            settings, connector, store, clock, notify=self._emit, sudo_password=sudo_password
        )
        self._managers = wiring.managers(
            settings, self._watchers, store, clock, connector=connector, password=password
        )
        patience = settings.timeouts.probe
        self._inspection = Inspection(self._watchers, self._store, self._clock, patience=patience)
        acting = self._acting = operator or Operator.current()
        world = self._world = World(
            self._watchers, self._managers, self._store, self._inspection, acting, clock
        )
        self._unfinished = UnfinishedJobs(journal, ownership)
        self._jobs = Jobs(
            world,
            journal=journal,
            unfinished=self._unfinished,
            memory=memory,
            publish=lambda job, events: self._emit(JobChanged(job, events)),
            tell=self._error,
            report=report,
            ended=self._job_ended,
        )
        self._planner = Planner(
            settings,
            world,
            memory,
            reserved_mib=lambda vm: self._jobs.reserved_mib(beside=vm),
            under_way=self._jobs.under_way,
        )
        self._checkup = Checkup(settings, world)
        self._batches = Batches(
            self,
            store=self._store,
            origins=upkeep.origins,
            maintenance=upkeep.maintenance,
            moves=self._planner.moves,
            refuse=self._jobs.refuse_in,
            clock=self._clock,
            changed=lambda batch: self._emit(BatchChanged(batch)),
        )
        self._alarms = Alarms(self._watchers, self._clock, self._emit)
        self._local_services = LocalServices(settings, self._store, self._error)
        self._store.listen(self._snapshot_changed)

    def start(self) -> None:
        """Set every node's and manager's task going, on the running event loop."""
        runs = {f"node {key}": watcher.run for key, watcher in self._watchers.items()}
        runs |= {f"manager of {name}": manager.run for name, manager in self._managers.items()}
        for name, run in runs.items():
            task = supervise(name, run, clock=self._clock, tell=self._error, report=self._report)
            self._tasks.append(asyncio.create_task(task, name=name))
        if problem := self._journal.problem:
            self._error(f"looking only: {problem}")
        self._tasks.append(asyncio.create_task(self._local_services.read()))

    async def settled(self, *, timeout: float) -> None:
        """Return when every node was asked and searched once, or after `timeout` seconds."""
        await self._inspection.settled(timeout=timeout)

    def subscribe(self, listener: Callable[[Update], None]) -> Callable[[], None]:
        """Call `listener` on the event loop for each update; returns the undoing."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def plan(self, intent: Intent) -> Plan:
        """Make the plan for `intent`; raises what `Console.plan` says."""
        return self._planner.plan(intent)

    @property
    def planner(self) -> Planner:
        """What makes plans."""
        return self._planner

    @property
    def batches(self) -> Batches:
        """What works on many machines."""
        return self._batches

    @property
    def checkup(self) -> Checkup:
        """What checks pools and sets nodes up."""
        return self._checkup

    def run(self, plan: Plan) -> str:
        """Start `plan` and return its job's id; raises what `Console.run` says."""
        self._refuse_acting()
        self._alarms.forget(plan.vm)
        return self._jobs.run(plan)

    async def unfinished(self) -> Sequence[OpenJob]:
        """Return the jobs without an end that no console works on, oldest first."""
        return () if self._journal.problem else await self._unfinished.all()

    async def resume(self, job: str) -> None:
        """Go on with a job that has stopped; raises what `Console.resume` says."""
        self._refuse_acting()
        await self._jobs.resume(job)

    async def give_up(self, job: str) -> None:
        """End a stopped job as it stands; raises what `Console.give_up` says."""
        self._refuse_acting()
        await self._jobs.give_up(job)

    def answer(self, job: str, choice: str) -> None:
        """Answer the question that `job` waits with; a late answer is ignored."""
        self._jobs.answer(job, choice)

    def cancel(self, job: str) -> str:
        """Stop waiting in `job`; returns the sentence that says what goes on."""
        return self._jobs.cancel(job)

    def refresh(self) -> None:
        """Look at every node, and ask for every HA flag, as soon as possible."""
        self._tasks.append(asyncio.create_task(self._local_services.read()))
        self._world.ask_all()

    def set_attention(self, *, focused: bool) -> None:
        """Say whether somebody looks: nodes are asked less often while nobody does."""
        for watcher in self._watchers.values():
            watcher.relaxed = not focused
            if focused:
                watcher.wake()

    def trust_host_key(self, question: HostKeyQuestion) -> None:
        """Write the key to known_hosts and connect anew; raises OSError when it cannot."""
        self._trust(question)
        self._watchers[question.node].wake()

    async def replace_host_key(self, question: KeyChange) -> None:
        """Trust a changed key and connect anew; raises what `Console.replace_host_key` says."""
        await replace_key(
            question,
            journal=self._journal,
            operator=self._acting,
            clock=self._clock,
            write=self._trust,
        )
        self._watchers[question.node].wake()

    async def close(self) -> None:
        """End the service. Detached commands on the nodes go on."""
        await self._batches.close()
        await self._jobs.abandon()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._store.close()
        await self._journal.close()

    def _refuse_acting(self) -> None:
        if self._settings.read_only:
            raise PlanRefused(("this console is read-only",))
        if problem := self._journal.problem:
            raise PlanRefused((f"nothing may be changed while nothing is recorded: {problem}",))

    def _job_ended(self, plan: Plan, outcome: Outcome) -> None:
        if plan.intent.verb in {Verb.STOP, Verb.DESTROY} and outcome is Outcome.DONE:
            seconds = self._settings.pools[plan.vm.pool].budgets.watch
            self._alarms.watch_for_restart(plan.vm, seconds=seconds)
        if (vm := self.snapshot.vms.get(plan.vm)) and (vm.service or plan.switches_ha):
            # What is written in files about it may be another thing now.
            for node in self.snapshot.pool(plan.vm.pool).nodes:
                self._watchers[node].rescan()

    def _snapshot_changed(self, old: Snapshot, new: Snapshot) -> None:
        self._alarms.see(old, new)
        self._emit(SnapshotChanged())

    def _error(self, text: str) -> None:
        self._emit(MessageRaised(text, "error", self.wall()))

    def _emit(self, update: Update) -> None:
        for listener in tuple(self._listeners):
            listener(update)
