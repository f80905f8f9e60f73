"""What xend does for its clients, on one node. It knows nothing of the other nodes."""

from __future__ import annotations

from pathlib import Path

from ovmtui.simulator.domain import Condition, Domain, Machine
from ovmtui.simulator.errors import XendError, unknown_domain
from ovmtui.simulator.node import Node, Plug
from ovmtui.simulator.world import World

_FASTEST_RESTART = 60.0
"""Seconds that a domain must have been up for xend to restart it."""
_RESTARTING_TOO_FAST = (
    "VM {name} restarting too fast (Elapsed time: {elapsed:f} seconds). "
    "Refusing to restart to avoid loops."
)
NO_MEMORY = (
    "Not enough free memory and enable-dom0-ballooning is False, so I cannot release any "
    "more.  I need {needed} KiB but only have {free}."
)


def find(node: Node, word: str) -> Domain:
    """Return the domain of that name or id.

    Raises:
        XendError: there is none.
    """
    domain = node.find(word)
    if domain is None:
        raise unknown_domain(word)
    return domain


async def create(world: World, node: Node, machine: Machine, *, paused: bool = False) -> Domain:
    """Build and start a domain. Whether the machine runs on another node is not asked.

    Raises:
        XendError: it runs here already, or memory, a disk or a bridge is not to be had.
    """
    boots = node.boots
    _check_absent(node, machine)
    await world.timeline.sleep(world.spec.latencies.create)
    if node.boots != boots or node.plug is Plug.DEAD:
        raise XendError("Domain construction failed", usage=False)
    _check_absent(node, machine)
    _check_resources(node, machine)
    halted = node.managed(machine.name)
    if halted is not None:
        node.drop(halted)
    domain = world.build(node, machine, paused=paused)
    node.log(
        world.stamp(),
        "INFO",
        "XendDomain:1182",
        f"Domain {machine.name} ({domain.domid}) unpaused.",
    )
    return domain


def shutdown(world: World, node: Node, word: str) -> Domain:
    """Ask the guest to power off; it does so later, or never.

    Raises:
        XendError: there is no such domain, or it cannot be asked.
    """
    domain = _to_be_asked(node, word)
    world.spawn(_power_off(world, node, domain))
    return domain


def reboot(world: World, node: Node, word: str) -> Domain:
    """Ask the guest to reboot; xend builds it anew, unless it is up less than a minute.

    Raises:
        XendError: there is no such domain, or it cannot be asked.
    """
    domain = _to_be_asked(node, word)
    world.spawn(_restart(world, node, domain))
    return domain


def destroy(world: World, node: Node, word: str) -> None:
    """Cut the domain's power.

    Raises:
        XendError: there is no such domain, or it is the control domain.
    """
    domain = node.find(word)
    if domain is None and word.isdigit():
        raise XendError("(3, 'No such process')")
    domain = find(node, word)
    if domain.domid == 0:
        raise XendError("Cannot destroy privileged domain Domain-0")
    if domain.domid is not None:
        world.vanish(node, domain)


def rename(node: Node, word: str, name: str) -> None:
    """Call a domain `name` from now on.

    Raises:
        XendError: there is no such domain, it is the control domain, or the name is taken.
    """
    domain = find(node, word)
    if domain.domid == 0:
        raise XendError("Cannot rename privileged domain Domain-0")
    taken = node.find(name)
    if taken is not None and taken is not domain:
        raise XendError(f"VM name '{name}' already exists as domain {taken.domid}")
    domain.name = name


def pause(world: World, node: Node, word: str) -> None:
    """Stop executing the domain; one that is paused already is no error.

    Raises:
        XendError: there is no such domain, it is the control domain or halted.
    """
    _turn(world, node, word, Condition.PAUSED, "pause")


def unpause(world: World, node: Node, word: str) -> None:
    """Go on executing the domain; one that executes already is no error.

    Raises:
        XendError: there is no such domain, it is the control domain or halted.
    """
    _turn(world, node, word, Condition.RUNNING, "unpause")


