"""Where the lock of a machine is, which keeps two plans from working on it at once.

The lock is an `flock` on a file beside the machine's vm.cfg, on storage that all nodes of
the pool share: OCFS2 and NFS make it hold between nodes. It is held by a process on a
node, not by a file's being there: it cannot be left behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ovmtui.model.identity import NodeKey, VmKey, node_subject
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.plan.context import Limits

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")


@dataclass(frozen=True, slots=True)
class LockPlace:
    """Where a plan takes the machine's lock."""

    node: NodeKey
    """Node whose process holds it: the one on which the plan's work is done."""
    directory: str | None
    """Directory of the vm.cfg; None when none is known."""
    file: str
    """Name of the lock's file."""
    master: NodeKey
    """Node that holds it where no repository can: every console of the pool chooses this one."""
    about_node: bool = False
    """Whether the plan is about a node, which has no vm.cfg to lock beside."""
    grace: float = 120.0
    """Seconds that it outlives its console, and the plan's last command on the node."""
    patience: float = 15.0
    """Seconds for each word with a node about it: storage that hangs must not hold us up."""

    @property
    def path(self) -> str | None:
        """The file on the repository; None when no vm.cfg is known."""
        return None if self.directory is None else f"{self.directory}/{self.file}"

    @property
    def text(self) -> str:
        """Where it is, in one phrase."""
        if self.about_node:
            return f"{self.master.name} holds it for the pool"
        if self.path is None:
            return f"no vm.cfg is known, so {self.master.name} holds it for the pool"
        return f"{self.path}, held on {self.node.name}"


def node_lock(node: NodeKey, snapshot: Snapshot, *, grace: float) -> LockPlace:
    """Return where the lock is for work on the node `node` itself."""
    subject = node_subject(node)
    master = pool_master(subject, snapshot)
    return LockPlace(node, None, lock_file(subject), master, about_node=True, grace=grace)


def lock_place(vm: Vm, node: NodeKey, snapshot: Snapshot, limits: Limits) -> LockPlace:
    """Return where the lock of `vm` is for work on `node`.

    Of several vm.cfg the first by name counts, so that all consoles choose the same.
    """
    directory = None
    if vm.configs:
        directory = min(file.path for file in vm.configs).rpartition("/")[0] or None
    master = pool_master(vm.key, snapshot)
    return LockPlace(
        node,
        directory,
        lock_file(vm.key),
        master,
        grace=limits.lock_grace,
        patience=limits.lock,
    )


def lock_file(vm: VmKey) -> str:
    """Return the name of the file; hidden, and told by the machine's identity."""
    return f".ovmtui-{_UNSAFE.sub('_', vm.identity)}.lock"


def pool_master(vm: VmKey, snapshot: Snapshot) -> NodeKey:
    """Return the node that all consoles agree on without asking: the first by name."""
    return min(snapshot.pool(vm.pool).nodes, key=lambda node: node.name)
