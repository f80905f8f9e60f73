"""Live migration as xend does it: it goes on whatever becomes of the client."""

from __future__ import annotations

from ovmtui.simulator import xend
from ovmtui.simulator.breakage import MigrationFault
from ovmtui.simulator.domain import Condition, Domain
from ovmtui.simulator.errors import XendError
from ovmtui.simulator.node import Node, Plug, Xend
from ovmtui.simulator.world import Migration, World

PREFIX = "migrating-"
_STEPS = 20
"""How many times a migration is looked at; each writes a line of progress."""
_NO_ROUTE_SECONDS = 3.0
_SUSPEND_SECONDS = 60.0
_STUCK_PACE = 1.0
_PAGES_A_MIB = 256
_MASKED = (107, "Transport endpoint is not connected")
"""What xend 3.4 says whenever the target fails; the reason is in the target's xend.log."""
_SAVE_DIED = "/usr/lib64/xen/bin/xc_save 16 {domid} 0 0 1 failed"
_RESTORE_DIED = "/usr/lib64/xen/bin/xc_restore 7 {domid} 9 10 0 0 0 failed"


async def migrate(world: World, source: Node, word: str, host: str, *, port: int = 8002) -> None:
    """Move a running domain to the node `host`, and return when it runs there.

    Raises:
        XendError: it cannot begin, or it failed and the domain goes on at the source.
    """
    domain = xend.find(source, word)
    if domain.domid == 0:
        raise XendError("Cannot migrate privileged domain Domain-0")
    if domain.condition is not Condition.RUNNING or domain.name.startswith(PREFIX):
        raise XendError("Domain is not running")
    target = await _connect(world, host, port)
    name = domain.name
    domain.name = PREFIX + name
    fault = world.migration_faults.pop(name, None)
    copy: Domain | None = None
    under_way = Migration(source, domain, target)
    world.migrations.append(under_way)
    try:
        await world.timeline.sleep(world.spec.latencies.migration_setup / 2)
        copy = under_way.copy = _receive(world, target, domain, name)
        await _transfer(world, source, domain, target, copy, fault)
    except XendError as error:
        source.log(
            world.stamp(),
            "ERROR",
            "XendCheckpoint:166",
            f"Save failed on domain {name} ({domain.domid}) - resuming.",
        )
        if fault is not MigrationFault.RENAMED:
            domain.name = name
        if copy is not None and fault is not MigrationFault.LEFTOVER:
            target.drop(copy)
        raise error
    finally:
        world.migrations.remove(under_way)
    source.drop(domain)
    if fault is MigrationFault.LOST:
        world.vanish(target, copy)
        return
    copy.incoming = False
    copy.turn(Condition.RUNNING, world.now)
    world.settle(copy.machine.uuid)


async def _connect(world: World, host: str, port: int) -> Node:
    target = world.nodes.get(host)
    if target is None:
        raise _refused(world.errno(-3, "Temporary failure in name resolution"))
    if target.plug is Plug.DEAD:
        await world.timeline.sleep(_NO_ROUTE_SECONDS)
        raise _refused(world.errno(113, "No route to host"))
    if target.plug is Plug.SILENT:
        await world.timeline.sleep(world.spec.latencies.connect_timeout)
        raise _refused("timed out")
    if port != 8002 or not target.relocation_server or target.xend in {Xend.STOPPED, Xend.CRASHED}:
        raise _refused(world.errno(111, "Connection refused"))
    return target


def _refused(reason: str) -> XendError:
    return XendError(f"can't connect: {reason}")


def _receive(world: World, target: Node, domain: Domain, name: str) -> Domain:
    """Build the paused copy on the target, which has its own reasons to fail."""
    machine = domain.machine
    taken = next(
        (
            other
            for other in target.guests()
            if other.name == name and other.machine.uuid != machine.uuid
        ),
        None,
    )
    if taken is not None:
        _restore_failed(
            world, target, f"VmError: VM name '{name}' already exists as domain {taken.domid}"
        )
    needed, free = machine.memory_mib * 1024, target.free_memory_mib * 1024
    if needed > free:
        _restore_failed(
            world, target, "VmError: " + xend.NO_MEMORY.format(needed=needed, free=free)
        )
    copy = Domain(
        machine=machine,
        guest=domain.guest,
        name=name,
        domid=target.take_domid(),
        built_at=world.now,
        guest_started_at=domain.guest_started_at,
        condition=Condition.PAUSED,
        incoming=True,
        lively=domain.lively,
        counted_from=world.now,
    )
    target.domains.append(copy)
    return copy


async def _transfer(
    world: World,
    source: Node,
    domain: Domain,
    target: Node,
    copy: Domain,
    fault: MigrationFault | None,
) -> None:
    latencies, boots = world.spec.latencies, source.boots
    seconds = latencies.migration_setup / 2
    seconds += domain.machine.memory_mib / latencies.migration_mib_per_second
    for step in range(_STEPS):
        percent = 100 * step // _STEPS
        _progress(world, source, f"Saving memory pages: iter 1 {percent:3d}%")
        await world.timeline.sleep(seconds / _STEPS)
        if step == _STEPS // 2 and fault is not None:
            await _go_wrong(world, source, domain, target, fault)
        if source.boots != boots or source.plug is not Plug.UP:
            reason = "XendError: " + _RESTORE_DIED.format(domid=copy.domid)
            _restore_failed(world, target, reason)
        if target.plug is not Plug.UP or not target.holds(copy):
            raise XendError(_SAVE_DIED.format(domid=domain.domid))
    pages = domain.machine.memory_mib * _PAGES_A_MIB
    rate = f"delta {seconds * 1000:.0f}ms, dom0 62%, target 32%, sent 555Mb/s, dirtied 4Mb/s"
    _progress(world, source, f"1: sent {pages}, skipped 0, {rate} {pages // 500} pages")
    _progress(world, source, f"2: sent {pages // 500}, skipped 0, Start last iteration")


async def _go_wrong(
    world: World, source: Node, domain: Domain, target: Node, fault: MigrationFault
) -> None:
    match fault:
        case MigrationFault.TRANSPORT | MigrationFault.LEFTOVER:
            reason = "XendError: " + _RESTORE_DIED.format(domid=domain.domid)
            _restore_failed(world, target, reason)
        case MigrationFault.SAVE | MigrationFault.RENAMED:
            raise XendError(_SAVE_DIED.format(domid=domain.domid))
        case MigrationFault.SUSPEND:
            await world.timeline.sleep(_SUSPEND_SECONDS)
            raise XendError(f"Timeout waiting for domain {domain.domid} to suspend")
        case MigrationFault.STUCK:
            name = domain.name.removeprefix(PREFIX)
            world.migration_faults[name] = fault
            while name in world.migration_faults and source.holds(domain):
                await world.timeline.sleep(_STUCK_PACE)
            world.migration_faults.pop(name, None)
        case MigrationFault.LOST:
            pass


def _restore_failed(world: World, target: Node, reason: str) -> None:
    """Write the reason into the target's log and raise what the source gets to see."""
    target.log(world.stamp(), "ERROR", "XendDomain:1151", "Restore failed")
    with target.path("/var/log/xen/xend.log").open("a") as log:
        log.write(f"Traceback (most recent call last):\n{reason}\n")
    raise XendError(world.errno(*_MASKED))


def _progress(world: World, source: Node, text: str) -> None:
    source.log(world.stamp(), "INFO", "XendCheckpoint:417", text)
