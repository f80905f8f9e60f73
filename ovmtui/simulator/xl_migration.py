"""Live migration as `xl` does it, over SSH: all that it says, on both ends' behalf.

It goes on whatever becomes of the client. The copy on the target is called `NAME--incoming`
and grows; the source is `NAME` until all is transferred, then `NAME--migratedaway`.
"""

from __future__ import annotations

from collections.abc import Callable

from ovmtui.simulator import libxl
from ovmtui.simulator.breakage import MigrationFault
from ovmtui.simulator.domain import Condition, Domain
from ovmtui.simulator.errors import LibxlError
from ovmtui.simulator.libxl_words import (
    AT_TARGET,
    RESUMING,
    broken_pipe,
    ended,
    not_saved,
    taken,
    transport,
)
from ovmtui.simulator.node import Node, Plug
from ovmtui.simulator.world import Migration, World

INCOMING = "--incoming"
MIGRATED_AWAY = "--migratedaway"
_STEPS = 20
_NO_ROUTE_SECONDS = 3.0
_SUSPEND_SECONDS = 60.0
_PACE = 1.0
Say = Callable[[str], None]


async def migrate(world: World, source: Node, word: str, host: str, say: Say) -> None:
    """Move a domain to the node `host`, and return when it runs there.

    Raises:
        LibxlError: it failed. `say` has had everything but the last lines.
    """
    domain = libxl.find(source, word)
    target = await _connect(world, source, host)
    name = domain.name
    fault = world.migration_faults.pop(name, None)
    for line in (
        "migration target: Ready to receive domain.",
        "Saving to migration stream new xl format (info 0x3/0x0/873)",
        "Loading new save file <incoming migration stream> (new xl fmt info 0x3/0x0/873)",
        " Savefile contains xl domain config in JSON format",
        "Parsing config from <saved>",
        f"xc: info: Saving domain {domain.domid}, type x86 HVM",
    ):
        say(line)
    copy = _receive(world, target, domain, name)
    under_way = Migration(source, domain, target, copy)
    world.migrations.append(under_way)
    try:
        await _transfer(world, under_way, fault)
        say("xc: info: Found x86 HVM domain from Xen 4.17")
        say("xc: info: Restoring domain")
        await _suspend(world, under_way, fault)
    except LibxlError:
        if fault is not MigrationFault.LEFTOVER:
            target.drop(copy)
        world.settle(domain.machine.uuid)
        raise
    finally:
        world.migrations.remove(under_way)
    await _hand_over(world, under_way, name, fault, say)


async def _connect(world: World, source: Node, host: str) -> Node:
    """Return the node that `ssh HOST xl migrate-receive` reaches.

    Raises:
        LibxlError: it does not, or there is no xl.
    """
    target = world.nodes.get(host)
    if target is None:
        reason = f"ssh: Could not resolve hostname {host}: Temporary failure in name resolution\r"
    elif target.plug is Plug.DEAD:
        await world.timeline.sleep(_NO_ROUTE_SECONDS)
        reason = f"ssh: connect to host {host} port 22: No route to host\r"
    elif target.plug is Plug.SILENT:
        await world.timeline.sleep(world.spec.latencies.connect_timeout)
        reason = f"ssh: connect to host {host} port 22: Connection timed out\r"
    elif host in source.login_troubles:
        reason = f"{source.login_troubles[host]}\r"
    elif "xl" not in target.spec.tools.value:
        raise transport("bash: xl: command not found", status=127)
    else:
        return target
    raise transport(reason, status=255)


def _receive(world: World, target: Node, domain: Domain, name: str) -> Domain:
    """Begin the copy on the target; one that an earlier migration left is in its way."""
    try:
        libxl.check_name(target, name + INCOMING)
    except LibxlError as error:
        raise LibxlError(
            *error.lines,
            "migration target: Domain creation failed (code -3).",
            "migration sender: libxl_domain_suspend failed (rc=-3)",
            ended(1),
            RESUMING,
        ) from None
    copy = Domain(
        machine=domain.machine,
        guest=domain.guest,
        name=name + INCOMING,
        domid=target.take_domid(),
        built_at=world.now,
        guest_started_at=domain.guest_started_at,
        condition=Condition.PAUSED,
        incoming=True,
        present_mib=0,
        lively=domain.lively,
        counted_from=world.now,
    )
    target.domains.append(copy)
    return copy


