"""Nodes that no machine is to be put on, kept on disk until they are taken back."""

from __future__ import annotations

from pathlib import Path

from ovmtui.model.identity import NodeKey
from ovmtui.runtime.statefile import StateFile


class Maintenance:
    """The list on disk. Its methods do I/O, but never wait for long."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its directory must exist."""
        self._file = StateFile(path)

    def nodes(self) -> frozenset[NodeKey]:
        """Return the nodes in maintenance."""
        return frozenset(
            NodeKey(pool, name)
            for entry in self._file.read()
            for pool, slash, name in [entry.partition("/")]
            if slash
        )

    def set(self, node: NodeKey, *, on: bool, wall: float) -> None:
        """Put `node` on the list, with the time in seconds since the epoch, or take it off.

        Raises:
            JournalError: the file cannot be written.
        """
        with self._file.changing() as known:
            if on:
                known.setdefault(f"{node.pool}/{node.name}", wall)
            else:
                known.pop(f"{node.pool}/{node.name}", None)
