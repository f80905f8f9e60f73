"""The table that `xm list` and `xl list` print."""

from __future__ import annotations

import re

from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.identity import canonical_uuid
from ovmtui.model.parsed import Parsed
from ovmtui.toolstacks.notes import bounded, note
from ovmtui.toolstacks.states import state_of

HEADER = ("Name", "ID", "Mem", "VCPUs", "State", "Time(s)")
"""Words of the header line; xm writes blanks between them, xl some tabs."""

_WORD = re.compile(r"[^ \t]+")
_NUMBER = re.compile(r"[0-9]{1,12}")
_TIME = re.compile(r"[0-9]{1,12}\.[0-9]")
_LONGEST_ROW = 4096


def parse_list(text: str) -> Parsed[tuple[Domain, ...] | None]:
    """Read the output of `xm list` or `xl list`.

    The value is None where no header line is found: then the text is no listing, and
    nothing at all is known of the domains. Lines before the header are none of the
    listing's. A note means a row that was not understood, so that the value may lack a
    domain; such a listing is no proof that something does not run. Neither is one that
    does not end with the end of a line: both tools write whole lines, so it was cut.

    `xl list -v` adds the hypervisor's UUID of each domain behind its time; it is read.
    """
    lines = iter(text.split("\n"))
    for line in lines:
        if tuple(_WORD.findall(line.rstrip("\r")[:_LONGEST_ROW]))[: len(HEADER)] == HEADER:
            break
    else:
        return Parsed(None, ("the output has no header line of a domain listing",))
    domains: list[Domain] = []
    notes: list[str] = []
    for line in lines:
        row = line.rstrip("\r \t")
        if not row.strip():
            continue
        domain = _row(row) if len(row) <= _LONGEST_ROW else None
        if domain is None:
            notes.append(note("row of the domain listing not understood", row))
            continue
        if domain.state is DomainState.UNKNOWN:
            notes.append(note("state of a domain not understood", row))
        domains.append(domain)
    if not text.endswith("\n"):
        notes.append("the domain listing does not end with the end of a line")
    return Parsed(tuple(domains), bounded(notes))


def _row(row: str) -> Domain | None:
    """Return the domain of one row, or None when the row fits no known form.

    A name may hold blanks and even what looks like a row (libxl allows it), so the last
    words that fit count. A row without id and state is xend's alone, whose names have no
    blanks: it must have its four words and no other, or a running domain could read as a
    halted one.
    """
    words = list(_WORD.finditer(row))
    texts = [word[0] for word in words]
    for index in range(len(texts) - 1, 4, -1):
        if _TIME.fullmatch(texts[index]) and _are_numbers(texts[index - 4 : index - 1]):
            name = row[words[0].start() : words[index - 5].end()]
            letters = texts[index - 1]
            uuid = canonical_uuid(texts[index + 1]) if index + 1 < len(texts) else None
            numbers = texts[index - 4 : index - 1]
            return _domain(name, numbers, letters=letters, time=texts[index], uuid=uuid)
    if len(texts) == 5 and _TIME.fullmatch(texts[4]) and _are_numbers(texts[1:4]):
        return _domain(texts[0], texts[1:4], letters="", time=texts[4])
    if len(texts) == 4 and _TIME.fullmatch(texts[3]) and _are_numbers(texts[1:3]):
        return _domain(texts[0], ["", *texts[1:3]], letters="", time=texts[3])
    return None


def _are_numbers(words: list[str]) -> bool:
    return all(_NUMBER.fullmatch(word) for word in words)


def _domain(
    name: str, numbers: list[str], *, letters: str, time: str, uuid: str | None = None
) -> Domain:
    domid, memory, vcpus = numbers
    return Domain(
        name=name,
        domid=int(domid) if domid else None,
        state=(state_of(letters) or DomainState.UNKNOWN) if domid else DomainState.HALTED,
        memory_mib=int(memory),
        vcpus=int(vcpus),
        cpu_seconds=float(time),
        letters=letters,
        uuid=uuid if domid != "0" else None,
    )
