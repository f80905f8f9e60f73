"""From a probe's answer to facts of a node. Pure, but for the samples it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ovmtui.model.domain import Domain, DomainDetail
from ovmtui.model.node import NodeView
from ovmtui.model.tool import Tool
from ovmtui.toolstacks import detection, probe, xm
from ovmtui.toolstacks.probe import SectionResult

_CPU_WINDOW = 4.0
"""Shortest time, in seconds, over which a CPU share is told: xm prints tenths only."""

DomainKey = tuple[int | None, str]
"""Id and name as listed: what a long listing's row is recognised by."""


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    cpu_seconds: float
    percent: float | None


class CpuMeter:
    """CPU shares from the growth of Time(s), for the domains of one node."""

    def __init__(self) -> None:
        """Begin without samples."""
        self._samples: dict[DomainKey, _Sample] = {}

    def measure(self, domains: tuple[Domain, ...], at: float) -> dict[int, float]:
        """Return the share of one CPU by domain id, where two samples tell it."""
        samples: dict[DomainKey, _Sample] = {}
        for domain in domains:
            key = (domain.domid, domain.name)
            old = self._samples.get(key)
            if old is None or domain.cpu_seconds < old.cpu_seconds:
                samples[key] = _Sample(at, domain.cpu_seconds, None)
            elif at - old.at < _CPU_WINDOW:
                samples[key] = old
            else:
                percent = 100.0 * (domain.cpu_seconds - old.cpu_seconds) / (at - old.at)
                samples[key] = _Sample(at, domain.cpu_seconds, percent)
        self._samples = samples
        return {
            domid: sample.percent
            for (domid, _), sample in samples.items()
            if domid is not None and sample.percent is not None
        }


def identified(
    domains: tuple[Domain, ...], details: Mapping[DomainKey, DomainDetail]
) -> tuple[Domain, ...]:
    """Return `domains` with UUID and disks from the long listing, where it has them."""
    named = []
    for domain in domains:
        # A migration renames the source: it keeps its id and is the same machine.
        detail = details.get((domain.domid, domain.name)) or details.get(
            (domain.domid, domain.plain_name)
        )
        if detail is not None:
            domain = replace(domain, uuid=detail.uuid, disks=detail.disks)
        named.append(domain)
    return tuple(named)


def details_of(answer: Mapping[str, SectionResult]) -> dict[DomainKey, DomainDetail] | None:
    """Return the long listing by id and name, or None when it failed.

    What libxl has no configuration of has its UUID from the hypervisor.
    """
    long = answer.get(probe.IDENTITIES)
    if long is None or long.exit_status != 0:
        return None
    listing = xm.parse_list_long(long.stdout).value
    if listing is None:
        return None
    details = {(detail.domid, detail.name): detail for detail in listing}
    table = answer.get(probe.UUIDS)
    if table is not None and table.exit_status == 0:
        for domain in xm.parse_list(table.stdout).value or ():
            key = (domain.domid, domain.name)
            known = details.get(key)
            if domain.uuid is not None and (known is None or known.uuid is None):
                known = known or DomainDetail(domain.name, domain.domid)
                details[key] = replace(known, uuid=domain.uuid)
    return details


def listing_problem(section: SectionResult | None, command: str) -> str:
    """Return why `command` gave no listing, or an empty string when it did."""
    if section is None or section.exit_status is None:
        return f"{command} did not finish"
    if section.exit_status != 0:
        error = xm.error_text(section.stdout, section.stderr)
        return f"{command} failed (exit code {section.exit_status}): {error or 'no message'}"
    return ""


def tool_of(section: SectionResult | None, before: Tool | None) -> tuple[Tool | None, str]:
    """Return the node's program as the answer to its detection tells, or None and why not."""
    if section is None:
        return None, "which program it has was not told"
    found = detection.parse_detection(section.stdout)
    if found.value is None:
        return None, found.notes[0]
    return detection.chosen(found.value, before)


def with_node_facts(
    view: NodeView, sections: Mapping[str, SectionResult], *, wall: float
) -> NodeView:
    """Return `view` with load, memory, CPU, boot id and clock as far as they were told."""
    changes: dict[str, object] = {}
    if (load := _answer(sections, "load")) is not None:
        changes["load"] = probe.parse_load(load)
    if (info := _answer(sections, "info")) is not None:
        facts = changes["facts"] = xm.parse_info(info).value
        if view.tool is not None:
            changes["tool"] = detection.informed(view.tool, facts.toolstack)
    if (boot := _answer(sections, "boot")) is not None:
        changes["boot_id"] = probe.parse_boot_id(boot)
    if (clock := _answer(sections, "clock")) is not None:
        seconds = probe.parse_clock(clock)
        changes["clock_skew_s"] = None if seconds is None else seconds - wall
    return replace(view, **changes)  # type: ignore[arg-type]  # keys are fields, by construction


def _answer(sections: Mapping[str, SectionResult], name: str) -> str | None:
    section = sections.get(name)
    return section.stdout if section is not None and section.exit_status == 0 else None
