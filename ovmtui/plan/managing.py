"""How plans call a pool's manager, of either generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ovmtui.model.command import Command
from ovmtui.model.identity import NodeKey
from ovmtui.model.vm import Vm
from ovmtui.plan.conditions import Condition
from ovmtui.plan.readiness import NameIsUnique
from ovmtui.plan.steps import Expectation
from ovmtui.toolstacks import ovm3, ovmcli

GOES_ON = "cancelling stops the waiting; what the manager has begun goes on"
"""What cancelling a command of an Oracle VM 3 manager means."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a manager, with where it is made and what makes it a success."""

    command: Command
    expect: Expectation
    site: str = ""
    """As in a command step."""


@dataclass(frozen=True, slots=True)
class ManagerAccess:
    """How the command line of an Oracle VM 2 manager is called for a pool."""

    node: NodeKey
    """Node on which it is installed."""
    program: tuple[str, ...]
    user: str
    pool: str
    """The pool's name in the manager."""

    def switching(self, vm: Vm, *, on: bool) -> Call:
        """Return the call that switches a machine's HA."""
        command = ovmcli.ha_command(self.program, self.user, self.pool, vm.name, on)
        return Call(command, Expectation.EXIT_ZERO_NO_ERROR_TEXT)

    def asking(self, vm: Vm) -> Call:
        """Return the call that tells a machine's HA."""
        command = ovmcli.vm_info_command(self.program, self.user, self.pool, vm.name)
        return Call(command, Expectation.EXIT_ZERO_NO_ERROR_TEXT)

    def guards(self, vm: Vm) -> tuple[Condition, ...]:
        """Return what must hold so that the manager knows which machine is meant."""
        return (NameIsUnique(vm.key),)


@dataclass(frozen=True, slots=True)
class Ovm3Access:
    """How the command line of an Oracle VM 3 manager is called, from this console.

    Machines and servers are told by the manager's own ids, so no name can be mistaken.
    """

    node: NodeKey
    """A node that answers: it holds the lock of what is done without any node."""
    site: str
    """`admin@manager:10000`."""
    servers: Mapping[NodeKey, str] = field(default_factory=lambda: MappingProxyType({}))
    """The manager's id of each node that it lists by its name."""

    def switching(self, vm: Vm, *, on: bool) -> Call:
        """Return the call that switches a machine's HA."""
        return self._call(ovm3.switch_ha(self.id_of(vm), on=on))

    def asking(self, vm: Vm) -> Call:
        """Return the call that tells a machine's HA."""
        return self._call(ovm3.show_vm(self.id_of(vm)))

    def guards(self, vm: Vm) -> tuple[Condition, ...]:
        """Return nothing: an id names one machine only."""
        return ()

    def starting(self, vm: Vm) -> Call:
        """Return the call that starts a machine where the manager chooses."""
        return self._call(ovm3.start_vm(self.id_of(vm)))

    def stopping(self, vm: Vm) -> Call:
        """Return the call that lets a machine's guest shut down."""
        return self._call(ovm3.stop_vm(self.id_of(vm)))

    def killing(self, vm: Vm) -> Call:
        """Return the call that cuts a machine's power."""
        return self._call(ovm3.kill_vm(self.id_of(vm)))

    def moving(self, vm: Vm, target: NodeKey) -> Call:
        """Return the call that moves a machine to `target`.

        Raises:
            ValueError: the manager lists no server of that name.
        """
        server = self.servers.get(target)
        if server is None:
            raise ValueError(
                f"the manager lists no server called {target.name}, or several: "
                "`ovmtui check` tells its names"
            )
        return self._call(ovm3.migrate_vm(self.id_of(vm), server))

    def id_of(self, vm: Vm) -> str:
        """Return the manager's id of a machine.

        Raises:
            ValueError: its UUID is not known.
        """
        identifier = ovm3.vm_id(vm.key)
        if identifier is None:
            raise ValueError(f"the UUID of {vm.shown} is not known, so the manager cannot be told")
        return identifier

    def _call(self, command: Command) -> Call:
        return Call(command, Expectation.MANAGER_SUCCESS, self.site)


Access = ManagerAccess | Ovm3Access
