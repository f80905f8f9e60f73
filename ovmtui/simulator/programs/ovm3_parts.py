"""Pieces of the manager's command line: failures, locks, and the form of its answers."""

from __future__ import annotations

from collections.abc import Iterable

from ovmtui.simulator.domain import Condition, Domain
from ovmtui.simulator.node import Node
from ovmtui.simulator.spec import VmSpec
from ovmtui.simulator.world import World


class Failure(Exception):
    """A command that fails; the text follows `Error Msg: `."""


class Locked:
    """Holds a machine's lock in the manager, or fails at once."""

    def __init__(self, world: World, vm: VmSpec) -> None:
        self._held = world.manager.locked
        self._vm = vm

    async def __aenter__(self) -> None:
        if self._vm.identity in self._held:
            raise Failure(f"OVMRU_001003E the object {self._vm.simple_name} is locked by a job")
        self._held.add(self._vm.identity)

    async def __aexit__(self, *error: object) -> None:
        self._held.discard(self._vm.identity)


def value_of(word: str, key: str) -> str:
    """Return what an argument gives for `key`; raises Failure for another one."""
    found, equals, value = word.partition("=")
    if not equals or found.lower() != key.lower():
        raise Failure(f"Missing argument: {key}")
    return value.strip('"')


def status_of(places: list[tuple[Node, Domain]]) -> str:
    """Return a machine's state in the manager's words."""
    if not places:
        return "Stopped"
    return "Suspended" if places[0][1].condition is Condition.PAUSED else "Running"


def entries(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the lines of a list."""
    return "Data: \n" + "".join(f"  id:{identifier}  name:{name}\n" for identifier, name in pairs)


def data(values: dict[str, str]) -> str:
    """Return the lines of what is shown."""
    return "Data: \n" + "".join(f"  {label} = {value}\n" for label, value in values.items())
