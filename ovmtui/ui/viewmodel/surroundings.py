"""What stands around a machine: its OpenSVC service, and where its files are."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.model.service import Availability, ServiceStatus
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.storage import Mount, mount_of
from ovmtui.model.vm import Vm

_GIB = 1_048_576
"""KiB in a GiB."""


def service_rows(vm: Vm) -> Iterator[tuple[str, str]]:
    """Yield name and value of what is known of the machine's service."""
    if vm.service is None:
        return
    service = vm.service.file.general
    yield "service", f"{service.name}  {service.path}"
    if service.environment:
        yield "environment", service.environment
    if service.nodes:
        yield "nodes", " ".join(service.nodes)
    if service.recovery_nodes:
        yield "recovery nodes", " ".join(service.recovery_nodes)
    if service.orchestrate:
        yield "orchestrate", service.orchestrate
    yield "heartbeat", _heartbeat(vm)
    for address in service.addresses:
        device = f" on {address.device}" if address.device else ""
        yield address.rid, f"{address.name}{device}"
    if service.reservations:
        yield "reservations", "SCSI-3, of its phy: disks"
    for node, status in sorted(vm.service.statuses.items()):
        yield node.name, _status(status)
    for note in vm.service.file.notes:
        yield "not understood", note


def storage_rows(vm: Vm, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield each file of the machine with the file system that it is on, as a node sees it."""
    told: set[str] = set()
    for node in snapshot.nodes_of(vm.key.pool):
        for file in vm.configs:
            if node.mounts is None or file.path in told:
                continue
            mount = mount_of(file.path, node.mounts)
            if mount is not None:
                told.add(file.path)
                yield mount.kind, f"{mount.path}  {mount.source}{_space(mount)}"
                lacking = [
                    disk.path
                    for disk in file.config.disks
                    if disk.path and mount_of(disk.path, node.mounts) not in {mount}
                ]
                for path in lacking:
                    other = mount_of(path, node.mounts)
                    yield "elsewhere", f"{path}  on {other.path if other else 'an unknown place'}"


def _heartbeat(vm: Vm) -> str:
    assert vm.service is not None
    service = vm.service.file.general
    if service.heartbeat:
        return f"{service.heartbeat}: HA is wanted"
    if service.heartbeat_disabled:
        return "disabled: nothing is wanted"
    if service.heartbeat_unclear:
        return "not understood: what is wanted is not known"
    return "none"


def _status(status: ServiceStatus) -> str:
    if status.problem:
        return status.problem
    words = [f"avail {status.avail.value}"]
    if status.heartbeat is not Availability.UNKNOWN:
        words.append(f"heartbeat {status.heartbeat.value}")
    words.append(f"overall {status.overall.value}")
    if status.frozen is not None:
        words.append("FROZEN" if status.frozen else "not frozen")
    return "  ".join([*words, *status.messages])


def _space(mount: Mount) -> str:
    mode = "" if mount.writable else "  READ-ONLY"
    if mount.free_kib is None or mount.total_kib is None:
        return f"  free space not known{mode}"
    return f"  {mount.free_kib / _GIB:.0f} of {mount.total_kib / _GIB:.0f} GiB free{mode}"
