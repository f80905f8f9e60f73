"""How busy machines and nodes were lately: figures kept in memory, drawn as small bars."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot

KEPT = 120
"""Listings that are kept: ten minutes at the usual pace."""
_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"
"""Drawn where a figure was not known: no bar stands for what nobody has measured."""
WIDTH = 10

Figures = deque[float | None]


def _ring() -> Figures:
    return deque(maxlen=KEPT)


@dataclass(slots=True)
class _Machine:
    cpu: Figures = field(default_factory=_ring)
    memory: Figures = field(default_factory=_ring)
    drawn: str | None = None
    """The bars of `cpu`; None until somebody wants to see them."""
    alike: int = 0
    """How many of the newest figures of `cpu` are the same."""

    def grow(self, cpu: float | None, memory: float | None) -> bool:
        """Take the figures of a listing; return whether the bars may look other than before."""
        self.alike = self.alike + 1 if self.cpu and self.cpu[-1] == cpu else 1
        self.cpu.append(cpu)
        self.memory.append(memory)
        if self.alike > WIDTH and self.drawn is not None:
            return False
        self.drawn = None
        return True


@dataclass(slots=True)
class _Node:
    load: Figures = field(default_factory=_ring)
    used: Figures = field(default_factory=_ring)
    """Memory in use, as a share of all of it."""
    seen: float | None = None


class Trends:
    """Takes each snapshot, and keeps the figures of each node's listings."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._vms: dict[VmKey, _Machine] = {}
        self._nodes: dict[NodeKey, _Node] = {}
        self._grown: set[VmKey] = set()

    def see(self, snapshot: Snapshot) -> None:
        """Take the figures of the nodes that were listed since the last time."""
        fresh: set[NodeKey] = set()
        for node in snapshot.nodes.values():
            known = self._nodes.setdefault(node.key, _Node())
            if node.listed_at is None or node.listed_at == known.seen:
                continue
            known.seen = node.listed_at
            fresh.add(node.key)
            known.load.append(node.load)
            free, total = node.facts.free_memory_mib, node.facts.total_memory_mib
            known.used.append(100 * (total - free) / total if total and free is not None else None)
        if not fresh:
            return
        for gone in [key for key in self._vms if key not in snapshot.vms]:
            del self._vms[gone]
        for vm in snapshot.vms.values():
            if not fresh.isdisjoint(vm.nodes):
                machine = self._vms.setdefault(vm.key, _Machine())
                if machine.grow(vm.cpu_percent, vm.memory_mib):
                    self._grown.add(vm.key)

    def take_grown(self) -> set[VmKey]:
        """Return the machines whose bars may be other ones since this was asked last."""
        grown, self._grown = self._grown, set()
        return grown

    def spark(self, vm: VmKey) -> str:
        """Return the CPU time of a machine lately, as bars against one whole CPU."""
        machine = self._vms.get(vm)
        if machine is None:
            return ""
        if machine.drawn is None:
            machine.drawn = sparkline(machine.cpu, width=WIDTH, top=100.0)
        return machine.drawn

    def of_vm(self, vm: VmKey) -> tuple[Sequence[float | None], Sequence[float | None]]:
        """Return CPU shares and memory in MiB, the oldest first."""
        machine = self._vms.get(vm) or _Machine()
        return machine.cpu, machine.memory

    def of_node(self, node: NodeKey) -> tuple[Sequence[float | None], Sequence[float | None]]:
        """Return load averages and memory in use in percent, the oldest first."""
        known = self._nodes.get(node) or _Node()
        return known.load, known.used


def sparkline(figures: Sequence[float | None], *, width: int, top: float | None = None) -> str:
    """Return the newest `width` figures as bars; `top` is what a full bar is at least."""
    shown = list(figures)[-width:]
    known = [figure for figure in shown if figure is not None]
    if not known:
        return ""
    highest = max(*known, top or 0.0, 0.0)
    last = len(_BARS) - 1
    return "".join(
        _GAP
        if figure is None
        else _BARS[min(last, round(last * max(0.0, figure) / highest))]
        if highest
        else _BARS[0]
        for figure in shown
    )
