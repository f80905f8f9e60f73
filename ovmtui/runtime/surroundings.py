"""What a planner is told beside the snapshot, gathered for one machine. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ovmtui.config.schema import ManagerKind, Pool, Timeouts, Vm
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.context import Context, Limits
from ovmtui.plan.driving import DriverChoice
from ovmtui.runtime.hapoll import HaPoll

_NO_SETTINGS = Vm()


def context_of(
    vm: VmKey,
    snapshot: Snapshot,
    pool: Pool,
    timeouts: Timeouts,
    *,
    manager: HaPoll | None,
    ha_remembered: bool | None,
    reserved_mib: Mapping[NodeKey, int],
) -> Context:
    """Return the surroundings of machine `vm`."""
    machine = snapshot.vms.get(vm)
    name = machine.name if machine else ""
    if machine is not None and machine.label != name and name not in pool.vms:
        # Nobody calls a machine of Oracle VM 3 by its name.
        name = "" if machine.tag else machine.label
    settings = pool.vms.get(name, _NO_SETTINGS)
    budgets = pool.budgets
    address = settings.address
    if address is None and machine is not None and machine.service is not None:
        addresses = machine.service.file.general.addresses
        address = addresses[0].name if addresses else None
    if address is None and pool.guest_address and name:
        address = pool.guest_address.replace("{name}", name)
    if address is not None and (address.startswith("-") or " " in address):
        address = None
    access = manager.access if manager else None
    return Context(
        limits=Limits(
            up=budgets.up,
            ping=budgets.ping,
            operational=budgets.operational,
            down=budgets.down,
            reboot=budgets.reboot,
            create=budgets.create,
            migrate=budgets.migrate,
            manager=budgets.manager,
            command=budgets.command,
            verify=budgets.verify,
            lock=budgets.lock,
            lock_grace=budgets.lock_grace,
            freshness=timeouts.freshness,
        ),
        manager=access,
        manager_configured=manager is not None,
        manager_acts=pool.manager is not None and pool.manager.kind is ManagerKind.OVM3,
        manager_unknown=manager.why_unknown if manager and access is None else "",
        address=address,
        ping=pool.ping if settings.ping is None else settings.ping,
        operational=pool.operational if settings.operational is None else settings.operational,
        ha_remembered=ha_remembered,
        driver=DriverChoice((settings.driver or pool.driver).value),
        relocation_hosts={
            NodeKey(vm.pool, node.name): node.relocation_host or node.name for node in pool.members
        },
        reserved_mib=reserved_mib,
    )
