"""From what each node lists to one row for each machine. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType

from ovmtui.model.domain import Domain, Transit
from ovmtui.model.ha import HaFact
from ovmtui.model.identity import VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.service import ServiceFile
from ovmtui.model.vm import Copy, Vm
from ovmtui.model.vmconfig import ConfigFile
from ovmtui.runtime.mergecache import NO_COPIES, NO_FILES, MergeCache, Sources
from ovmtui.runtime.naming import tags_of
from ovmtui.runtime.services import services_by_machine, wanted_ha


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
    cache: MergeCache | None = None,
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
        cache: of the last merge of this pool: what is as it was then is not worked out again.
    """
    nodes = tuple(nodes)
    known = MergeCache() if cache is None else cache
    copies: dict[VmKey, list[Copy]] = {}
    nameless: list[Copy] = []
    for node in nodes:
        for key, copy in known.listed(pool, node):
            if key is None:
                nameless.append(copy)
            else:
                copies.setdefault(key, []).append(copy)
    marked, unmarked = known.files(pool, nodes)
    configs = dict(marked)
    for copy in nameless:
        copies.setdefault(_key_by_name(pool, copy.domain, copies, configs), []).append(copy)
    for path, file in unmarked.items():
        name = file.config.name or ""
        found = [key for key, have in copies.items() if _called(name, have)]
        key = found[0] if len(found) == 1 else VmKey(pool, f"name:{name}")
        configs[key] = {**configs.get(key, NO_FILES), path: file}
    for key, have in copies.items():
        # A halted record on one node is no copy beside the one that executes on another.
        copies[key] = [copy for copy in have if copy.domain.is_active] or have
    silent = tuple(node.key.name for node in nodes if not node.certain)
    keys = sorted(set(copies).union(configs), key=attrgetter("identity"))
    plain = {
        key: known.machine(
            Sources(
                copies.get(key, NO_COPIES),
                configs.get(key, NO_FILES),
                silent,
                ha.get(key),
                ha_since.get(key),
                manager_problem,
            ),
            key,
        )
        for key in keys
    }
    names = {key: vm.name for key, vm in plain.items()}
    managed = services_by_machine(pool, names, services, nodes)
    tags = tags_of(plain)
    merged = {}
    for key, vm in plain.items():
        if key in tags:
            vm = replace(vm, tag=tags[key])
        service = managed.get(key)
        name = vm.name if vm.name in wanted or vm.tag else vm.label
        if service is not None or name in wanted:
            vm = replace(vm, service=service, wanted_ha=wanted_ha(name, service, wanted))
        old = previous.get(key)
        merged[key] = old if old is vm or old == vm else vm
    known.keep(merged)
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
