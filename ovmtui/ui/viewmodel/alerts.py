"""What needs a look, the worst first."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm, VmState

SEVERITIES = ("danger", "warn", "unknown")
"""The worst first; each is a role of the theme, too."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that needs a look."""

    severity: str
    """One of `SEVERITIES`."""
    text: str
    vm: VmKey | None = None
    node: NodeKey | None = None


def alerts(snapshot: Snapshot) -> tuple[Alert, ...]:
    """Return the alerts of a snapshot: dangers, then warnings, then what is unknown."""
    found = [alert for vm in snapshot.vms.values() for alert in _of_vm(vm)]
    found += [alert for node in snapshot.nodes.values() for alert in _of_node(node)]
    found += [
        Alert("warn", f"manager of {pool.name}: {visible(pool.manager_problem, limit=200)}")
        for pool in snapshot.pools
        if pool.manager_problem
    ]
    return tuple(sorted(found, key=lambda alert: SEVERITIES.index(alert.severity)))


def _of_vm(vm: Vm) -> list[Alert]:
    name = visible(vm.label, limit=80)
    reason = visible(vm.reason, limit=200)
    also = f"; {reason}" if reason else ""
    match vm.state:
        case VmState.SPLIT_BRAIN:
            return [Alert("danger", f"{name}: SPLIT BRAIN, {reason}", vm.key)]
        case VmState.CRASHED | VmState.DYING:
            return [Alert("danger", f"{name}: {vm.state.value} on {_places(vm)}{also}", vm.key)]
        case VmState.DOWN if vm.ha.state is HaState.ON:
            return [Alert("warn", f"{name}: down, though HA is on", vm.key)]
        case VmState.SHUTDOWN:
            text = f"{name}: its guest is down, the domain is kept on {_places(vm)}{also}"
            return [Alert("warn", text, vm.key)]
        case VmState.PAUSED:
            return [Alert("warn", f"{name}: paused on {_places(vm)}{also}", vm.key)]
        case VmState.MIGRATING if len(vm.copies) == 1:
            # Both sides are seen while it lasts; one alone may be a leftover.
            domain = vm.copies[0].domain.name
            text = f"{name}: {visible(domain, limit=80)} on {_places(vm)}, {reason}"
            return [Alert("warn", text, vm.key)]
        case VmState.UNKNOWN:
            return [Alert("unknown", f"{name}: unknown, {reason}", vm.key)]
        case VmState.RUNNING if vm.reason:
            return [Alert("warn", f"{name}: {reason}", vm.key)]
        case _:
            return []


def _places(vm: Vm) -> str:
    return ", ".join(node.name for node in vm.nodes)


def _of_node(node: NodeView) -> list[Alert]:
    name = node.key.name
    if node.reach in {Reach.UNREACHABLE, Reach.REFUSED}:
        severity = "danger" if "HOST KEY" in node.problem else "warn"
        return [Alert(severity, f"{name}: {visible(node.problem, limit=200)}", node=node.key)]
    if node.list_problem:
        return [Alert("warn", f"{name}: {visible(node.list_problem, limit=200)}", node=node.key)]
    if node.scan_problem:
        return [Alert("unknown", f"{name}: {visible(node.scan_problem, limit=200)}", node=node.key)]
    return []
