"""The long listing: s-expressions from xend, JSON from libxl."""

from __future__ import annotations

import re

from ovmtui.model.domain import DomainDetail, DomainState
from ovmtui.model.identity import canonical_uuid
from ovmtui.model.parsed import Parsed
from ovmtui.model.vmconfig import Disk, Interface
from ovmtui.toolstacks import sexpression, xl
from ovmtui.toolstacks.devices import disk, interface
from ovmtui.toolstacks.notes import bounded, note
from ovmtui.toolstacks.sexpression import Expression, value
from ovmtui.toolstacks.states import state_of

_START = re.compile(r"^[ \t]*[(\[]", re.MULTILINE)
_WHOLE = re.compile(r"[0-9]{1,12}")
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?(?:e[+-]?[0-9]{1,2})?")

_STATUS = {
    "1": DomainState.PAUSED,
    "2": DomainState.RUNNING,
    "3": DomainState.SUSPENDED,
    "4": DomainState.SHUTDOWN,
    "5": DomainState.CRASHED,
}
"""xend's own numbers (xend 3.4, XendAPIConstants), where they leave no doubt."""


def parse_list_long(text: str) -> Parsed[tuple[DomainDetail, ...] | None]:
    """Read the output of `xm list -l` or `xl list -l`.

    The value is None where the text is neither. A note that a domain was not read means
    that the value may lack one.
    """
    start = _START.search(text)
    if start is None:
        return Parsed(None, ("the output is no long listing of domains",))
    if start[0].endswith("["):
        return xl.parse_list_long(text[start.start() :])
    read = sexpression.read(text[start.start() :])
    notes = list(read.notes)
    details: list[DomainDetail] = []
    for expression in read.value:
        if sexpression.head(expression) != "domain":
            notes.append(note("list that is no domain", sexpression.head(expression)))
        elif (name := value(expression, "name")) is None:
            notes.append("a domain without a name was not read")
        else:
            details.append(_detail(name, expression, notes))
    if not details:
        return Parsed(None, bounded([*notes, "the output lists no domain at all"]))
    return Parsed(tuple(details), bounded(notes))


def _detail(name: str, domain: Expression, notes: list[str]) -> DomainDetail:
    domid = _whole(value(domain, "domid"))
    uuid = canonical_uuid(value(domain, "uuid") or "")
    if uuid is None:
        notes.append(note("domain without a UUID", name))
    return DomainDetail(
        name=name,
        domid=domid,
        uuid=uuid,
        state=_state(domid, value(domain, "state"), value(domain, "status")),
        memory_mib=_whole(value(domain, "memory")),
        vcpus=_whole(value(domain, "vcpus")),
        cpu_seconds=_decimal(value(domain, "cpu_time")),
        start_time=_decimal(value(domain, "start_time")),
        disks=_disks(name, domain, notes),
        interfaces=_interfaces(domain),
    )


def _state(domid: int | None, letters: str | None, status: str | None) -> DomainState:
    """Return the state; the letters count, for a kept domain that is down has status 0."""
    if letters is not None:
        return state_of(letters) or DomainState.UNKNOWN
    if status == "0" and domid is None:
        return DomainState.HALTED
    return _STATUS.get(status or "", DomainState.UNKNOWN)


def _disks(name: str, domain: Expression, notes: list[str]) -> tuple[Disk, ...]:
    disks: list[Disk] = []
    for device in sexpression.members(domain, "device"):
        for kind in ("vbd", "tap", "tap2"):
            for entry in sexpression.members(device, kind):
                found = disk(
                    value(entry, "uname") or "",
                    device=value(entry, "dev") or "",
                    mode=value(entry, "mode") or "",
                )
                if found is None:
                    notes.append(note("disk not understood of domain", name))
                else:
                    disks.append(found)
    return tuple(disks)


def _interfaces(domain: Expression) -> tuple[Interface, ...]:
    return tuple(
        interface(mac=value(entry, "mac"), bridge=value(entry, "bridge"))
        for device in sexpression.members(domain, "device")
        for entry in sexpression.members(device, "vif")
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and _WHOLE.fullmatch(text) else None


def _decimal(text: str | None) -> float | None:
    return float(text) if text is not None and _DECIMAL.fullmatch(text) else None
