"""What is different in a pool of Oracle VM 3: machines are named by their UUID."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace

from ovmtui.simulator.spec import ConfigStyle, VmSpec

_BEGINNING = "0004fb0000060000"
"""What the ids of all machines begin with."""
_NAMESPACE = uuid.UUID("0004fb00-0006-0000-a6f0-000000000000")


def oracle3(vm: VmSpec, *, other: int = 0) -> VmSpec:
    """Return `vm` as Oracle VM 3 has it: its name is the friendly one, its UUID the name.

    `other` tells apart machines of the same friendly name.
    """
    digits = _BEGINNING + uuid.uuid5(_NAMESPACE, f"{vm.name}/{other}").hex[16:]
    return replace(
        vm,
        name=digits,
        simple_name=vm.name,
        uuid=str(uuid.UUID(digits)),
        style=ConfigStyle.ORACLE3,
    )


def server_id(name: str) -> str:
    """Return the manager's id of a server: the UUID of its board, as pairs."""
    digits = hashlib.sha256(name.encode()).hexdigest()[:32]
    return ":".join(digits[place : place + 2] for place in range(0, 32, 2))


def pool_id(name: str) -> str:
    """Return the manager's id of a server pool."""
    return f"0004fb0000020000{hashlib.sha256(name.encode()).hexdigest()[:16]}"
