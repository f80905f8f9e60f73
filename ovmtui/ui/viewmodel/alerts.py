"""What needs a look, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ovmtui.model.domain import Transit
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm, VmState
from ovmtui.plan.leftovers import leftovers

SEVERITIES = ("danger", "warn", "unknown")
"""The worst first; each is a role of the theme, too."""


_NAMED = 5
"""How many machines an alert about many names."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that needs a look."""

    severity: str
    """One of `SEVERITIES`."""
    text: str
    vm: VmKey | None = None
    node: NodeKey | None = None
    action: str = ""
    """Id of the action that does something about it; empty where none does alone."""
    does: str = ""
    """What that action does about it, after its key: `mends it`."""

    def told(self, key_of: Callable[[str], str]) -> str:
        """Return the sentence, with the key that does something about it."""
        return f"{self.text} ({key_of(self.action)} {self.does})" if self.action else self.text


def alerts(snapshot: Snapshot) -> tuple[Alert, ...]:
    """Return the alerts of a snapshot: dangers, then warnings, then what is unknown."""
    # Nothing is worse than two copies, whatever else is a danger.
    vms = [vm for vm in snapshot.vms.values() if not _is_quiet(vm)]
    vms.sort(key=lambda vm: vm.state is not VmState.SPLIT_BRAIN)
    found = [alert for vm in vms for alert in _of_vm(vm, snapshot)]
    unknown = [vm for vm in vms if vm.state is VmState.UNKNOWN]
    found += [alert for pool in snapshot.pools for alert in _unknown(pool.name, unknown)]
    found += [alert for node in snapshot.nodes.values() for alert in _of_node(node)]
    found += [
        Alert("warn", f"manager of {pool.name}: {visible(pool.manager_problem, limit=200)}")
        for pool in snapshot.pools
        if pool.manager_problem
    ]
    found += [
        Alert("warn", f"service files of {pool.name}: {visible(pool.services_problem, limit=200)}")
        for pool in snapshot.pools
        if pool.services_problem
    ]
    return tuple(sorted(found, key=lambda alert: SEVERITIES.index(alert.severity)))


def _is_quiet(vm: Vm) -> bool:
    """Whether a machine is as most are, so that there is nothing to be told of it."""
    if vm.reason or vm.service is not None or vm.wanted_ha is not None:
        return False
    if vm.state is VmState.DOWN:
        return not vm.copies and vm.ha.state is not HaState.ON
    alone = len(vm.copies) == 1 and vm.copies[0].domain.transit is Transit.NONE
    return vm.state is VmState.RUNNING and alone


def _unknown(pool: str, unknown: Sequence[Vm]) -> list[Alert]:
    """Tell the machines that are unknown in one sentence for each reason, however many."""
    by_reason: dict[str, list[Vm]] = {}
    for vm in unknown:
        if vm.key.pool == pool:
            by_reason.setdefault(vm.reason, []).append(vm)
    found = []
    for reason, vms in by_reason.items():
        names = [visible(vm.shown, limit=80) for vm in vms]
        told = visible(reason, limit=200)
        if len(names) == 1:
            found.append(Alert("unknown", f"{names[0]}: unknown, {told}", vms[0].key))
            continue
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        text = f"{len(names)} machines are unknown, {told}: {', '.join(names[:_NAMED])}{more}"
        found.append(Alert("unknown", text, vms[0].key))
    return found


def _left_over(vm: Vm, snapshot: Snapshot) -> list[Alert]:
    """Tell what migrations have left of a machine, each with what may be done about it."""
    found = []
    for left in leftovers(vm, snapshot):
        if left.may_be_under_way and len(vm.copies) > 1 and vm.state is VmState.MIGRATING:
            # Both sides are seen for as long as a migration lasts; one alone is told.
            continue
        text = f"{left.what}: {left.why}; {left.remedy}"
        found.append(Alert("warn", visible(text, limit=600), vm.key))
    return found


def _of_vm(vm: Vm, snapshot: Snapshot) -> list[Alert]:
    name = visible(vm.shown, limit=80)
    reason = visible(vm.reason, limit=200)
    also = f"; {reason}" if reason else ""
    left = _left_over(vm, snapshot)
    match vm.state:
        case VmState.SPLIT_BRAIN:
            text = f"{name}: SPLIT BRAIN, {reason}; start nothing, and destroy the wrong copy"
            alert = Alert("danger", text, vm.key, action="vm.destroy", does="does that")
            return [alert, *left]
        case VmState.CRASHED | VmState.DYING:
            text = f"{name}: {vm.state.value} on {_places(vm)}{also}"
            return [Alert("danger", text, vm.key), *left]
        case VmState.DOWN if vm.ha.state is HaState.ON:
            return [Alert("warn", f"{name}: runs nowhere, though HA is on", vm.key)]
        case _ if left:
            return left
        case VmState.SHUTDOWN:
            text = f"{name}: its guest is down, the domain is kept on {_places(vm)}{also}"
            return [Alert("warn", text, vm.key)]
        case VmState.PAUSED:
            return [Alert("warn", f"{name}: paused on {_places(vm)}{also}", vm.key)]
        case VmState.RUNNING if vm.reason:
            return [Alert("warn", f"{name}: {reason}", vm.key)]
        case _:
            return _of_service(vm, name)


def _of_service(vm: Vm, name: str) -> list[Alert]:
    """Tell that HA is not as wanted, and that a service is frozen or its file misread."""
    found = []
    if vm.drifts and vm.wanted_ha is not None:
        wanted = "on" if vm.wanted_ha.on else "off"
        source = visible(vm.wanted_ha.source, limit=80)
        text = f"{name}: HA is {vm.ha.state.value}, but the {source} wants it {wanted}"
        found.append(Alert("warn", text, vm.key, action="vm.mend-ha", does="mends it"))
    service = vm.service
    if service is not None and service.frozen_on:
        nodes = ", ".join(node.name for node in service.frozen_on)
        text = f"{name}: service {visible(service.name, limit=80)} is frozen on {nodes}"
        found.append(Alert("warn", text, vm.key, action="vm.freeze", does="thaws it"))
    if service is not None and service.file.notes:
        more = f" and {len(service.file.notes) - 1} more" if len(service.file.notes) > 1 else ""
        text = f"{name}: {visible(service.file.notes[0], limit=300)}{more}"
        found.append(Alert("warn", text, vm.key))
    return found


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
