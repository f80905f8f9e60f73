"""The JSON that `xl list -l` prints, as far as a libxl node's truth needs it."""

from __future__ import annotations

import json
from typing import Any

from ovmtui.model.domain import DomainDetail
from ovmtui.model.identity import canonical_uuid
from ovmtui.model.parsed import Parsed
from ovmtui.model.vmconfig import Disk, Interface
from ovmtui.toolstacks.devices import disk, interface
from ovmtui.toolstacks.notes import bounded, note


def parse_list_long(text: str) -> Parsed[tuple[DomainDetail, ...] | None]:
    """Read the output of `xl list -l`. It states neither state nor CPU time.

    The value is None where the text is not wholly JSON, or is no list of domains.
    """
    try:
        listing = json.loads(text)
    except (ValueError, RecursionError, MemoryError) as error:
        return Parsed(None, (note("the long listing is no JSON", str(error)),))
    if not isinstance(listing, list) or not listing:
        return Parsed(None, ("the long listing is no list of domains",))
    notes: list[str] = []
    details: list[DomainDetail] = []
    for entry in listing:
        config = _table(_table(entry).get("config"))
        identity = _table(config.get("c_info"))
        name = _text(identity.get("name"))
        domid = _whole(_table(entry).get("domid"))
        if name is None or domid is None:
            notes.append("a domain without a name or an id was not read")
            continue
        build = _table(config.get("b_info"))
        kib = _whole(build.get("target_memkb")) or _whole(build.get("max_memkb"))
        uuid = canonical_uuid(_text(identity.get("uuid")) or "")
        if uuid is None and domid != 0:
            notes.append(note("domain without a UUID", name))
        details.append(
            DomainDetail(
                name=name,
                domid=domid,
                uuid=uuid,
                memory_mib=None if kib is None else round(kib / 1024),
                vcpus=_whole(build.get("max_vcpus")),
                disks=_disks(name, config.get("disks"), notes),
                interfaces=_interfaces(config.get("nics")),
            )
        )
    return Parsed(tuple(details), bounded(notes))


def _disks(name: str, entries: object, notes: list[str]) -> tuple[Disk, ...]:
    disks: list[Disk] = []
    for entry in _tables(entries):
        device = _text(entry.get("vdev")) or ""
        if _is_true(entry.get("is_cdrom")):
            device += ":cdrom"
        # libxl leaves out what has its default, and the default is to read only.
        found = disk(
            _text(entry.get("pdev_path")) or "",
            device=device,
            mode="w" if _is_true(entry.get("readwrite")) else "r",
        )
        if found is None or not device:
            notes.append(note("disk not understood of domain", name))
        else:
            disks.append(found)
    return tuple(disks)


def _interfaces(entries: object) -> tuple[Interface, ...]:
    return tuple(
        interface(mac=_text(entry.get("mac")), bridge=_text(entry.get("bridge")))
        for entry in _tables(entries)
    )


def _tables(value: object) -> list[dict[str, Any]]:
    return [_table(entry) for entry in value] if isinstance(value, list) else []


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
        return value
    return None


def _is_true(value: object) -> bool:
    """Whether a flag is set; libxl writes 1, true or "True", by version."""
    return value not in (None, 0, "", "0", "False", "false")
