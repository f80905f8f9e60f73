"""What the copies, the files and the manager's word make of one machine. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ovmtui.model.domain import Domain, DomainState, Transit
from ovmtui.model.ha import HaFact
from ovmtui.model.identity import VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.vm import Copy, Vm, VmState
from ovmtui.model.vmconfig import ConfigFile

_DIRECT = {
    DomainState.RUNNING: VmState.RUNNING,
    DomainState.PAUSED: VmState.PAUSED,
    DomainState.SHUTDOWN: VmState.SHUTDOWN,
    DomainState.SUSPENDED: VmState.MIGRATING,
    DomainState.CRASHED: VmState.CRASHED,
    DomainState.DYING: VmState.DYING,
    DomainState.HALTED: VmState.DOWN,
    DomainState.UNKNOWN: VmState.UNKNOWN,
}


def copy_of(node: NodeView, domain: Domain) -> Copy:
    """Return what `node` lists as a copy of a machine."""
    percent = None
    if node.certain and domain.domid is not None:
        percent = node.cpu_percent.get(domain.domid)
    return Copy(node.key, domain, node.certain, percent)


def _name(key: VmKey, copies: Sequence[Copy], files: Mapping[str, ConfigFile]) -> str:
    if copies:
        return copies[0].domain.plain_name
    return files[min(files)].config.name or key.identity


def machine_of(
    key: VmKey,
    copies: Sequence[Copy],
    files: Mapping[str, ConfigFile],
    silent: tuple[str, ...],
    ha: HaFact,
) -> Vm:
    """Return the machine; `silent` are the nodes whose domains are not known now."""
    configs = tuple(files[path] for path in sorted(files))
    name = _name(key, copies, files)
    friendly = next((file.config.simple_name for file in configs if file.config.simple_name), None)
    state, reason = judge_state(copies, silent)
    return Vm(
        key=key,
        name=name,
        label=friendly or name,
        state=state,
        copies=tuple(copies),
        configs=configs,
        ha=ha,
        reason=reason,
    )


def judge_state(copies: Sequence[Copy], silent: tuple[str, ...]) -> tuple[VmState, str]:
    """Return a machine's state and the reason, where there is one.

    `silent` are the nodes whose domains are not known now. A machine that is seen
    nowhere is down only when no node is silent.
    """
    certain = [copy for copy in copies if copy.certain]
    doubtful = [copy for copy in copies if not copy.certain]
    if not certain:
        if doubtful:
            places = ", ".join(dict.fromkeys(copy.node.name for copy in doubtful))
            return VmState.UNKNOWN, f"last seen on {places}, not known there now"
        if silent:
            return VmState.UNKNOWN, f"seen nowhere, but {', '.join(silent)} cannot be asked"
        return VmState.DOWN, ""
    if len(certain) > 1:
        return _several(certain)
    state, reason = _one(certain[0].domain)
    if doubtful:
        places = ", ".join(dict.fromkeys(copy.node.name for copy in doubtful))
        reason = f"also last seen on {places}, not known there now"
    return state, reason


def _one(domain: Domain) -> tuple[VmState, str]:
    if domain.transit is Transit.OUTGOING:
        return VmState.MIGRATING, "being migrated or saved"
    if domain.transit is Transit.INCOMING:
        return VmState.MIGRATING, "arriving, or left over from a failed migration"
    if domain.transit is Transit.DEPARTED:
        return VmState.MIGRATING, "migrated away, not cleaned up yet"
    if domain.transit is Transit.ZOMBIE:
        return VmState.DYING, "its domain cannot be freed"
    if domain.state is DomainState.SUSPENDED:
        return VmState.MIGRATING, "suspended: the end of a migration or save"
    return _DIRECT[domain.state], ""


def _several(copies: list[Copy]) -> tuple[VmState, str]:
    """Tell a migration under way from two running copies.

    xend shows `migrating-NAME` on the source and NAME, paused with no CPU time, on the
    target; libxl shows NAME and `NAME--incoming`, at the end `NAME--migratedaway`.
    """
    places = ", ".join(f"{copy.domain.name} on {copy.node.name}" for copy in copies)
    settled = [
        copy
        for copy in copies
        if copy.domain.transit is Transit.NONE
        and copy.domain.is_active
        and not (copy.domain.state is DomainState.PAUSED and copy.domain.cpu_seconds == 0.0)
    ]
    leaving = [copy for copy in copies if copy.domain.transit is Transit.OUTGOING]
    if len(settled) + len(leaving) <= 1 or (len(settled) == 1 and len(leaving) == 1):
        return VmState.MIGRATING, places
    return VmState.SPLIT_BRAIN, f"{len(copies)} copies: {places}"
