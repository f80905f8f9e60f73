"""The order of the machines, and the groups that they form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ovmtui.model.ha import HaState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm, VmState
from ovmtui.ui.viewmodel.cells import memory
from ovmtui.ui.viewmodel.view import ViewState

_NOWHERE = "nowhere"
_LAST = "\U0010ffff"


def sort(machines: list[Vm], view: ViewState) -> None:
    """Put `machines` into the order of `view`, in place."""
    machines.sort(key=_name_key)
    machines.sort(key=_SORT_KEYS.get(view.sort, _name_key), reverse=view.descending)
    if view.sort in _FIGURES:
        # What is not known stands last, whichever way the figures go.
        machines.sort(key=lambda vm: _FIGURES[view.sort](vm) is None)
    if view.group:
        machines.sort(key=lambda vm: _group_key(group_of(vm, view.group)))


def same_place(one: Vm, other: Vm, view: ViewState) -> bool:
    """Whether two states of a machine have the same place in the order of `view`."""
    key = _SORT_KEYS.get(view.sort, _name_key)
    figure = _FIGURES.get(view.sort)
    return (
        one.label == other.label
        and key(one) == key(other)
        and (figure is None or (figure(one) is None) == (figure(other) is None))
    )


def group_of(vm: Vm, by: str) -> str:
    """Return the name of the group that a machine belongs to."""
    match by:
        case "node":
            # Two pools may each have a node of that name.
            return "+".join(str(node) for node in vm.nodes) or _NOWHERE
        case "pool":
            return vm.key.pool
        case "ha":
            return "HA drifts" if vm.drifts else f"HA {vm.ha.state.value}"
        case _:
            return vm.state.value


def group_title(name: str, members: Sequence[Vm], snapshot: Snapshot, *, by: str) -> str:
    """Return the heading of a group: its name, how many machines, and their memory."""
    count = f"{len(members)} machine" + ("" if len(members) == 1 else "s")
    sizes = [vm.memory_mib for vm in members]
    known = sum(size for size in sizes if size is not None)
    least = "at least " if None in sizes else ""
    shown = name
    if by == "node" and len(snapshot.pools) == 1 and members[0].nodes:
        shown = "+".join(node.name for node in members[0].nodes)
    words = [visible(shown, limit=80), count, f"{least}{memory(known)}" if known else ""]
    if by == "node":
        nodes = [n for n in snapshot.nodes.values() if str(n.key) == name]
        words += ["maintenance" for node in nodes if node.maintenance]
        words += ["does not answer" for node in nodes if not node.certain]
    return " · ".join(word for word in words if word)


def _group_key(name: str) -> tuple[bool, str]:
    return (name == _NOWHERE, name)


def _name_key(vm: Vm) -> tuple[str, str]:
    return (vm.label.lower(), str(vm.key))


_FIGURES: Mapping[str, Callable[[Vm], float | None]] = {
    "vcpu": lambda vm: vm.vcpus,
    "mem": lambda vm: vm.memory_mib,
    "cpu": lambda vm: vm.cpu_percent,
}
_SORT_KEYS: Mapping[str, Callable[[Vm], Any]] = {
    "name": _name_key,
    "pool": lambda vm: vm.key.pool,
    "node": lambda vm: [node.name for node in vm.nodes] or [_LAST],
    "state": lambda vm: list(VmState).index(vm.state),
    "ha": lambda vm: (not vm.drifts, list(HaState).index(vm.ha.state)),
    "service": lambda vm: vm.service.name.lower() if vm.service else _LAST,
    "env": lambda vm: (vm.service.environment if vm.service else None) or _LAST,
    "vcpu": lambda vm: vm.vcpus or 0,
    "mem": lambda vm: vm.memory_mib or 0,
    "cpu": lambda vm: vm.cpu_percent or 0,
    "note": lambda vm: vm.reason,
}
