"""Telling apart machines that people call the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ovmtui.model.identity import VmKey
from ovmtui.model.vm import Vm

_LENGTHS = range(4, 33, 4)
"""Characters of the UUID's end that are tried."""


def tags_of(vms: Mapping[VmKey, Vm]) -> dict[VmKey, str]:
    """Return the end of the identity of each machine whose label another one has, too.

    Oracle VM 3 gives all its machines the same beginning, `0004fb00-0006-0000`.
    """
    groups: dict[str, list[VmKey]] = {}
    for key, vm in vms.items():
        groups.setdefault(vm.label, []).append(key)
    tags: dict[VmKey, str] = {}
    for keys in groups.values():
        if len(keys) > 1:
            ends = {key: key.identity.replace("-", "") for key in keys}
            length = next(
                (n for n in _LENGTHS if len({end[-n:] for end in ends.values()}) == len(keys)),
                max(map(len, ends.values())),
            )
            tags |= {key: end[-length:] for key, end in ends.items()}
    return tags
