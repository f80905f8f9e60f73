"""Disks and network interfaces as the tools and vm.cfg write them."""

from __future__ import annotations

import re

from ovmtui.model.vmconfig import Disk, Interface

_SOURCE = re.compile(r"((?:[A-Za-z0-9_+-]+:)*)(.*)", re.DOTALL)
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_MODES = {"r": "r", "ro": "r", "r!": "r", "w": "w", "rw": "w", "w!": "w!", "rw!": "w!"}
_LIBXL_FIELDS = ("target", "format", "vdev", "access")
_LIBXL_FORMATS = frozenset({"", "raw", "qcow", "qcow2", "qed", "vhd", "vmdk"})


def disk(source: str, *, device: str, mode: str) -> Disk | None:
    """Return the disk of a `kind:path` source, or None when the mode is none we know.

    The path is written so that one disk always reads the same: `phy:` paths that are not
    absolute are below `/dev` for xend, and several leading slashes are one.
    """
    known_mode = _MODES.get(mode)
    match = _SOURCE.fullmatch(source)
    if known_mode is None or match is None:
        return None
    kind, path = match[1].rstrip(":"), match[2]
    if path.startswith("/"):
        path = "/" + path.lstrip("/")
    elif kind == "phy" and path:
        path = f"/dev/{path}"
    return Disk(kind=kind, path=path, device=device.removesuffix(":disk"), mode=known_mode)


def disk_entry(text: str) -> Disk | None:
    """Return the disk that one string of `disk = […]` describes, or None.

    Understood are xend's `file:/path,xvda,w` and libxl's `/path,raw,xvda,rw`, also with
    keys (`vdev=xvda`).
    """
    fields = [field.strip() for field in text.split(",")]
    if len(fields) in {3, 4} and fields[2] in _MODES:
        return disk(fields[0], device=fields[1], mode=fields[2])
    named: dict[str, str] = {}
    position = 0
    for field in fields:
        key, equals, value = field.partition("=")
        if equals and re.fullmatch(r"[a-z-]+", key):
            named[key] = value
        elif field in {"cdrom", "devtype=cdrom"}:
            named["devtype"] = "cdrom"
        elif position < len(_LIBXL_FIELDS):
            named[_LIBXL_FIELDS[position]] = field
            position += 1
    if named.get("format", "") not in _LIBXL_FORMATS:
        return None
    device = named.get("vdev", "")
    if not device or not ("target" in named or named.get("devtype") == "cdrom"):
        return None
    if named.get("devtype") == "cdrom" and not device.endswith(":cdrom"):
        device += ":cdrom"
    # libxl's default is to write; a cdrom is read only.
    default = "r" if device.endswith(":cdrom") else "w"
    return disk(named.get("target", ""), device=device, mode=named.get("access", "") or default)


def interface(*, mac: str | None, bridge: str | None) -> Interface:
    """Return the interface; what is no MAC address is left out."""
    lowered = (mac or "").strip().lower()
    return Interface(
        mac=lowered if _MAC.fullmatch(lowered) else None,
        bridge=(bridge or "").strip() or None,
    )


def interface_entry(text: str) -> Interface | None:
    """Return the interface that one string of `vif = […]` describes, or None.

    An empty string is an interface with everything left to the node's defaults.
    """
    values: dict[str, str] = {}
    for field in filter(None, (field.strip() for field in text.split(","))):
        key, equals, value = field.partition("=")
        if not equals:
            return None
        values[key.strip()] = value.strip()
    return interface(mac=values.get("mac"), bridge=values.get("bridge"))
