"""Who is who: nodes by pool and name, virtual machines by pool and UUID."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEX32 = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True, order=True)
class NodeKey:
    """One OVM server of one configured pool."""

    pool: str
    name: str

    def __str__(self) -> str:
        """Return `pool/name`."""
        return f"{self.pool}/{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class VmKey:
    """One virtual machine of one pool.

    `identity` is the canonical UUID. Where no source has given a UUID yet it is
    `name:NAME`, so that two machines are never merged by a guess.
    """

    pool: str
    identity: str

    def __hash__(self) -> int:
        """Return the hash of the identity, which tells machines apart well enough, and sooner."""
        return hash(self.identity)

    def __str__(self) -> str:
        """Return `pool/identity`."""
        return f"{self.pool}/{self.identity}"


_NODE = "node:"


def node_subject(node: NodeKey) -> VmKey:
    """Return what stands for `node` where a plan is about a node and not about a machine."""
    return VmKey(node.pool, f"{_NODE}{node.name}")


def subject_node(subject: VmKey) -> NodeKey | None:
    """Return the node that `subject` stands for; None when it is a machine."""
    if not subject.identity.startswith(_NODE):
        return None
    return NodeKey(subject.pool, subject.identity.removeprefix(_NODE))


def canonical_uuid(text: str) -> str | None:
    """Return `text` as a lower-case UUID with dashes, or None when it is no UUID.

    Oracle VM 3 writes the 32 hex digits without dashes; xend and libxl write dashes.
    """
    digits = text.strip().replace("-", "")
    if not _HEX32.fullmatch(digits):
        return None
    digits = digits.lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
