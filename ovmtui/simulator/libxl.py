"""What libxl does for `xl` on one node, with its words. It knows nothing of the other nodes."""

from __future__ import annotations

from pathlib import Path

from ovmtui.simulator.domain import Condition, Domain, Machine
from ovmtui.simulator.errors import LibxlError
from ovmtui.simulator.libxl_words import cleared_away, taken
from ovmtui.simulator.node import Node, Plug
from ovmtui.simulator.world import World

_NOT_DESTROYING = (
    "Not destroying domain 0; use -f to force.",
    "This can only be done when using a disaggregated hardware domain and toolstack.",
    "",
)


def find(node: Node, word: str) -> Domain:
    """Return the domain that xl takes `word` for: digits are an id, all else is a name.

    Raises:
        LibxlError: there is none of that name; of an id that is only found out later.
    """
    if word.isdigit():
        for domain in node.domains:
            if domain.domid == int(word):
                return domain
        raise LibxlError(f"{word} is an invalid domain identifier (rc=-6)")
    for domain in node.domains:
        if domain.name == word:
            return domain
    raise LibxlError(f"{word} is an invalid domain identifier (rc=-6)")


async def create(world: World, node: Node, machine: Machine, *, paused: bool = False) -> Domain:
    """Build and start a domain; only its name is looked for, and on this node alone.

    Raises:
        LibxlError: the name is taken, or memory, a disk or a bridge is not to be had.
    """
    boots = node.boots
    await world.timeline.sleep(world.spec.latencies.create)
    if node.boots != boots or node.plug is Plug.DEAD:
        raise LibxlError("libxl: error: libxl.c:102:libxl_ctx_alloc: cannot open libxc handle")
    check_name(node, machine.name)
    _check_resources(node, machine)
    return world.build(node, machine, paused=paused)


def check_name(node: Node, name: str) -> None:
    """Raise LibxlError, with all that libxl says of it, where a domain has `name` already."""
    if any(domain.name == name for domain in node.domains):
        domid = node.take_domid()
        raise LibxlError(
            taken(name, domid),
            f"libxl: error: libxl_create.c:1296:initiate_domain_create: Domain {domid}:cannot make "
            "domain: -6",
            "libxl: error: libxl_xshelp.c:206:libxl__xs_read_mandatory: xenstore read failed: "
            f"`/libxl/{domid}/type': No such file or directory",
            "libxl: warning: libxl_dom.c:49:libxl__domain_type: unable to get domain type for "
            f"domid={domid}, assuming HVM",
            *cleared_away(domid),
            code=3,
        )


def shutdown(world: World, node: Node, word: str) -> Domain:
    """Write the request to power off; the guest does so later, or never.

    Domain 0 is a guest like any other to xl: the node powers off.

    Raises:
        LibxlError: there is no such domain.
    """
    domain = find(node, word)
    if domain.domid == 0:
        world.power_off(node)
    else:
        world.spawn(_power_off(world, node, domain))
    return domain


def reboot(world: World, node: Node, word: str) -> Domain:
    """Write the request to reboot; the domain is built anew, however young it is.

    Raises:
        LibxlError: there is no such domain.
    """
    domain = find(node, word)
    if domain.domid == 0:
        world.power_off(node)
    else:
        world.spawn(_restart(world, node, domain))
    return domain


def destroy(world: World, node: Node, word: str) -> None:
    """Cut the domain's power.

    Raises:
        LibxlError: there is no such domain, or it is the control domain.
    """
    if word.isdigit() and all(domain.domid != int(word) for domain in node.domains):
        raise LibxlError(*cleared_away(int(word)), "destroy failed (rc=-21)")
    domain = find(node, word)
    if domain.domid == 0:
        raise LibxlError(*_NOT_DESTROYING)
    world.vanish(node, domain)


def rename(node: Node, word: str, name: str) -> None:
    """Call a domain `name` from now on.

    Raises:
        LibxlError: there is no such domain, or the name is taken.
    """
    domain = find(node, word)
    if any(other.name == name and other is not domain for other in node.domains):
        raise LibxlError(taken(name, domain.domid or 0), f"Can't rename domain '{word}'.")
    domain.name = name


def pause(world: World, node: Node, word: str) -> None:
    """Stop executing the domain; of domain 0 it complains, and exits with 0.

    Raises:
        LibxlError: there is no such domain, or it is the control domain.
    """
    domain = find(node, word)
    if domain.domid == 0:
        raise LibxlError(
            "libxl: error: libxl_domain.c:587:libxl_domain_pause: Pausing domain: Invalid argument",
            code=0,
        )
    if domain.condition is Condition.RUNNING:
        domain.turn(Condition.PAUSED, world.now)
        world.settle(domain.machine.uuid)


def unpause(world: World, node: Node, word: str) -> None:
    """Go on executing the domain; of one that runs it complains, and exits with 0.

    Raises:
        LibxlError: there is no such domain, or it is not paused.
    """
    domain = find(node, word)
    if domain.condition is not Condition.PAUSED:
        raise LibxlError(
            "libxl: error: libxl_domain.c:688:domain_unpause_done: Domain "
            f"{domain.domid}:Unpausing domain: Invalid argument",
            code=0,
        )
    domain.turn(Condition.RUNNING, world.now)
    world.settle(domain.machine.uuid)


async def _power_off(world: World, node: Node, domain: Domain) -> None:
    if await _guest_obeys(world, node, domain):
        world.vanish(node, domain)


async def _restart(world: World, node: Node, domain: Domain) -> None:
    if await _guest_obeys(world, node, domain):
        node.drop(domain)
        world.build(node, domain.machine)


async def _guest_obeys(world: World, node: Node, domain: Domain) -> bool:
    """Wait for the guest to end its work; False when it ignores us or is gone before."""
    await world.timeline.sleep(domain.guest.shutdown_seconds)
    return not domain.guest.ignores_shutdown and domain.is_executing and node.holds(domain)


def _check_resources(node: Node, machine: Machine) -> None:
    start = "libxl: error: "
    if machine.memory_mib > node.free_memory_mib:
        domid = node.take_domid()
        raise LibxlError(
            "xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory "
            "for domain: Out of memory",
            f"{start}libxl_dom.c:586:libxl__build_dom: xc_dom_boot_mem_init failed: Cannot "
            "allocate memory",
            f"{start}libxl_create.c:1640:domcreate_rebuild_done: Domain {domid}:cannot (re-)build "
            "domain: -3",
            *cleared_away(domid),
            code=3,
        )
    for source, device, _ in machine.disks:
        kind, _, path = source.partition(":")
        if kind == "file" and not Path(path).exists():
            domid = node.take_domid()
            raise LibxlError(
                f"{start}libxl_device.c:455:libxl__device_disk_set_backend: Disk vdev={device} "
                f"failed to stat: {path}: No such file or directory",
                f"{start}libxl_create.c:1318:initiate_domain_create: Domain {domid}:Unable to set "
                "disk defaults for disk 0",
                *cleared_away(domid),
                code=3,
            )
    for _, bridge in machine.interfaces:
        if bridge not in node.spec.bridges:
            domid = node.take_domid()
            raise LibxlError(
                f"{start}libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/"
                "vif-bridge online [888] exited with error status 1",
                f"{start}libxl_device.c:1337:device_hotplug_child_death_cb: script: Could not find "
                f"bridge device {bridge}",
                f"{start}libxl_create.c:1921:domcreate_attach_devices: Domain {domid}:unable to "
                "add vif devices",
                *cleared_away(domid),
                code=3,
            )
