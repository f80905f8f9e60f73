"""Reading a vm.cfg, which is Python source to xm, as data. Nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ovmtui.model.command import MASK
from ovmtui.model.identity import canonical_uuid
from ovmtui.model.parsed import Parsed
from ovmtui.model.vmconfig import Disk, Interface, VmConfig
from ovmtui.toolstacks.devices import disk_entry, interface_entry
from ovmtui.toolstacks.literals import BAD_SOURCE, assignments
from ovmtui.toolstacks.notes import bounded, note
from ovmtui.toolstacks.redaction import is_secret_key, redact

MAX_CHARACTERS = 262_144
"""Longest text that is read; a real vm.cfg has some two thousand."""
_LONGEST_VALUE = 4096
_MOST_SETTINGS = 512
_NUMBER = re.compile(r"\s*[0-9]{1,9}\s*")


def parse(text: str) -> Parsed[VmConfig]:
    """Read the text of a vm.cfg.

    What a statement that is no plain assignment of literals may have changed is unknown;
    it becomes a note and does not hide the other statements.
    """
    notes: list[str] = []
    if len(text) > MAX_CHARACTERS:
        notes.append(f"longer than {MAX_CHARACTERS} characters: read in part")
        # The last line may be cut in the middle of a value.
        text = text[:MAX_CHARACTERS].rpartition("\n")[0]
    read = assignments(text)
    notes.extend(read.notes)
    return Parsed(_config(read.value, notes), bounded(notes))


def _config(values: dict[str, object], notes: list[str]) -> VmConfig:
    uuid = _string(values, "uuid", notes)
    canonical = canonical_uuid(uuid) if uuid is not None else None
    if uuid and canonical is None:
        notes.append(note("uuid is no UUID", uuid))
    return VmConfig(
        name=_string(values, "name", notes) or None,
        uuid=canonical,
        memory_mib=_number(values, "memory", notes),
        vcpus=_number(values, "vcpus", notes),
        disks=_disks(values, notes),
        interfaces=_interfaces(values, notes),
        simple_name=_string(values, "OVM_simple_name", notes) or None,
        high_availability=_flag(values, "OVM_high_availability", notes),
        settings=_settings(values, notes),
    )


def _string(values: dict[str, object], key: str, notes: list[str]) -> str | None:
    value = values.get(key)
    if value is None or isinstance(value, str):
        return value
    notes.append(note(f"{key} is no text", _shown(value)))
    return None


def _number(values: dict[str, object], key: str, notes: list[str]) -> int | None:
    value = values.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    if value is not None:
        notes.append(note(f"{key} is no number", _shown(value)))
    return None


def _flag(values: dict[str, object], key: str, notes: list[str]) -> bool | None:
    value = values.get(key)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    notes.append(note(f"{key} is neither True nor False", _shown(value)))
    return None


def _disks(values: dict[str, object], notes: list[str]) -> tuple[Disk, ...]:
    disks: list[Disk] = []
    for entry in _entries(values, "disk", notes):
        found = disk_entry(entry)
        if found is None:
            notes.append(note("disk not understood", entry))
        else:
            disks.append(found)
    return tuple(disks)


def _interfaces(values: dict[str, object], notes: list[str]) -> tuple[Interface, ...]:
    interfaces: list[Interface] = []
    for entry in _entries(values, "vif", notes):
        found = interface_entry(entry)
        if found is None:
            notes.append(note("vif not understood", entry))
        else:
            interfaces.append(found)
    return tuple(interfaces)


def _entries(values: dict[str, object], key: str, notes: list[str]) -> Iterator[str]:
    value = values.get(key)
    if value is None or value == "":
        return
    if not isinstance(value, list | tuple):
        notes.append(note(f"{key} is no list", _shown(value)))
        return
    for entry in value:
        if isinstance(entry, str):
            yield entry
        else:
            notes.append(note(f"{key} has an entry that is no text", _shown(entry)))


def _settings(values: dict[str, object], notes: list[str]) -> tuple[tuple[str, str], ...]:
    settings = [
        (key, MASK if is_secret_key(key) and value != "" else _shown(value))
        for key, value in list(values.items())[:_MOST_SETTINGS]
    ]
    if len(values) > _MOST_SETTINGS:
        notes.append(f"{len(values) - _MOST_SETTINGS} further settings are not shown")
    return tuple(settings)


def _shown(value: object) -> str:
    """Return `value` as text, secrets in it masked."""
    try:
        shown = redact(value) if isinstance(value, str) else repr(_masked(value))
    except BAD_SOURCE:
        return "(too large to be shown)"
    return shown if len(shown) <= _LONGEST_VALUE else shown[: _LONGEST_VALUE - 1] + "…"


def _masked(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple | set):
        return type(value)(_masked(entry) for entry in value)
    if isinstance(value, dict):
        return {
            key: MASK if isinstance(key, str) and is_secret_key(key) else _masked(entry)
            for key, entry in value.items()
        }
    return value
