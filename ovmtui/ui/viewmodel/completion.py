"""Completing the words of a filter: fields, and their values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.viewmodel.filters import FIELDS, NUMBERS, VALUES

_FIELD_WORDS = (*(f"{field}:" for field in FIELDS), *(f"{number}>" for number in NUMBERS))


def values_of(snapshot: Snapshot) -> dict[str, list[str]]:
    """Return what there is of each field that is followed by a colon."""
    vms = snapshot.vms.values()
    services = [vm.service for vm in vms if vm.service is not None]
    found = {
        "name": (vm.shown for vm in vms),
        "uuid": (vm.key.identity for vm in vms),
        "pool": (pool.name for pool in snapshot.pools),
        "node": (node.name for node in snapshot.nodes),
        "service": (service.name for service in services),
        "env": (service.environment for service in services if service.environment),
    }
    return {field: sorted(set(names)) for field, names in found.items()}


def candidates(text: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the whole filters that `text` could become by its last word, in order.

    For a word that is complete they are all values of its field, beginning after that one.
    """
    last = _last(text)
    before, word = text[: len(text) - len(last)], last.lstrip("!")
    before += last[: len(last) - len(word)]
    field, colon, value = word.partition(":")
    if not colon:
        words = [known for known in _FIELD_WORDS if known.startswith(word)] if word else []
        return [before + known for known in words]
    known = [_quoted(name) for name in {**values, **VALUES}.get(field.lower(), ())]
    begin = value.strip('"').lower()
    found = [name for name in known if name.strip('"').lower().startswith(begin)]
    if found == [value]:
        after = known.index(value) + 1
        found = known[after:] + known[:after]
    return [f"{before}{field}:{name}" for name in found]


def _last(text: str) -> str:
    """Return the word that ends at the end of `text`, quotes kept together."""
    start, quoted = 0, False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter in " |" and not quoted:
            start = place + 1
    return text[start:]


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name or "|" in name else name
