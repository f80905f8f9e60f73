"""Emptying a node, and bringing its machines back: a migration for each machine, or why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.readiness import memory_needed_mib
from ovmtui.plan.render import describe_step
from ovmtui.plan.verdict import Standing

Planning = Callable[[Intent, Mapping[NodeKey, int]], Plan]
"""Makes a plan, with memory set aside by node in MiB; raises PlanRefused."""


@dataclass(frozen=True, slots=True)
class Move:
    """One machine: its migration as it would be now, or why there is none."""

    vm: VmKey
    name: str
    plan: Plan | None = None
    reasons: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """Name of the node that it would go to; empty when it cannot go."""
        return self.plan.destination.name if self.plan and self.plan.destination else ""


def move_of(vm: VmKey, name: str, plan: Plan) -> Move:
    """Return the move of a machine by `plan`, or why that would be refused as things are."""
    against = [f for f in plan.findings if f.verdict.standing is Standing.FAILS]
    if against:
        return Move(vm, name, reasons=tuple(f"{f.subject}: {f.verdict.text}" for f in against))
    return Move(vm, name, plan)


def kept_free(*, on: bool) -> str:
    """Return what it means for a node that its maintenance was set, or taken back."""
    return "nothing is put on it" if on else "machines may be put on it again"


def machines_on(node: NodeKey, snapshot: Snapshot) -> list[Vm]:
    """Return the machines with a domain on `node`, the largest first, so that they find room."""
    there = [
        vm
        for vm in snapshot.vms.values()
        if any(copy.node == node and copy.domain.is_active for copy in vm.copies)
    ]
    return sorted(there, key=lambda vm: (-(vm.memory_mib or 0), vm.shown))


def moves(wanted: Iterable[tuple[Vm, NodeKey | None]], planning: Planning) -> Iterator[Move]:
    """Yield a move for each machine, to the node given or else to the best one.

    Memory that one move takes is not there for the next. Each is planned when it is asked
    for: many of them take longer than a key may wait.
    """
    reserved: dict[NodeKey, int] = {}
    for vm, target in wanted:
        try:
            plan = planning(Intent(Verb.MIGRATE, vm.key, target), reserved)
        except PlanRefused as error:
            yield Move(vm.key, vm.shown, reasons=error.reasons)
            continue
        failing = [f for f in plan.findings if f.name == "memory" and not f.verdict.passes]
        if failing:
            yield Move(vm.key, vm.shown, reasons=(failing[0].verdict.text,))
            continue
        move = move_of(vm.key, vm.shown, plan)
        if move.plan and plan.destination is not None and vm.memory_mib is not None:
            needed = memory_needed_mib(vm.memory_mib)
            reserved[plan.destination] = reserved.get(plan.destination, 0) + needed
        yield move


def render_moves(title: str, listed: Iterable[Move]) -> str:
    """Return the moves as text: each machine's target and command, or why it stays."""
    lines = [visible(title)]
    for number, move in enumerate(listed, 1):
        name = visible(move.name)
        if move.plan is None:
            lines.append(f"  {number}. {name} stays: {visible('; '.join(move.reasons))}")
            continue
        lines.append(f"  {number}. {name} → {visible(move.target)}")
        lines += [f"       {describe_step(step)}" for step in move.plan.steps]
    if len(lines) == 1:
        lines.append("  no machine is to be moved")
    return "\n".join(lines)
