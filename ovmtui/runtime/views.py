"""What a console tells when it is asked; nothing of it changes anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ovmtui.config.schema import Settings
from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import JobEvent, JobState, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.permission import CONSOLE, SHELL, why_not
from ovmtui.plan.placement import Target
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Finding
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.configreading import read_config
from ovmtui.runtime.interface import Pace
from ovmtui.runtime.jobs import Jobs
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.past import Past
from ovmtui.runtime.planner import Planner
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.runtime.wiring import entrances
from ovmtui.transport.interface import LocalTerminal


class Views:
    """The asking half of `interface.Console`; `Service` sets the parts that answer."""

    _settings: Settings
    _clock: Clock
    _store: Store
    _jobs: Jobs
    _planner: Planner
    _journal: Journal
    _watchers: Mapping[NodeKey, NodeWatcher]

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot."""
        return self._store.snapshot

    @property
    def shown(self) -> Snapshot:
        """The snapshot that listeners were told of last."""
        return self._store.published

    @property
    def jobs(self) -> Sequence[JobState]:
        """Jobs of this console, oldest first."""
        return self._jobs.states

    def events(self, job: str) -> Sequence[JobEvent]:
        """The newest events of a job that are kept in memory, oldest first."""
        return self._jobs.events(job)

    def pace(self, node: NodeKey) -> Pace:
        """How often `node` is asked at present."""
        return self._watchers[node].pace

    def monotonic(self) -> float:
        """Now, on the clock of the snapshot's times, in seconds."""
        return self._clock.monotonic()

    def wall(self) -> float:
        """Now, in seconds since the epoch."""
        return self._clock.wall()

    def targets(self, vm: VmKey) -> Sequence[Target]:
        """Return the nodes of the machine's pool, best first, excluded ones last."""
        return self._planner.targets(vm)

    @property
    def history(self) -> Past:
        """What was done, by this console and those before."""
        return Past(self._journal)

    async def read_config(self, node: NodeKey, path: str) -> str:
        """Return a vm.cfg as `node` has it now; raises what `Console.read_config` says."""
        timeout = self._settings.timeouts.probe
        return await read_config(self._watchers[node], path, timeout=timeout)

    def entrance(self, node: NodeKey) -> str:
        """Return what every command on `node` is run through, such as sudo; perhaps nothing."""
        return entrances(self._settings).get(node, "")

    async def visit(self, node: NodeKey, script: str, terminal: LocalTerminal) -> int | None:
        """Let a program on `node` have `terminal` until it ends; return its exit code.

        Without `script` it is a login shell.

        Raises:
            PlanRefused: the pool does not allow it: whoever types there can change anything.
            TransportError: the connection is gone, or cannot take another session.
        """
        if reason := why_not(self.snapshot.pool(node.pool), CONSOLE if script else SHELL):
            raise PlanRefused((reason,))
        return await self._watchers[node].session.interact(script, terminal)

    async def preflight(self, plan: Plan) -> Sequence[Finding]:
        """Look anew and evaluate each guard and check of `plan`; changes nothing."""
        return await self._planner.preflight(plan)

    def plan_of(self, job: str) -> Plan:
        """Return the plan of a job of this console."""
        return self._jobs.plan(job)

    async def finished(self, job: str) -> Outcome | None:
        """Return how a job ended, once it has; None when it broke off."""
        return await self._jobs.finished(job)
