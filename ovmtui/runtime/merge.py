"""From what each node lists to one row for each machine. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ovmtui.model.domain import Domain, DomainState, Transit
from ovmtui.model.ha import HaFact
from ovmtui.model.identity import VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.service import ServiceFile
from ovmtui.model.vm import Copy, Vm, VmState
from ovmtui.model.vmconfig import ConfigFile
from ovmtui.runtime.hasources import combined
from ovmtui.runtime.naming import tags_of
from ovmtui.runtime.services import services_by_machine, wanted_ha

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


def merge(
    pool: str,
    nodes: Iterable[NodeView],
    ha: Mapping[VmKey, HaFact],
    *,
    previous: Mapping[VmKey, Vm],
    services: tuple[ServiceFile, ...] = (),
    wanted: Mapping[str, bool] = MappingProxyType({}),
    ha_since: Mapping[VmKey, float] = MappingProxyType({}),
    manager_problem: str = "",
) -> dict[VmKey, Vm]:
    """Return the machines of `pool`; those without a change are the objects of `previous`.

    Args:
        pool: the pool's name.
        nodes: what each node says.
        ha: what the manager says.
        previous: the last result.
        services: service files of the pool's local directory.
        wanted: what the configuration wants HA to be, by the machine's name.
        ha_since: when what the manager says of a machine took its present value.
        manager_problem: why the manager cannot be asked now; empty when it can.
    """
    nodes = tuple(nodes)
    copies: dict[VmKey, list[Copy]] = {}
    configs: dict[VmKey, dict[str, ConfigFile]] = {}
    nameless: list[Copy] = []
    read_at = _reading_times(nodes)
    unmarked: dict[str, ConfigFile] = {}
    """Files without a UUID: only the name tells whose they are."""
    for node in nodes:
        for domain in node.domains or ():
            if domain.is_domain_zero:
                continue
            copy = _copy(node, domain)
            if domain.uuid is None:
                nameless.append(copy)
            else:
                copies.setdefault(VmKey(pool, domain.uuid), []).append(copy)
        for file in node.configs or ():
            if read_at.get(file.path) not in {None, node.scanned_at}:
                # Another node has read it later.
                continue
            if file.config.uuid:
                configs.setdefault(VmKey(pool, file.config.uuid), {})[file.path] = file
            elif file.config.name:
                unmarked[file.path] = file
    for copy in nameless:
        copies.setdefault(_key_by_name(pool, copy.domain, copies, configs), []).append(copy)
    for path, file in unmarked.items():
        name = file.config.name or ""
        found = [key for key, have in copies.items() if _called(name, have)]
        key = found[0] if len(found) == 1 else VmKey(pool, f"name:{name}")
        configs.setdefault(key, {})[path] = file
    for key, have in copies.items():
        # A halted record on one node is no copy beside the one that executes on another.
        copies[key] = [copy for copy in have if copy.domain.is_active] or have
    silent = tuple(node.key.name for node in nodes if not node.certain)
    keys = sorted(copies.keys() | configs.keys())
    names = {key: _name(key, copies.get(key, []), configs.get(key, {})) for key in keys}
    managed = services_by_machine(pool, names, services, nodes)
    vms = {key: _vm(key, copies.get(key, []), configs.get(key, {}), silent) for key in keys}
    tags = tags_of(vms)
    merged = {}
    for key, vm in vms.items():
        times = [at for file in vm.configs if (at := read_at.get(file.path)) is not None]
        fact = combined(
            ha.get(key),
            vm.configs,
            read_at=min(times, default=None),
            since=ha_since.get(key),
            problem=manager_problem,
        )
        vm = replace(vm, ha=fact, tag=tags.get(key, ""))
        service = managed.get(key)
        name = vm.name if vm.name in wanted or vm.tag else vm.label
        if service is not None or name in wanted:
            vm = replace(vm, service=service, wanted_ha=wanted_ha(name, service, wanted))
        old = previous.get(key)
        merged[key] = old if old == vm else vm
    return merged


def _key_by_name(
    pool: str,
    domain: Domain,
    copies: Mapping[VmKey, list[Copy]],
    configs: Mapping[VmKey, Mapping[str, ConfigFile]],
) -> VmKey:
    """Return the machine that a domain without a UUID belongs to.

    libxl tells no UUID for the incoming copy of a migration; its decorated name does,
    when exactly one machine of the pool has it. Any other domain stays by itself.
    """
    if domain.transit is not Transit.NONE:
        found = {key for key, have in copies.items() if _called(domain.plain_name, have)}
        found |= {
            key
            for key, files in configs.items()
            if any(file.config.name == domain.plain_name for file in files.values())
        }
        if len(found) == 1:
            return found.pop()
    return VmKey(pool, f"name:{domain.plain_name}")


def _called(name: str, copies: Iterable[Copy]) -> bool:
    return any(copy.domain.plain_name == name for copy in copies)


def _copy(node: NodeView, domain: Domain) -> Copy:
    percent = None
    if node.certain and domain.domid is not None:
        percent = node.cpu_percent.get(domain.domid)
    return Copy(node.key, domain, node.certain, percent)


def _name(key: VmKey, copies: list[Copy], files: Mapping[str, ConfigFile]) -> str:
    if copies:
        return copies[0].domain.plain_name
    return files[min(files)].config.name or key.identity


def _vm(
    key: VmKey,
    copies: list[Copy],
    files: Mapping[str, ConfigFile],
    silent: tuple[str, ...],
) -> Vm:
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
        reason=reason,
    )


def _reading_times(nodes: tuple[NodeView, ...]) -> dict[str, float | None]:
    """Return when each vm.cfg was read last, on whatever node."""
    times: dict[str, float | None] = {}
    for node in nodes:
        for file in node.configs or ():
            known = times.get(file.path)
            if known is None or (node.scanned_at is not None and node.scanned_at > known):
                times[file.path] = node.scanned_at
    return times


def judge_state(copies: list[Copy], silent: tuple[str, ...]) -> tuple[VmState, str]:
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