async def _transfer(world: World, moving: Migration, fault: MigrationFault | None) -> None:
    source, domain, target, copy = moving.source, moving.domain, moving.target, moving.copy
    assert copy is not None
    latencies, boots = world.spec.latencies, source.boots
    full = domain.machine.memory_mib
    seconds = latencies.migration_setup + full / latencies.migration_mib_per_second
    for step in range(1, _STEPS + 1):
        await world.timeline.sleep(seconds / _STEPS)
        if step == _STEPS // 2 and fault is not None:
            await _go_wrong(world, moving, fault)
        if source.boots != boots or source.plug is Plug.DEAD or target.plug is not Plug.UP:
            raise broken_pipe(domain)
        if not target.holds(copy):
            raise broken_pipe(domain)
        if not source.holds(domain):
            raise not_saved(domain, copy)
        grown = full * step // _STEPS
        if grown - copy.memory_mib > target.free_memory_mib:
            raise LibxlError(
                "xc: error: Failed to populate physmap for 1024 pages (12 = Cannot allocate "
                "memory): Internal error",
                "xc: error: Restore failed (12 = Cannot allocate memory): Internal error",
                "migration target: Domain creation failed (code -3).",
                "migration sender: libxl_domain_suspend failed (rc=-3)",
                ended(1),
                RESUMING,
            )
        copy.present_mib = grown


async def _suspend(world: World, moving: Migration, fault: MigrationFault | None) -> None:
    """Suspend the source; a guest that is paused, or stubborn, does not acknowledge it."""
    domain, copy = moving.domain, moving.copy
    if domain.condition is not Condition.RUNNING or fault is MigrationFault.SUSPEND:
        await world.timeline.sleep(_SUSPEND_SECONDS)
        raise not_saved(
            domain,
            copy,
            "libxl: error: libxl_dom_suspend.c:269:domain_suspend_common_pvcontrol_suspending: "
            f"Domain {domain.domid}:guest didn't acknowledge suspend, cancelling request",
        )
    domain.turn(Condition.SUSPENDED, world.now)
    world.settle(domain.machine.uuid)


async def _hand_over(
    world: World, moving: Migration, name: str, fault: MigrationFault | None, say: Say
) -> None:
    source, domain, target, copy = moving.source, moving.domain, moving.target, moving.copy
    assert copy is not None
    domain.name = name + MIGRATED_AWAY
    for line in (
        "xc: info: Restore successful",
        "migration target: Transfer complete, requesting permission to start domain.",
        "migration sender: Target has acknowledged transfer.",
        "migration sender: Giving target permission to start.",
        "migration target: Got permission, starting domain.",
    ):
        say(line)
    if any(other.name == name for other in target.domains):
        target.drop(copy)
        domain.name = name
        domain.turn(Condition.RUNNING, world.now)
        world.settle(domain.machine.uuid)
        raise LibxlError(
            taken(name, copy.domid or 0),
            "migration sender: Target reports startup failure (status code 6).",
            "migration target: Failure, destroying our copy.",
            "migration target: Cleanup OK, granting sender permission to resume.",
            "migration sender: Trying to resume at our end.",
            "migration sender: Resumed OK.",
            AT_TARGET,
        )
    copy.name, copy.incoming, copy.present_mib = name, False, None
    copy.turn(Condition.RUNNING, world.now)
    world.settle(copy.machine.uuid)
    say("migration target: Domain started successsfully.")
    say("migration sender: Target reports successful startup.")
    await world.timeline.sleep(_PACE)
    if fault is not MigrationFault.RENAMED:
        source.drop(domain)
    if fault is MigrationFault.LOST:
        world.vanish(target, copy)
    say("Migration successful.")


async def _go_wrong(world: World, moving: Migration, fault: MigrationFault) -> None:
    domain, copy = moving.domain, moving.copy
    match fault:
        case MigrationFault.TRANSPORT | MigrationFault.LEFTOVER:
            raise broken_pipe(domain)
        case MigrationFault.SAVE:
            raise not_saved(domain, copy)
        case MigrationFault.STUCK:
            world.migration_faults[domain.name] = fault
            while domain.name in world.migration_faults and moving.source.holds(domain):
                await world.timeline.sleep(_PACE)
            world.migration_faults.pop(domain.name, None)
        case MigrationFault.SUSPEND | MigrationFault.RENAMED | MigrationFault.LOST:
            pass
