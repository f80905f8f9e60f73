"""How far a migration is, as far as both nodes' lists tell it."""

from __future__ import annotations

from ovmtui.model.domain import DomainState, Transit
from ovmtui.model.identity import VmKey
from ovmtui.model.snapshot import Snapshot


def migration_progress(snapshot: Snapshot, vm: VmKey) -> str:
    """Return what is seen of a migration under way; empty when nothing is.

    libxl's incoming copy grows to the machine's memory, which tells the first pass in
    percent. xend's copy has its full size at once: only its being there can be told.
    """
    machine = snapshot.vms.get(vm)
    if machine is None or len(machine.copies) < 2:
        return ""
    for copy in machine.copies:
        domain = copy.domain
        others = [other.domain.memory_mib for other in machine.copies if other is not copy]
        if domain.transit is Transit.INCOMING:
            full = max(others)
            if full > 0:
                percent = min(100, 100 * domain.memory_mib // full)
                return f"{percent} % of the memory on {copy.node.name}"
        if domain.state is DomainState.PAUSED and domain.cpu_seconds == 0.0:
            return f"copying; {copy.node.name} holds the copy paused"
    return ""
