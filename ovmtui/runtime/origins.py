"""Where machines were before their node was emptied, so that they can be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.runtime.statefile import StateFile


@dataclass(frozen=True, slots=True)
class Origin:
    """One machine that was moved away from its node."""

    vm: VmKey
    name: str
    home: NodeKey
    moved_to: NodeKey


class Origins:
    """The list on disk. Its methods do I/O, but never wait for long."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its directory must exist."""
        self._file = StateFile(path)

    def of(self, home: NodeKey) -> Sequence[Origin]:
        """Return the machines that were moved away from `home`, by name."""
        found = [
            origin
            for entry in self._file.read().values()
            if (origin := _origin(entry)) is not None and origin.home == home
        ]
        return sorted(found, key=lambda origin: origin.name)

    def remember(self, vm: VmKey, name: str, *, home: NodeKey, moved_to: NodeKey) -> None:
        """Remember a machine before it is moved; its first home counts.

        Raises:
            JournalError: the file cannot be written.
        """
        with self._file.changing() as known:
            old = _origin(known.get(str(vm)))
            first = old.home if old is not None and old.moved_to == home else home
            known[str(vm)] = {
                "pool": vm.pool,
                "identity": vm.identity,
                "name": name,
                "home": first.name,
                "moved_to": moved_to.name,
            }

    def forget(self, vm: VmKey) -> None:
        """Strike a machine off the list.

        Raises:
            JournalError: the file cannot be written.
        """
        with self._file.changing() as known:
            known.pop(str(vm), None)


def _origin(entry: object) -> Origin | None:
    """Return what an entry says; None for one that makes no sense."""
    match entry:
        case {
            "pool": str(pool),
            "identity": str(identity),
            "name": str(name),
            "home": str(home),
            "moved_to": str(moved_to),
        }:
            key = VmKey(pool, identity)
            return Origin(key, name, NodeKey(pool, home), NodeKey(pool, moved_to))
        case _:
            return None
