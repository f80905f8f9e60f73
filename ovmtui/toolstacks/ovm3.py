"""The command line of an Oracle VM 3 Manager (`ssh -p 10000`): its commands.

It has a language of its own, in which names are not quoted dependably, and `;` parts
commands. So nothing is ever addressed by name: only by id, and an id is checked here.
"""

from __future__ import annotations

import re

from ovmtui.model.command import Command
from ovmtui.model.identity import VmKey, canonical_uuid

PORT = 10000
"""Where the manager's command line listens."""
_ID = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){15}")
"""Most things have 32 digits; a server has the UUID of its board, as pairs with colons."""


def is_id(text: str) -> bool:
    """Return whether `text` is an id of the manager's, and nothing else."""
    return _ID.fullmatch(text) is not None


def vm_id(vm: VmKey) -> str | None:
    """Return the manager's id of a machine: its UUID without dashes; None where it has none."""
    uuid = canonical_uuid(vm.identity)
    return None if uuid is None else uuid.replace("-", "")


def list_vms() -> Command:
    """List the machines, of all pools."""
    return Command(("list", "vm"))


def list_servers() -> Command:
    """List the servers, of all pools."""
    return Command(("list", "server"))


def list_pools() -> Command:
    """List the server pools."""
    return Command(("list", "serverpool"))


def show_vm(vm: str) -> Command:
    """Show one machine, its HA flag and its state included.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("show", "vm", f"id={_id(vm)}"))


def show_server(server: str) -> Command:
    """Show one server, its pool included.

    Raises:
        ValueError: `server` is no id.
    """
    return Command(("show", "server", f"id={_id(server)}"))


def switch_ha(vm: str, *, on: bool) -> Command:
    """Switch a machine's high availability.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("edit", "vm", f"id={_id(vm)}", f"highAvailability={'Yes' if on else 'No'}"))


def start_vm(vm: str) -> Command:
    """Start a machine, on the server that the manager chooses.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("start", "vm", f"id={_id(vm)}"))


def stop_vm(vm: str) -> Command:
    """Let the guest of a machine shut down.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("stop", "vm", f"id={_id(vm)}"))


def kill_vm(vm: str) -> Command:
    """Cut a machine's power.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("kill", "vm", f"id={_id(vm)}"))


def restart_vm(vm: str) -> Command:
    """Restart a machine.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("restart", "vm", f"id={_id(vm)}"))


def suspend_vm(vm: str) -> Command:
    """Suspend a machine.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("suspend", "vm", f"id={_id(vm)}"))


def resume_vm(vm: str) -> Command:
    """Let a suspended machine go on.

    Raises:
        ValueError: `vm` is no id.
    """
    return Command(("resume", "vm", f"id={_id(vm)}"))


def migrate_vm(vm: str, server: str) -> Command:
    """Move a running machine to another server.

    Raises:
        ValueError: an id is none.
    """
    return Command(("migrate", "vm", f"id={_id(vm)}", f"destServer={_id(server)}"))


def _id(text: str) -> str:
    if not is_id(text):
        raise ValueError(f"{text!r} is no id of an Oracle VM 3 manager")
    return text
