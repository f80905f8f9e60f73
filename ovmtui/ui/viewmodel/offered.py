"""The names that a command line is completed with: those for which it makes sense first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from ovmtui.errors import UsageError
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm, VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.leftovers import leftovers
from ovmtui.plan.resolve import find_vm
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.completing import Partial
from ovmtui.ui.viewmodel.view import GROUPS
from ovmtui.ui.viewmodel.words import PLANNED

NO_GROUP = "none"
"""What is typed for one list without groups."""

_SENSIBLE: Mapping[Verb, Callable[[Vm, Snapshot], bool]] = {
    Verb.START: lambda vm, snapshot: not vm.copies and vm.state is VmState.DOWN,
    Verb.STOP: lambda vm, snapshot: bool(vm.copies),
    Verb.MIGRATE: lambda vm, snapshot: vm.state is VmState.RUNNING,
    Verb.REBOOT: lambda vm, snapshot: vm.state is VmState.RUNNING,
    Verb.PAUSE: lambda vm, snapshot: vm.state is VmState.RUNNING,
    Verb.UNPAUSE: lambda vm, snapshot: vm.state is VmState.PAUSED,
    Verb.DESTROY: lambda vm, snapshot: bool(vm.copies),
    Verb.HA_ON: lambda vm, snapshot: vm.ha.state is not HaState.ON,
    Verb.HA_OFF: lambda vm, snapshot: vm.ha.state is not HaState.OFF,
    Verb.MEND_HA: lambda vm, snapshot: vm.drifts,
    Verb.REPAIR: lambda vm, snapshot: bool(leftovers(vm, snapshot)),
    Verb.FREEZE: lambda vm, snapshot: vm.service is not None and not vm.service.frozen_on,
    Verb.THAW: lambda vm, snapshot: vm.service is not None and bool(vm.service.frozen_on),
    Verb.RESERVE: lambda vm, snapshot: vm.service is not None and bool(vm.copies),
}
"""The machines for which a verb is likely meant; the plan says what is possible."""
_WHERE_IT_IS = frozenset({Verb.DESTROY, Verb.REPAIR})
"""Verbs whose node is one on which the machine is."""


def offered(
    kind: str, partial: Partial, *, snapshot: Snapshot, themes: Sequence[str]
) -> Sequence[str]:
    """Return what can stand in the place of a `kind` in the line that `partial` is."""
    match kind:
        case "vm":
            return _machines(_verb(partial), snapshot)
        case "node":
            return _nodes(partial, snapshot)
        case "pool":
            return [pool.name for pool in snapshot.pools]
        case "verb":
            return list(PLANNED)
        case "text" if partial.word.name == "history":
            return sorted({vm.shown for vm in snapshot.vms.values()})
        case _:
            return fixed(kind, themes=themes)


def fixed(kind: str, *, themes: Sequence[str] = ()) -> Sequence[str]:
    """Return what there is of a `kind` whatever the pool is."""
    return {
        "switch": ["on", "off"],
        "column": sorted(column.id for column in COLUMNS),
        "group": [*GROUPS, NO_GROUP],
        "theme": sorted(themes),
        "outcome": [outcome.value for outcome in Outcome if outcome is not Outcome.SKIPPED],
    }.get(kind, [])


def _verb(partial: Partial) -> Verb | None:
    first = partial.plain[0] if partial.plain else ""
    match partial.word.name:
        case "ha":
            return Verb.HA_OFF if first == "off" else Verb.HA_ON
        case "plan":
            return PLANNED.get(first)
        case _:
            return partial.word.verb


def _machines(verb: Verb | None, snapshot: Snapshot) -> list[str]:
    """Return the names of the machines, with their pool where one name is that of several."""
    count = Counter(vm.shown for vm in snapshot.vms.values())
    sensible = _SENSIBLE[verb] if verb is not None else lambda vm, snapshot: True
    found = [
        (
            not sensible(vm, snapshot),
            vm.shown if count[vm.shown] == 1 else f"{vm.key.pool}/{vm.shown}",
        )
        for vm in snapshot.vms.values()
    ]
    return list(dict.fromkeys(name for _, name in sorted(found)))


def _nodes(partial: Partial, snapshot: Snapshot) -> list[str]:
    """Return the nodes that can be meant: of the machine's pool, and not where it would stay."""
    try:
        vm = snapshot.vms[find_vm(snapshot, partial.plain[-1])] if partial.plain else None
    except UsageError:
        vm = None
    there = list(snapshot.nodes)
    if vm is not None:
        there = [node for node in there if node.pool == vm.key.pool]
        if _verb(partial) in _WHERE_IT_IS:
            there = list(vm.nodes)
        elif partial.option == "--to":
            there = [node for node in there if node not in vm.nodes]
    count = Counter(node.name for node in there)

    def rank(node: NodeKey) -> tuple[bool, str]:
        return not snapshot.nodes[node].certain, node.name

    return [
        node.name if count[node.name] == 1 else f"{node.pool}/{node.name}"
        for node in sorted(there, key=rank)
    ]
