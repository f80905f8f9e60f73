"""The machines' names as they were last seen, for the shell's completion to offer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ovmtui.model.snapshot import Snapshot
from ovmtui.runtime.statefile import StateFile

MOST = 20_000
"""Names that are kept of one pool."""


class LastSeen:
    """Knows names only: what is asked or done is always decided on what nodes say now."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its directory must exist to write it."""
        self._file = StateFile(path)

    def machines(self) -> Mapping[str, tuple[str, ...]]:
        """Return the names by pool; empty when nothing is known, or nothing makes sense."""
        return {
            pool: tuple(name for name in names[:MOST] if isinstance(name, str))
            for pool, names in self._file.read().items()
            if isinstance(names, list)
        }

    def remember(self, snapshot: Snapshot) -> None:
        """Keep the names of `snapshot`; a pool in which no machine was seen keeps its old ones.

        Raises:
            JournalError: the file cannot be written.
        """
        seen: dict[str, list[str]] = {}
        for vm in snapshot.vms.values():
            seen.setdefault(vm.key.pool, []).append(vm.label)
        if seen:
            with self._file.changing() as known:
                known.update({pool: sorted(set(names))[:MOST] for pool, names in seen.items()})
