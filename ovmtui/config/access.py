"""How a node is entered: its own settings, else those of its pool."""

from __future__ import annotations

from ovmtui.config.schema import Node, Pool
from ovmtui.config.sudo import Sudo


def is_legacy(pool: Pool, node: Node) -> bool:
    """Return whether `node` is offered the algorithms of OpenSSH 4.3, too."""
    return pool.legacy if node.legacy is None else node.legacy


def sudo_of(pool: Pool, node: Node) -> Sudo | None:
    """Return how everything on `node` is run through sudo; None when it is not."""
    wanted = pool.sudo if node.sudo is None else node.sudo
    if isinstance(wanted, Sudo):
        return wanted
    return Sudo() if wanted else None
