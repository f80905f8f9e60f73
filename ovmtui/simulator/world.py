"""The state of a pool as it really is, apart from how anybody gets to see it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import TypeVar

from ovmtui.simulator import nodefiles, vmfiles
from ovmtui.simulator.agent import Agent
from ovmtui.simulator.breakage import MigrationFault, ProgramFault
from ovmtui.simulator.domain import Condition, Domain, Machine
from ovmtui.simulator.manager import Manager
from ovmtui.simulator.node import LOAD_AVERAGE, Node, Plug, Xend
from ovmtui.simulator.spec import ErrorStyle, PoolSpec, Power, VmSpec
from ovmtui.simulator.timeline import Timeline

_LOAD_PACE = 5.0
"""Seconds between two values of a node's load average."""

Result = TypeVar("Result")


@dataclass(slots=True)
class Migration:
    """A migration that is under way."""

    source: Node
    domain: Domain
    target: Node
    copy: Domain | None = None
    """The half-built one; None while there is none."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so, whatever the tools say."""

    running: Mapping[str, tuple[str, ...]]
    """UUID of each machine that executes somewhere: names of the nodes, one for each copy."""
    double_runs: Mapping[str, int]
    """UUID: how often a second copy came to run beside the first. Empty: never."""
    ha: Mapping[str, bool]
    """Name of each machine: whether the pool's agent restarts it."""


