"""SCSI-3 persistent reservations of the machines' disks, as OpenSVC takes and drops them."""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING

from ovmtui.simulator import vmfiles

if TYPE_CHECKING:
    from ovmtui.simulator.node import Node
    from ovmtui.simulator.programs.call import Call
    from ovmtui.simulator.world import World


def wanted(config: configparser.RawConfigParser) -> bool:
    """Whether a service takes reservations."""
    sections = (config.defaults(), *(dict(config.items(name)) for name in config.sections()))
    return any(section.get("scsireserv", "").lower() == "true" for section in sections)


def key_of(node: Node) -> str:
    """Return the key by which a node reserves: its MAC address as a decimal, after `0x`."""
    return f"0x{node.mac}"


def disks_of(world: World, vm: str) -> tuple[str, ...]:
    """Return the paths of a machine's disks."""
    for guest in world.guests.values():
        if guest.name == vm:
            machine = vmfiles.read_machine(str(vmfiles.config_path(world.root, guest)))
            return tuple(source.partition(":")[2] for source, _, _ in machine.disks)
    return ()


async def take(call: Call, vm: str) -> None:
    """Take the reservations of a machine's disks for the call's node, from whoever has them."""
    for disk in disks_of(call.world, vm):
        key = key_of(call.node)
        await call.run("sg_persist", "--out", "--register-ignore", f"--param-sark={key}", disk)
        await call.run(
            "sg_persist", "--out", "--reserve", f"--param-rk={key}", "--prout-type=5", disk
        )


def release(world: World, node: Node, vm: str) -> None:
    """Give back what the node holds of a machine's disks."""
    for disk in disks_of(world, vm):
        if world.reservations.get(disk) == key_of(node):
            del world.reservations[disk]
