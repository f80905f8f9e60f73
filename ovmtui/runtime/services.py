"""Which service each machine belongs to, and what high availability it is to have. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ovmtui.model.ha import WantedHa
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.service import ManagedService, ServiceFile, ServiceStatus


def services_by_machine(
    pool: str,
    machines: Mapping[VmKey, str],
    local: Iterable[ServiceFile],
    nodes: Iterable[NodeView],
) -> dict[VmKey, ManagedService]:
    """Return the service of each machine that one names: by its UUID, else by its name.

    Args:
        pool: the pool's name.
        machines: names of the machines by key.
        local: files of the pool's local directory.
        nodes: a file beside an agent counts before a local one of the same name.
    """
    nodes = tuple(nodes)
    files: dict[str, ServiceFile] = {}
    for file in (*(f for node in nodes for f in node.services or ()), *local):
        files.setdefault(file.name, file)
    if not files:
        return {}
    by_name: dict[str, list[VmKey]] = {}
    for key, name in machines.items():
        by_name.setdefault(name, []).append(key)
    found: dict[VmKey, ManagedService] = {}
    for name in sorted(files, key=lambda name: (not files[name].on_node, name)):
        service = files[name].general
        if not service.drives_machine:
            continue
        if service.vm_uuid is not None:
            keys = [VmKey(pool, service.vm_uuid)]
        else:
            keys = by_name.get(service.vm_name, [])
        # A name that two machines have names none of them.
        if len(keys) == 1 and keys[0] in machines and keys[0] not in found:
            found[keys[0]] = ManagedService(files[name], _statuses(name, nodes))
    return found


def wanted_ha(
    name: str, service: ManagedService | None, configured: Mapping[str, bool]
) -> WantedHa | None:
    """Return what a machine's HA is to be: as configured, else as its service has it."""
    if name in configured:
        return WantedHa(configured[name], "configuration")
    if service is not None and service.wanted_ha is not None:
        return WantedHa(service.wanted_ha, f"service {service.name}")
    return None


def _statuses(name: str, nodes: tuple[NodeView, ...]) -> Mapping[NodeKey, ServiceStatus]:
    return MappingProxyType(
        {node.key: node.service_statuses[name] for node in nodes if name in node.service_statuses}
    )
