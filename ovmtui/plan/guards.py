"""Guards on where a machine runs, and on whether its nodes can be believed."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.domain import DomainState, Transit
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm, VmState
from ovmtui.plan.verdict import Verdict, fails, holds, unknown

_EVERY = "every node of the pool answers"


def why_uncertain(node: NodeView, now: float, max_age: float) -> str | None:
    """Return why `node`'s domains are not known now, or None when they are."""
    name = node.key.name
    if not node.certain:
        return f"{name}: {node.list_problem or node.problem or 'has not answered yet'}"
    if node.listed_at is None or now - node.listed_at > max_age:
        age = "never" if node.listed_at is None else f"{now - node.listed_at:.0f} s ago"
        return f"{name}: last listed {age}, older than {max_age:.0f} s"
    return None


@dataclass(frozen=True, slots=True)
class RunsOnlyOn:
    """The machine has exactly one domain, on `node`, in one of `states`."""

    vm: VmKey
    node: NodeKey
    states: tuple[DomainState, ...]
    max_age: float
    domid: int | None = None
    """When given, the domain must still have this id."""
    name: str = "runs-only-here"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        verb = "runs" if DomainState.RUNNING in self.states else "is"
        return f"{verb} on {self.node.name}, and nowhere else"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the copies of the machine."""
        vm = snapshot.vms.get(self.vm)
        if vm is None or not vm.copies:
            return fails("no node lists it")
        doubt = why_uncertain(snapshot.nodes[self.node], now, self.max_age)
        if doubt:
            return unknown(doubt)
        elsewhere = [c for c in vm.copies if c.node != self.node and c.domain.is_active]
        if elsewhere:
            return fails(f"also listed on {', '.join(copy.node.name for copy in elsewhere)}")
        if len(vm.copies) > 1:
            return fails(f"{self.node.name} lists it {len(vm.copies)} times")
        return self._judge(vm.copies[0], snapshot)

    def _judge(self, copy: Copy, snapshot: Snapshot) -> Verdict:
        domain = copy.domain
        if self.domid is not None and domain.domid != self.domid:
            return fails(f"its domain id is {domain.domid} now, no longer {self.domid}")
        if domain.transit is not Transit.NONE:
            return fails(f"it is listed as {domain.name}: a migration or save is under way")
        if domain.state not in self.states:
            wanted = " or ".join(state.value for state in self.states)
            return fails(f"it is {domain.state.value}, not {wanted}")
        namesakes = [
            other
            for other in snapshot.nodes[self.node].domains or ()
            if other.name == domain.name and other.domid != domain.domid
        ]
        if namesakes:
            return fails(f"{self.node.name} lists {len(namesakes) + 1} domains of that name")
        silent = [n.key.name for n in snapshot.nodes_of(self.vm.pool) if not n.certain]
        beside = f"; {', '.join(silent)}: not looked at" if silent else ""
        return holds(f"{domain.state.value} on {self.node.name} (id {domain.domid}){beside}")


@dataclass(frozen=True, slots=True)
class CarriesId:
    """Domain `domid` of `node` still is the machine. For destroying one copy of several."""

    vm: VmKey
    node: NodeKey
    domid: int
    max_age: float
    name: str = "carries-id"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"domain {self.domid} on {self.node.name} is this machine"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the domain that has the id."""
        node = snapshot.nodes[self.node]
        doubt = why_uncertain(node, now, self.max_age)
        if doubt:
            return unknown(doubt)
        vm = snapshot.vms.get(self.vm)
        if vm is not None and vm.state is not VmState.SPLIT_BRAIN:
            return fails(f"it is {vm.state.value} now, no longer a split brain")
        for copy in vm.copies if vm else ():
            if copy.node == self.node and copy.domain.domid == self.domid:
                return holds(f"{copy.domain.name} is {copy.domain.state.value}")
        return fails(f"no domain {self.domid} of this machine is on {self.node.name}")


@dataclass(frozen=True, slots=True)
class RunsNowhere:
    """No node lists the machine, its name, or a domain that writes to its disks."""

    vm: VmKey
    name: str = "runs-nowhere"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return "runs on no node of the pool"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge every domain of the pool, also those seen last on a silent node."""
        vm = snapshot.vms.get(self.vm)
        if vm is None:
            return fails("it is not known in this pool")
        if vm.copies:
            return fails(_where(vm))
        disks = {
            disk.path
            for file in vm.configs
            for disk in file.config.disks
            if disk.exclusive and disk.path
        }
        for node in snapshot.nodes_of(self.vm.pool):
            for domain in node.domains or ():
                if domain.is_domain_zero or not domain.is_active:
                    continue
                if domain.plain_name == vm.name:
                    return fails(f"a domain called {domain.name} is on {node.key.name}")
                for disk in domain.disks:
                    if disk.path in disks and disk.exclusive:
                        return fails(
                            f"{domain.name} on {node.key.name} has its disk {disk.path} open"
                        )
        return holds("no node lists it, its name or its disks")


def _where(vm: Vm) -> str:
    places = ", ".join(
        f"{copy.domain.state.value} on {copy.node.name}"
        + ("" if copy.certain else " when last seen")
        for copy in vm.copies
    )
    return f"it is {places}"


@dataclass(frozen=True, slots=True)
class PoolAnswers:
    """Every node of the pool, or each of some, has been listed within `max_age` seconds."""

    pool: str
    max_age: float
    among: frozenset[NodeKey] = frozenset()
    """Only these; empty: all."""
    besides: frozenset[NodeKey] = frozenset()
    """Not these."""
    name: str = "pool-answers"
    overridable: bool = True

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        if self.among:
            return f"{_names(self.among)} answers"
        return "every other node answers" if self.besides else _EVERY

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Name each node whose domains are not known."""
        nodes = [
            node
            for node in snapshot.nodes_of(self.pool)
            if node.key not in self.besides and (not self.among or node.key in self.among)
        ]
        doubts = [doubt for node in nodes if (doubt := why_uncertain(node, now, self.max_age))]
        if doubts:
            return unknown("; ".join(doubts))
        return holds(f"{len(nodes)} of {len(nodes)} answer")


def pool_answers(
    pool: str, snapshot: Snapshot, now: float, max_age: float, *, overrides: frozenset[str]
) -> tuple[PoolAnswers, ...]:
    """Return the guards that every node of `pool` is known.

    An override counts for the nodes that are silent when it is given, and for no other
    that falls silent later.
    """
    every = PoolAnswers(pool, max_age)
    silent = frozenset(
        node.key for node in snapshot.nodes_of(pool) if why_uncertain(node, now, max_age)
    )
    if every.name not in overrides or not silent:
        return (every,)
    others = PoolAnswers(pool, max_age, besides=silent, name="others-answer", overridable=False)
    return (PoolAnswers(pool, max_age, among=silent), others)


def _names(nodes: frozenset[NodeKey]) -> str:
    return ", ".join(sorted(node.name for node in nodes))


@dataclass(frozen=True, slots=True)
class NodeAnswers:
    """One node has been listed within `max_age` seconds and is not in maintenance."""

    node: NodeKey
    max_age: float
    name: str = "node-answers"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"{self.node.name} answers and takes machines"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the node."""
        node = snapshot.nodes[self.node]
        doubt = why_uncertain(node, now, self.max_age)
        if doubt:
            return unknown(doubt)
        if node.maintenance:
            return fails(f"{self.node.name} is in maintenance")
        return holds(f"{self.node.name} answers")
