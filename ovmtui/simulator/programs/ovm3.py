"""The command line of an Oracle VM 3 manager: `list`, `show`, `edit` and the verbs.

The envelope of an answer, the lists and the lines of data are as recorded in public. No
capture of a whole `show vm` is public, nor of most failures: their texts are ours.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from ovmtui.simulator import migration, vmfiles, xend
from ovmtui.simulator.domain import Domain
from ovmtui.simulator.errors import XendError
from ovmtui.simulator.generation3 import pool_id, server_id
from ovmtui.simulator.invocations import InvocationLog
from ovmtui.simulator.node import Node, Plug, Xend
from ovmtui.simulator.programs.ovm3_parts import (
    Failure,
    Locked,
    data,
    entries,
    status_of,
    value_of,
)
from ovmtui.simulator.spec import VmSpec
from ovmtui.simulator.world import World

PROGRAM = "ovmm"
"""What the log of programs calls it."""
_WORDS = re.compile(r"[A-Za-z]+=(?:\"[^\"]*\"|\S+)|\S+")
_PACE = 0.5
"""Simulated seconds between two looks at a guest that shuts down."""
_STOP = 300.0
"""Simulated seconds after which the manager gives a guest up that ignores it."""


class Ovm3CommandLine:
    """Answers commands, one at a time for each machine: a job locks what it works on."""

    def __init__(self, world: World, log: InvocationLog) -> None:
        """Serve `world`, and note each command in `log`."""
        self._world = world
        self._log = log

    async def answer(self, line: str) -> str:
        """Run one command and return what is printed; it goes on when its client goes away."""
        return await asyncio.shield(self._world.spawn(self._answer(line)))

    async def _answer(self, line: str) -> str:
        manager = self._world.manager
        entry = self._log.begin(self._world.now, "manager", (PROGRAM, *_WORDS.findall(line)))
        while manager.hangs:
            await self._world.timeline.sleep(_PACE)
        await manager.log_in()
        if manager.garbage:
            self._log.end(entry, self._world.now, 0)
            return manager.garbage
        try:
            if manager.complaint:
                raise Failure(manager.complaint)
            body = await self._perform(_WORDS.findall(line))
            head, code = "Success", 0
        except Failure as error:
            head, body, code = "Failure", f"Error Msg: {error}\n", 1
        self._log.end(entry, self._world.now, code)
        stamp = time.strftime("%Y-%m-%d %H:%M:%S,000 UTC")
        text = f"Command: {line}\nStatus: {head}\nTime: {stamp}\n{body}"
        return text.replace("\n", "\r\n")

    async def _perform(self, words: list[str]) -> str:
        match words:
            case ["list", "vm"]:
                return entries((vm.name, vm.simple_name) for vm in self._world.guests.values())
            case ["list", "server"]:
                return entries((server_id(name), name) for name in self._world.nodes)
            case ["list", "serverpool"]:
                name = self._world.spec.name
                return entries([(pool_id(name), name)])
            case ["show", "server", word]:
                return self._show_server(value_of(word, "id"))
            case ["show", "vm", word]:
                return self._show_vm(self._vm(word))
            case ["edit", "vm", word, setting]:
                vm, wanted = self._vm(word), value_of(setting, "highAvailability")
                if wanted not in {"Yes", "No"}:
                    raise Failure(f"Invalid value for highAvailability: {wanted}")
                async with self._locked(vm):
                    self._world.manager.set_ha(vm, wanted == "Yes")
                return ""
            case ["migrate", "vm", word, target]:
                return await self._job(word, lambda vm: self._migrate(vm, target))
            case [verb, "vm", word] if verb in self._verbs():
                return await self._job(word, self._verbs()[verb])
        raise Failure(f"Unknown command: {' '.join(words)}")

    def _verbs(self) -> dict[str, Callable[[VmSpec], Awaitable[None]]]:
        return {
            "start": self._start,
            "stop": self._stop,
            "kill": self._kill,
            "restart": self._restart,
            "suspend": self._suspend,
            "resume": self._resume,
        }

    async def _job(self, word: str, work: Callable[[VmSpec], Awaitable[None]]) -> str:
        vm = self._vm(word)
        async with self._locked(vm):
            try:
                await work(vm)
            except XendError as error:
                raise Failure(
                    f"OVMAPI_4010E Attempt to send command: to server failed. \n"
                    f"OVMAPI_4004E Sync command failed on server. \n"
                    f"Command: dispatch, Server error: {error}"
                ) from None
        return ""

    def _locked(self, vm: VmSpec) -> Locked:
        return Locked(self._world, vm)

    async def _start(self, vm: VmSpec) -> None:
        if self._places(vm):
            raise Failure(f"OVMRU_002020E {vm.simple_name}: the VM is already running")
        machine = vmfiles.read_machine(str(vmfiles.config_path(self._world.root, vm)))
        able = [
            node
            for node in self._world.nodes.values()
            if node.plug is Plug.UP
            and node.xend is Xend.UP
            and node.free_memory_mib >= machine.memory_mib
        ]
        if not able:
            raise Failure("OVMRU_002001E no server of the pool has the memory for it")
        self._world.manager.wanted_down.discard(vm.identity)
        node = max(able, key=lambda node: node.free_memory_mib)
        await xend.create(self._world, node, machine)

    async def _stop(self, vm: VmSpec) -> None:
        node, domain = self._place(vm)
        self._world.manager.wanted_down.add(vm.identity)
        xend.shutdown(self._world, node, domain.name)
        began = self._world.now
        while node.holds(domain):
            if self._world.now - began > _STOP:
                self._world.manager.wanted_down.discard(vm.identity)
                raise Failure("OVMAPI_B000E the VM did not stop in time")
            await self._world.timeline.sleep(_PACE)

    async def _kill(self, vm: VmSpec) -> None:
        node, domain = self._place(vm)
        self._world.manager.wanted_down.add(vm.identity)
        xend.destroy(self._world, node, domain.name)

    async def _restart(self, vm: VmSpec) -> None:
        node, domain = self._place(vm)
        xend.reboot(self._world, node, domain.name)

    async def _suspend(self, vm: VmSpec) -> None:
        node, domain = self._place(vm)
        xend.pause(self._world, node, domain.name)

    async def _resume(self, vm: VmSpec) -> None:
        node, domain = self._place(vm)
        xend.unpause(self._world, node, domain.name)

    async def _migrate(self, vm: VmSpec, word: str) -> None:
        target = self._server(value_of(word, "destServer"))
        node, domain = self._place(vm)
        await migration.migrate(self._world, node, domain.name, target.name)

    def _show_vm(self, vm: VmSpec) -> str:
        manager = self._world.manager
        places = self._places(vm)
        values = {
            "Name": vm.simple_name,
            "Id": vm.name,
            "Status": status_of(places),
            "Memory (MB)": str(vm.memory_mib),
            "Processors": str(vm.vcpus),
            "High Availability": "Yes" if self._world.ha[vm.identity] else "No",
            "Locked": "true" if vm.identity in manager.locked else "false",
        }
        if places:
            name = places[0][0].name
            values["Server"] = f"{server_id(name)}  [{name}]"
        values["Server Pool"] = f"{pool_id(manager.pool)}  [{manager.pool}]"
        return data(values)

    def _show_server(self, identifier: str) -> str:
        node = self._server(identifier)
        pool = self._world.spec.name
        return data(
            {
                "Name": node.name,
                "Id": identifier,
                "Status": "Running" if node.plug is Plug.UP else "Stopped",
                "Server Pool": f"{pool_id(pool)}  [{pool}]",
            }
        )

    def _server(self, identifier: str) -> Node:
        for name, node in self._world.nodes.items():
            if server_id(name) == identifier:
                return node
        raise Failure(f"No Server with id: {identifier}")

    def _vm(self, word: str) -> VmSpec:
        identifier = value_of(word, "id")
        for vm in self._world.guests.values():
            if vm.name == identifier:
                return vm
        raise Failure(f"No Vm with id: {identifier}")

    def _place(self, vm: VmSpec) -> tuple[Node, Domain]:
        places = self._places(vm)
        if not places:
            raise Failure(f"OVMRU_002021E {vm.simple_name}: the VM is not running")
        return places[0]

    def _places(self, vm: VmSpec) -> list[tuple[Node, Domain]]:
        return [
            (node, domain)
            for node, domain in self._world.everywhere()
            if domain.machine.uuid == vm.identity and not domain.incoming
        ]
