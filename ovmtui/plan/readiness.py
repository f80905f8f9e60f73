"""Guards on what a verb needs: configuration, memory, CPU, the manager."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import VmState
from ovmtui.plan.verdict import Verdict, fails, holds, unknown


@dataclass(frozen=True, slots=True)
class ConfigFoundOnce:
    """Exactly one vm.cfg names the machine, and `node` sees it."""

    vm: VmKey
    node: NodeKey
    name: str = "one-configuration"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"one vm.cfg names it, and {self.node.name} sees that file"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the files found by the repository scans."""
        vm = snapshot.vms.get(self.vm)
        configs = vm.configs if vm else ()
        if not configs:
            return fails("no vm.cfg that names it was found")
        if len(configs) > 1:
            return fails(f"several name it: {', '.join(file.path for file in configs)}")
        node = snapshot.nodes[self.node]
        if node.configs is None:
            return unknown(node.scan_problem or f"{self.node.name} was not searched yet")
        if configs[0].path not in {file.path for file in node.configs}:
            return fails(f"{self.node.name} does not see {configs[0].path}")
        return holds(configs[0].path)


@dataclass(frozen=True, slots=True)
class ConfigUnderstood:
    """The machine's vm.cfg was read whole, so that its disks and bridges are known."""

    vm: VmKey
    name: str = "configuration-understood"
    overridable: bool = True

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return "its vm.cfg could be read whole"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the notes of the reading."""
        vm = snapshot.vms.get(self.vm)
        notes = [note for file in (vm.configs if vm else ()) for note in file.notes]
        return unknown("; ".join(notes[:3])) if notes else holds("every setting was understood")


def memory_needed_mib(memory_mib: int) -> int:
    """Return the hypervisor memory for a domain of `memory_mib`, overhead included.

    The overhead (at least 16 MiB, 1/128 of the memory) is an estimate on the safe side:
    page tables, shadow and device model memory differ by guest type and version.
    """
    return memory_mib + max(16, memory_mib // 128)


@dataclass(frozen=True, slots=True)
class MemoryFree:
    """`node` has the memory for one more domain."""

    node: NodeKey
    memory_mib: int | None
    """The machine's memory; None where it is not known."""
    reserved_mib: int = 0
    """Memory that other plans under way will take on the node."""
    name: str = "memory"
    overridable: bool = True

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"{self.node.name} has the memory free"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Compare what is needed with what `xm info` states."""
        free = snapshot.nodes[self.node].facts.free_memory_mib
        if self.memory_mib is None:
            return unknown("how much memory it needs is not known")
        if free is None:
            return unknown(f"free memory of {self.node.name} is not known")
        needed = memory_needed_mib(self.memory_mib)
        reserved = f", {self.reserved_mib} MiB promised to others" if self.reserved_mib else ""
        text = f"needs {needed} MiB, {self.node.name} has {free} MiB free{reserved}"
        return holds(text) if free - self.reserved_mib >= needed else fails(text)


@dataclass(frozen=True, slots=True)
class NameFree:
    """The target lists no domain of the machine's name: its migration would fail at the end."""

    vm: VmKey
    node: NodeKey
    name: str = "name-free"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"its name is free on {self.node.name}"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Look for a domain of that name, under way or not."""
        vm = snapshot.vms.get(self.vm)
        if vm is None:
            return fails("it is not known in this pool")
        for domain in snapshot.nodes[self.node].domains or ():
            if domain.plain_name == vm.name:
                return fails(f"{domain.name} (id {domain.domid}) is there")
        return holds("no domain there has it")


@dataclass(frozen=True, slots=True)
class SameCpu:
    """Source and target have the same CPU model; the toolstack does not check it."""

    source: NodeKey
    target: NodeKey
    name: str = "same-cpu"
    overridable: bool = True

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return f"{self.source.name} and {self.target.name} have the same CPU"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Compare the capability words of `xm info`."""
        source = snapshot.nodes[self.source].facts.cpu_model
        target = snapshot.nodes[self.target].facts.cpu_model
        if source is None or target is None:
            missing = self.source if source is None else self.target
            return unknown(f"the CPU of {missing.name} is not known")
        if source != target:
            return fails(f"{self.source.name} has {source}, {self.target.name} has {target}")
        return holds("same CPU capabilities")


@dataclass(frozen=True, slots=True)
class ManagerAnswers:
    """The pool's manager can be asked, so that HA can be switched and read back."""

    pool: str
    unavailable: str = ""
    """Why it cannot be asked at all; empty when it can."""
    name: str = "manager-answers"
    overridable: bool = True

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return "the manager answers"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the manager's last answer."""
        problem = self.unavailable or snapshot.pool(self.pool).manager_problem
        return fails(problem) if problem else holds("its last answer was good")


@dataclass(frozen=True, slots=True)
class NameIsUnique:
    """No other machine of the pool has the name, which is all that the manager is told."""

    vm: VmKey
    name: str = "name-is-unique"
    overridable: bool = False

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return "no other machine of the pool has its name"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Look for namesakes."""
        vm = snapshot.vms.get(self.vm)
        if vm is None:
            return fails("it is not known in this pool")
        same = [
            other.key.identity
            for other in snapshot.vms.values()
            if other.key != self.vm and other.key.pool == self.vm.pool and other.name == vm.name
        ]
        return fails(f"so is called {', '.join(same)}") if same else holds("it is the only one")


@dataclass(frozen=True, slots=True)
class IsRunning:
    """The machine runs, so that switching HA on cannot make the manager start it."""

    vm: VmKey
    name: str = "is-running"
    overridable: bool = True

    @property
    def subject(self) -> str:
        """Phrase for the plan screen."""
        return "it runs (HA on a stopped machine may start it)"

    def evaluate(self, snapshot: Snapshot, now: float) -> Verdict:
        """Judge the machine's state."""
        vm = snapshot.vms.get(self.vm)
        if vm is None:
            return fails("it is not known in this pool")
        if vm.state is VmState.UNKNOWN:
            return unknown(vm.reason)
        if vm.state not in {VmState.RUNNING, VmState.MIGRATING}:
            return fails(f"it is {vm.state.value}")
        return holds(f"it is {vm.state.value}")
