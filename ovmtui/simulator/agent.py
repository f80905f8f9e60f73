"""The pool's agent: it starts a machine again that vanished with high availability on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ovmtui.simulator import vmfiles
from ovmtui.simulator.node import Plug, Xend

if TYPE_CHECKING:
    from ovmtui.simulator.domain import Machine
    from ovmtui.simulator.node import Node
    from ovmtui.simulator.world import World

_TRIES = 4
"""How often a machine is tried that no node has room for."""


class Agent:
    """Sees the nodes through the pool's file system, whatever the network does."""

    def __init__(self, world: World) -> None:
        """Look after the machines of `world`."""
        self._world = world
        self._expected: set[str] = set()

    def expect(self, uuid: str) -> None:
        """Start the machine after a while if HA is on and no node has it by then.

        It may come up on another node than it ran on: on the one with the most room.
        """
        if uuid in self._world.manager.wanted_down:
            # Oracle VM 3 knows what was stopped on purpose.
            return
        if self._world.ha.get(uuid) and uuid not in self._expected:
            self._expected.add(uuid)
            self._world.spawn(self._revive(uuid))

    async def _revive(self, uuid: str) -> None:
        world = self._world
        try:
            for _ in range(_TRIES):
                await world.timeline.sleep(world.spec.latencies.agent)
                if not world.ha.get(uuid) or self._is_listed(uuid):
                    return
                path = vmfiles.config_path(world.root, world.guests[uuid])
                machine = vmfiles.read_machine(str(path))
                node = self._roomiest(machine)
                if node is not None:
                    domain = world.build(node, machine)
                    text = f"Domain {machine.name} ({domain.domid}) unpaused."
                    node.log(world.stamp(), "INFO", "XendDomain:1182", text)
                    return
        finally:
            self._expected.discard(uuid)

    def _roomiest(self, machine: Machine) -> Node | None:
        able = [
            node
            for node in self._world.nodes.values()
            if node.plug is not Plug.DEAD
            and node.xend is Xend.UP
            and node.free_memory_mib >= machine.memory_mib
        ]
        return max(able, key=lambda node: node.free_memory_mib, default=None)

    def _is_listed(self, uuid: str) -> bool:
        return any(
            domain.machine.uuid == uuid and domain.domid is not None
            for _, domain in self._world.everywhere()
        )