class World:
    """Nodes with their domains and guests, the manager, and the agent that restarts machines."""

    def __init__(self, spec: PoolSpec, root: Path, timeline: Timeline) -> None:
        """Build the pool of `spec`, its files below `root`."""
        self.spec = spec
        self.root = root
        self.timeline = timeline
        self.random = Random(spec.seed)
        self.guests: dict[str, VmSpec] = {vm.identity: vm for vm in spec.vms}
        self.ha: dict[str, bool] = {vm.identity: vm.ha for vm in spec.vms}
        self.migration_faults: dict[str, MigrationFault] = {}
        """By the machine's name."""
        self.migrations: list[Migration] = []
        self.program_faults: dict[tuple[str, str], ProgramFault] = {}
        """By the node's and the program's name."""
        self.agent_locks: set[tuple[str, str]] = set()
        """Node and service of each lock that an OpenSVC agent holds."""
        self.reservations: dict[str, str] = {}
        """Path of each reserved disk: the key that holds it."""
        self._double_runs: Counter[str] = Counter()
        self._double_now: set[str] = set()
        self._tasks: set[asyncio.Task[object]] = set()
        self.agent = Agent(self)
        self.manager = Manager(self)
        self.nodes: dict[str, Node] = {
            node.name: Node(node, root / node.name, Random(f"{spec.seed}/{node.name}"))
            for node in spec.nodes
        }
        for node in self.nodes.values():
            node.boot(self.now, up_since=self.now - node.spec.uptime)
            nodefiles.write(node, spec, root)
            self._write_load(node)
        for vm in spec.vms:
            vmfiles.write_machine(root, vm)
            self._place(vm)
        for vm in spec.vms:
            self.settle(vm.identity)

    @property
    def now(self) -> float:
        """The present, in simulated seconds."""
        return self.timeline.now()

    def stamp(self) -> str:
        """Return the time of day for a line of a log."""
        return time.strftime("%Y-%m-%d %H:%M:%S")

    def truth(self) -> Truth:
        """Return who runs what, whoever knows it."""
        running: dict[str, tuple[str, ...]] = {}
        for node, domain in self.everywhere():
            if domain.is_executing:
                uuid = domain.machine.uuid
                running[uuid] = (*running.get(uuid, ()), node.name)
        return Truth(
            running=MappingProxyType(running),
            double_runs=MappingProxyType(dict(self._double_runs)),
            ha=MappingProxyType({vm.name: self.ha[vm.identity] for vm in self.spec.vms}),
        )

    def everywhere(self) -> Iterator[tuple[Node, Domain]]:
        """Yield each guest's domain with its node; a node without power has none."""
        for node in self.nodes.values():
            for domain in node.guests():
                yield node, domain

    def spawn(self, work: Coroutine[object, object, Result]) -> asyncio.Task[Result]:
        """Let `work` go on by itself, whoever asked for it, until the pool ends."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End everything that goes on in the world."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def live(self) -> None:
        """Keep the nodes' load averages moving; never returns."""
        while True:
            await self.timeline.sleep(_LOAD_PACE)
            for node in self.nodes.values():
                self._write_load(node)

    def errno(self, number: int, text: str) -> str:
        """Return an operating system's error as the nodes' Python spells it."""
        if self.spec.errors is ErrorStyle.PYTHON24:
            return f"({number}, '{text}')"
        return f"[Errno {number}] {text}"

    def guest_of(self, machine: Machine) -> VmSpec:
        """Return how the guest of `machine` behaves; one that is not known is ordinary."""
        return self.guests.get(machine.uuid) or VmSpec(machine.name, uuid=machine.uuid)

    def build(self, node: Node, machine: Machine, *, paused: bool = False) -> Domain:
        """Put a new domain of `machine` on `node`; nothing is checked."""
        domain = Domain(
            machine=machine,
            guest=self.guest_of(machine),
            name=machine.name,
            domid=node.take_domid(),
            built_at=self.now,
            guest_started_at=self.now,
            condition=Condition.PAUSED if paused else Condition.RUNNING,
            lively=self.spec.lively,
            counted_from=self.now,
        )
        node.domains.append(domain)
        self.settle(machine.uuid)
        return domain

    def vanish(self, node: Node, domain: Domain) -> None:
        """Take a domain away for good; the pool's agent notices."""
        node.drop(domain)
        self.settle(domain.machine.uuid)
        self.agent.expect(domain.machine.uuid)

    def settle(self, uuid: str) -> None:
        """Note whether the machine runs twice, after something has changed for it."""
        copies = sum(
            domain.is_executing for _, domain in self.everywhere() if domain.machine.uuid == uuid
        )
        if copies < 2:
            self._double_now.discard(uuid)
        elif uuid not in self._double_now:
            self._double_now.add(uuid)
            self._double_runs[uuid] += 1

    def power_off(self, node: Node) -> None:
        """Cut the node's power: every domain on it is gone at once."""
        node.plug = Plug.DEAD
        lost = tuple(node.guests())
        node.domains = node.domains[:1]
        for domain in lost:
            self.settle(domain.machine.uuid)
            self.agent.expect(domain.machine.uuid)

    def power_on(self, node: Node) -> None:
        """Boot the node; it has a new boot id and no guests."""
        node.plug = Plug.UP
        node.xend = Xend.UP
        node.boot(self.now, up_since=self.now)
        self._write_load(node)

    def _place(self, vm: VmSpec) -> None:
        """Put the machine where it is at the beginning."""
        if vm.power is Power.DOWN:
            return
        node = self.nodes[vm.node or self.spec.nodes[0].name]
        machine = vmfiles.read_machine(str(vmfiles.config_path(self.root, vm)))
        domain = self.build(node, machine)
        if vm.domid is not None:
            domain.domid = vm.domid
            node.next_domid = max(node.next_domid, vm.domid + 1)
        domain.built_at = domain.guest_started_at = self.now - vm.uptime
        domain.cpu_before = vm.uptime * vm.load if vm.cpu_seconds is None else vm.cpu_seconds
        match vm.power:
            case Power.PAUSED:
                domain.condition = Condition.PAUSED
            case Power.PRESERVED:
                domain.condition = Condition.SHUTDOWN
            case Power.CRASHED:
                domain.condition = Condition.CRASHED
            case Power.MANAGED:
                domain.condition = Condition.HALTED
                domain.domid = None

    def _write_load(self, node: Node) -> None:
        load = node.spec.load
        if self.spec.lively:
            load *= 0.6 + 0.8 * node.random.random()
        load += sum(0.5 for domain in node.guests() if domain.name.startswith("migrating-"))
        count = len(node.domains) * 3 + 80
        node.write(LOAD_AVERAGE, f"{load:.2f} {load * 0.9:.2f} {load * 0.8:.2f} 1/{count} 4711\n")