def _turn(world: World, node: Node, word: str, condition: Condition, verb: str) -> None:
    domain = find(node, word)
    if domain.domid == 0:
        raise XendError(f"Cannot {verb} privileged domain Domain-0")
    if domain.domid is None:
        raise XendError(f"Domain '{domain.name}' is not started")
    if domain.condition in {Condition.RUNNING, Condition.PAUSED}:
        domain.turn(condition, world.now)
        world.settle(domain.machine.uuid)


def _to_be_asked(node: Node, word: str) -> Domain:
    domain = find(node, word)
    if domain.domid == 0:
        raise XendError("Domain 0 cannot be shutdown")
    if domain.condition not in {Condition.RUNNING, Condition.PAUSED}:
        raise XendError("Domain cannot be shutdown")
    return domain


async def _power_off(world: World, node: Node, domain: Domain) -> None:
    if await _guest_obeys(world, node, domain):
        node.log(
            world.stamp(),
            "INFO",
            "XendDomainInfo:1872",
            f"Domain has shutdown: name={domain.name} id={domain.domid} reason=poweroff.",
        )
        world.vanish(node, domain)


async def _restart(world: World, node: Node, domain: Domain) -> None:
    if not await _guest_obeys(world, node, domain):
        return
    elapsed = world.now - domain.built_at
    if elapsed < _FASTEST_RESTART:
        text = _RESTARTING_TOO_FAST.format(name=domain.name, elapsed=elapsed)
        node.log(world.stamp(), "ERROR", "XendDomainInfo:2027", text)
        world.vanish(node, domain)
        return
    boots = node.boots
    node.drop(domain)
    world.settle(domain.machine.uuid)
    await world.timeline.sleep(world.spec.latencies.rebuild)
    if node.boots != boots or node.plug is Plug.DEAD:
        return
    try:
        _check_absent(node, domain.machine)
        _check_resources(node, domain.machine)
    except XendError as error:
        text = f"Failed to restart domain {domain.domid}.\n{error}"
        node.log(world.stamp(), "ERROR", "XendDomainInfo:2064", text)
        world.agent.expect(domain.machine.uuid)
        return
    world.build(node, domain.machine)


async def _guest_obeys(world: World, node: Node, domain: Domain) -> bool:
    """Wait for the guest to end its work; False when it ignores us or is gone before."""
    await world.timeline.sleep(domain.guest.shutdown_seconds)
    return not domain.guest.ignores_shutdown and domain.is_executing and node.holds(domain)


def _check_absent(node: Node, machine: Machine) -> None:
    for domain in node.guests():
        same = domain.name == machine.name or domain.machine.uuid == machine.uuid
        if same and domain.domid is not None:
            raise XendError(
                f"Domain '{machine.name}' already exists with ID '{domain.domid}'", usage=False
            )


def _check_resources(node: Node, machine: Machine) -> None:
    # xend adds a page for each MiB, for the guest's page tables.
    needed, free = machine.memory_mib * 1028, node.free_memory_mib * 1024
    if needed > free:
        raise XendError(NO_MEMORY.format(needed=needed, free=free), usage=False)
    for source, _, mode in machine.disks:
        kind, _, path = source.partition(":")
        if kind == "file" and not Path(path).exists():
            text = f"Disk image does not exist: {path}" if machine.hvm else "Disk isn't accessible"
            raise XendError(text, usage=False)
        if mode == "w" and any(
            other_source == source
            for domain in node.guests()
            if domain.domid is not None
            for other_source, _, _ in domain.machine.disks
        ):
            raise XendError(
                "Device 51712 (vbd) could not be connected.\n"
                f"File {path} is loopback-mounted through /dev/loop3,\n"
                "which is mounted in a guest domain,\nand so cannot be mounted now.",
                usage=False,
            )
    for number, (_, bridge) in enumerate(machine.interfaces):
        if bridge not in node.spec.bridges:
            raise XendError(
                f"Device {number} (vif) could not be connected. /etc/xen/scripts/vif-bridge "
                "failed; error detected.",
                usage=False,
            )
