"""A file system that a node has mounted."""

from __future__ import annotations

from dataclasses import dataclass

SHARED_KINDS = frozenset({"ocfs2", "nfs", "nfs4"})
"""File systems on which the nodes of a pool may have one repository together."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system."""

    path: str
    source: str
    """Device, or server and export."""
    kind: str
    """Type, as the kernel calls it."""
    writable: bool
    total_kib: int | None = None
    """None where `df` did not say."""
    free_kib: int | None = None

    @property
    def is_shared(self) -> bool:
        """Whether several nodes may have it mounted at once."""
        return self.kind in SHARED_KINDS


def mount_of(path: str, mounts: tuple[Mount, ...]) -> Mount | None:
    """Return the file system that `path` is on: the longest mount point before it."""
    best = None
    for mount in mounts:
        inside = path == mount.path or path.startswith(mount.path.rstrip("/") + "/")
        # Of two mounts on one point the later one is seen.
        if inside and (best is None or len(mount.path) >= len(best.path)):
            best = mount
    return best
