"""The pool's manager: its own idea of the machines, and how well it can be asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ovmtui.simulator import vmfiles
from ovmtui.simulator.domain import Condition
from ovmtui.simulator.node import Plug
from ovmtui.simulator.spec import ConfigStyle, VmSpec

if TYPE_CHECKING:
    from ovmtui.simulator.world import World


@dataclass(frozen=True, slots=True)
class ManagedVm:
    """One machine as the manager believes it to be."""

    vm: VmSpec
    status: str
    """`Running`, `Powered Off`, `Paused`."""
    server: str
    """Empty: none."""


@dataclass(slots=True)
class Manager:
    """The manager's state. What it believes of a machine's power lags behind the nodes."""

    world: World
    is_up: bool = True
    slowness: float = 1.0
    """Factor on the time that a call takes."""
    complaint: str = ""
    """What `ovm` prints after `Error: `, with exit code 0, instead of doing its work."""
    surprise: str = ""
    """A question that `ovm config` asks between the others; empty: only those known."""
    garbage: str = ""
    """What an Oracle VM 3 manager answers to everything; empty: it makes sense."""
    hangs: bool = False
    """Whether it takes commands and does not answer."""
    locked: set[str] = field(default_factory=set)
    """UUIDs of the machines that a job works on, in Oracle VM 3."""
    wanted_down: set[str] = field(default_factory=set)
    """UUIDs of the machines that were stopped through it, in Oracle VM 3."""
    _believed: dict[str, ManagedVm] = field(default_factory=dict)
    _looked_at: float = float("-inf")

    @property
    def pool(self) -> str:
        """The pool's name."""
        return self.world.spec.name

    async def log_in(self) -> None:
        """Take the time that each call takes."""
        shortest, longest = self.world.spec.latencies.manager
        await self.world.timeline.sleep(
            self.slowness * self.world.random.uniform(shortest, longest)
        )

    def vms(self) -> list[ManagedVm]:
        """Return every machine as the manager believes it to be."""
        if self.world.now - self._looked_at > self.world.spec.latencies.manager_view:
            self._look()
        return list(self._believed.values())

    def vm(self, name: str) -> ManagedVm | None:
        """Return one machine; None for a name that the manager does not know."""
        return next((known for known in self.vms() if known.vm.name == name), None)

    def set_ha(self, vm: VmSpec, on: bool) -> None:
        """Switch high availability, and let the agent look after a machine that is to run.

        Oracle VM 3 keeps the flag in vm.cfg, too.
        """
        self.world.ha[vm.identity] = on
        if vm.style is ConfigStyle.ORACLE3:
            vmfiles.write_config(self.world.root, replace(vm, ha=on))
        if on:
            self.world.agent.expect(vm.identity)

    def _look(self) -> None:
        self._looked_at = self.world.now
        self._believed = {
            vm.identity: ManagedVm(vm, "Powered Off", "") for vm in self.world.spec.vms
        }
        for node, domain in self.world.everywhere():
            vm = self.world.guests.get(domain.machine.uuid)
            if vm is None or domain.incoming or node.plug is Plug.DEAD:
                continue
            if domain.condition is Condition.RUNNING:
                self._believed[vm.identity] = ManagedVm(vm, "Running", node.name)
            elif domain.condition is Condition.PAUSED:
                self._believed[vm.identity] = ManagedVm(vm, "Paused", node.name)
