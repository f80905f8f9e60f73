"""What can be made to go wrong, at any time. Each method is a verb of the control socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ovmtui.simulator import processes, toolbox, vmfiles
from ovmtui.simulator.breakage import MigrationFault, ProgramFault
from ovmtui.simulator.domain import Domain
from ovmtui.simulator.doors.line import Line
from ovmtui.simulator.errors import SimulatorError
from ovmtui.simulator.node import Node, Plug, Xend
from ovmtui.simulator.spec import VmSpec
from ovmtui.simulator.world import World


class Faults:
    """Breaks and mends the pool. Nodes and machines are given by their names.

    Every method raises SimulatorError for a name that the pool does not have.
    """

    def __init__(
        self, world: World, lines: Mapping[str, Line], mark: str, manager: Line | None = None
    ) -> None:
        """Act on `world`, on the nodes' `lines`, and on the processes that carry `mark`.

        `manager` is the line of an Oracle VM 3 manager.
        """
        self._manager_line = manager
        self._world = world
        self._lines = lines
        self._mark = mark

    async def kill_node(self, node: str) -> None:
        """Cut the node's power: its machines are lost, and connections refused."""
        found = self._node(node)
        await self._lines[node].set(Plug.DEAD)
        self._world.power_off(found)
        await processes.end(f"{self._mark}/{node}")

    async def silence_node(self, node: str) -> None:
        """Let nothing through to or from the node; its machines run on."""
        self._node(node).plug = Plug.SILENT
        await self._lines[node].set(Plug.SILENT)

    async def restore_node(self, node: str) -> None:
        """Bring the node back: a dead one boots, a silent one is heard again."""
        found = self._node(node)
        if found.plug is Plug.DEAD:
            self._world.power_on(found)
        found.plug = Plug.UP
        await self._lines[node].set(Plug.UP)

    async def reboot_node(self, node: str) -> None:
        """Reboot the node, as fencing does: a new boot id, all its machines lost."""
        await self.kill_node(node)
        await self.restore_node(node)

    async def cut_connections(self, node: str) -> None:
        """Reset the node's present SSH connections; new ones are taken."""
        self._node(node)
        await self._lines[node].cut()

    async def set_xend(self, node: str, state: str) -> None:
        """Change the toolstack's daemon: up, stopped, crashed, dying, hanging or garbled."""
        found = self._node(node)
        try:
            found.xend = Xend[state.upper()]
        except KeyError:
            raise SimulatorError(f"no such state of xend: {state}") from None

    async def close_relocation(self, node: str) -> None:
        """Switch the node's relocation server off: no migration to it."""
        self._node(node).relocation_server = False

    async def open_relocation(self, node: str) -> None:
        """Switch the node's relocation server on again."""
        self._node(node).relocation_server = True

    async def break_login(
        self, node: str, other: str, text: str = "Host key verification failed."
    ) -> None:
        """Let `ssh` from `node` to the node `other` fail with `text`; so does xl's migration."""
        self._node(other)
        self._node(node).login_troubles[other] = text

    async def mend_login(self, node: str, other: str) -> None:
        """Let `ssh` from `node` to the node `other` succeed again."""
        self._node(node).login_troubles.pop(other, None)

    async def leave_memory(self, node: str, mib: int) -> None:
        """Let the node have `mib` MiB free, and no more."""
        found = self._node(node)
        found.ballast_mib += found.free_memory_mib - mib

    async def hang_storage(self, node: str) -> None:
        """Let whoever reads the repository on this node wait."""
        toolbox.storage_flag(self._node(node).directory).touch()

    async def release_storage(self, node: str) -> None:
        """Let the readers of the repository go on."""
        toolbox.storage_flag(self._node(node).directory).unlink(missing_ok=True)

    async def fail_migration(self, vm: str, how: str = "transport") -> None:
        """Let the machine's next migration go wrong half-way; `how` as in MigrationFault."""
        self._vm(vm)
        try:
            self._world.migration_faults[vm] = MigrationFault(how)
        except ValueError:
            raise SimulatorError(f"no such fault of a migration: {how}") from None

    async def clear_migration(self, vm: str) -> None:
        """Take the fault away; a migration that is stuck goes on."""
        self._world.migration_faults.pop(self._vm(vm).name, None)

    async def ignore_shutdown(self, vm: str, ignores: bool = True) -> None:
        """Let the machine's guest ignore a shutdown, or obey it again."""
        known = replace(self._vm(vm), ignores_shutdown=ignores)
        self._world.guests[known.identity] = known
        for _, domain in self._domains(known):
            domain.guest = known

    async def vanish(self, vm: str) -> None:
        """Let the machine's guest power itself off, wherever it runs."""
        for node, domain in self._domains(self._vm(vm)):
            self._world.vanish(node, domain)

    async def double_start(self, vm: str, node: str) -> None:
        """Start the machine on `node` as another administrator would: nothing is checked."""
        path, found = vmfiles.config_path(self._world.root, self._vm(vm)), self._node(node)
        if found.plug is Plug.DEAD:
            raise SimulatorError(f"{node} has no power")
        self._world.build(found, vmfiles.read_machine(str(path)))

    async def break_program(self, node: str, program: str, how: str) -> None:
        """Let `xm`, `xl`, `ovm`, `ping` or `ssh` go wrong on the node; `how` as in ProgramFault."""
        try:
            self._world.program_faults[self._node(node).name, program] = ProgramFault(how)
        except ValueError:
            raise SimulatorError(f"no such fault of a program: {how}") from None

    async def mend_program(self, node: str, program: str) -> None:
        """Take the fault away; calls that hang go on."""
        self._world.program_faults.pop((self._node(node).name, program), None)

    async def manager_down(self) -> None:
        """Stop the manager."""
        self._world.manager.is_up = False
        if self._manager_line is not None:
            await self._manager_line.set(Plug.DEAD)

    async def manager_up(self) -> None:
        """Start the manager, without any complaint, as fast as ever."""
        manager = self._world.manager
        manager.is_up, manager.complaint, manager.slowness = True, "", 1.0
        manager.garbage, manager.hangs = "", False
        if self._manager_line is not None:
            await self._manager_line.set(Plug.UP)

    async def manager_hangs(self) -> None:
        """Let an Oracle VM 3 manager take commands, and not answer."""
        self._world.manager.hangs = True

    async def manager_garbles(self, text: str = "Exception in thread main\r\n") -> None:
        """Let an Oracle VM 3 manager answer everything with `text`."""
        self._world.manager.garbage = text

    async def cut_manager(self) -> None:
        """Reset the present connections to an Oracle VM 3 manager; it goes on with its work."""
        if self._manager_line is not None:
            await self._manager_line.cut()

    async def lock_machine(self, vm: str, held: bool = True) -> None:
        """Let a job of an Oracle VM 3 manager hold a machine, or let it go."""
        locked = self._world.manager.locked
        (locked.add if held else locked.discard)(self._vm(vm).identity)

    async def manager_complains(self, text: str = "Internal server error") -> None:
        """Let `ovm` print `Error:` with `text`, do nothing, and exit with 0."""
        self._world.manager.complaint = text

    async def manager_asks(self, question: str) -> None:
        """Let `ovm config` ask a further question between the others."""
        self._world.manager.surprise = question

    async def hold_agent_lock(self, node: str, service: str) -> None:
        """Let somebody else hold the lock of a service of the node's agent."""
        self._world.agent_locks.add((self._node(node).name, service))

    async def release_agent_lock(self, node: str, service: str) -> None:
        """Give that lock back."""
        self._world.agent_locks.discard((self._node(node).name, service))

    async def set_mount(self, node: str, mounts: str) -> None:
        """Replace what the node has mounted, in the form of `/proc/mounts`."""
        self._node(node).write("/proc/mounts", mounts)

    async def manager_slow(self, factor: float = 10.0) -> None:
        """Let each call of `ovm` take `factor` times as long."""
        self._world.manager.slowness = factor

    def _node(self, name: str) -> Node:
        if name not in self._world.nodes:
            raise SimulatorError(f"no such node: {name}")
        return self._world.nodes[name]

    def _vm(self, name: str) -> VmSpec:
        for vm in self._world.guests.values():
            if name in {vm.name, vm.simple_name}:
                return vm
        raise SimulatorError(f"no such machine: {name}")

    def _domains(self, vm: VmSpec) -> list[tuple[Node, Domain]]:
        return [
            (node, domain)
            for node, domain in self._world.everywhere()
            if domain.machine.uuid == vm.identity
        ]
