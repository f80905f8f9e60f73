"""Every parser, what it is fed with, and what is checked of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ovmtui.model.parsed import Parsed
from ovmtui.toolstacks import (
    agentlog,
    agentscan,
    devices,
    filescan,
    flock,
    literals,
    mounts,
    nodecheck,
    ovmcli,
    ovmwizard,
    probe,
    repositories,
    servicefile,
    servicestatus,
    sexpression,
    svcmgr,
    vmcfg,
    xendlog,
    yumrepos,
)
from ovmtui.toolstacks.probe import SectionResult
from ovmtui.toolstacks.redaction import redact
from tests.fuzz import truths
from tests.fuzz.seeds import NONCE

Examine = Callable[[str], str]
"""Feed a text to a parser, check the answer, and return its kind in a few words."""


@dataclass(frozen=True)
class Target:
    """One parser, or some of one subject."""

    name: str
    seeds: str
    """Kind of the seeds whose damaged forms it is fed with most."""
    examine: Examine
    weight: int = 1
    """Share of the inputs."""


def _bounded(parse: Callable[[str], object]) -> Examine:
    """Return the examination of a parser whose answer must not outgrow the text."""

    def examine(text: str) -> str:
        answer = parse(text)
        size = len(repr(answer))
        if size > 40 * len(text) + 100_000:
            raise truths.Wrong(f"{size} characters of answer to {len(text)}")
        if isinstance(answer, Parsed):
            value = "none" if answer.value is None else type(answer.value).__name__
            return f"{value} {'noted' if answer.notes else 'clean'}"
        return f"{type(answer).__name__} {bool(answer)}"

    return examine


def _sections(text: str) -> Mapping[str, SectionResult]:
    result = SectionResult(text, text, 0)
    names = ("user", "ovmcli", "ovs-agent", "auto-start", "ports", "logins", "agent", "frozen")
    return dict.fromkeys(names, result)


def _answers(text: str) -> object:
    sections = _sections(text)
    return (
        nodecheck.read_answers(sections),
        nodecheck.open_ports(sections),
        nodecheck.read_logins(sections),
    )


def _agent(text: str) -> object:
    log = agentlog.AgentLog()
    return (
        [log.read(line) for line in text.split("\n")[:200]],
        agentlog.failure_in(text, text),
        agentscan.agent_of(_sections(text)),
        agentscan.frozen_services(_sections(text)),
        svcmgr.era_of(text),
        servicestatus.parse_status(text, "ovm1"),
    )


def _manager(text: str) -> object:
    return (
        ovmcli.parse_server_list(text),
        ovmcli.parse_vm_list(text),
        ovmcli.parse_vm_info(text),
        ovmcli.error_in(text, ""),
        ovmcli.pools_with(text, {"ovm1"}),
    )


def _wizard(text: str) -> object:
    try:
        return ovmwizard.answer_to(text, (("Oracle VM Manager hostname:", "m"),), quiet=True)
    except ovmwizard.UnexpectedQuestion:
        return "unexpected"


def _small(text: str) -> object:
    return (
        probe.parse_load(text),
        probe.parse_boot_id(text),
        probe.parse_clock(text),
        xendlog.parse_migration_progress(text),
        flock.read_holder(text),
        flock.who_holds(text),
        devices.disk_entry(text),
        devices.interface_entry(text),
        redact(text),
    )


def _scans(text: str) -> object:
    return (
        filescan.read_files(text, NONCE),
        repositories.read_scan(text, NONCE),
        agentscan.read_services(text, NONCE),
        probe.read(text, text, NONCE),
    )


def _service(text: str) -> object:
    return servicefile.parse(text, "/etc/opensvc/a.conf")


def _yum(text: str) -> object:
    return yumrepos.read_repositories({"/etc/yum.repos.d/a.repo": text})


TARGETS = (
    Target("table", "tables", truths.table, 8),
    Target("long", "long", truths.long_table, 3),
    Target("facts", "infos", truths.facts, 2),
    Target("said", "complaints", truths.said, 3),
    Target("programs", "others", truths.programs, 1),
    Target("manager", "others", _bounded(_manager), 1),
    Target("wizard", "others", _bounded(_wizard), 1),
    Target("vmcfg", "others", _bounded(vmcfg.parse), 1),
    Target("literals", "others", _bounded(literals.assignments), 1),
    Target(
        "service", "others", _bounded(lambda text: servicefile.parse(text, "/etc/opensvc/a.conf"))
    ),
    Target("agent", "others", _bounded(_agent), 1),
    Target("answers", "others", _bounded(_answers), 1),
    Target("small", "others", _bounded(_small), 1),
    Target("scans", "others", _bounded(_scans), 1),
    Target("mounts", "others", _bounded(mounts.parse_mounts), 1),
    Target(
        "yum", "others", _bounded(lambda text: yumrepos.read_repositories({"/a.repo": text})), 1
    ),
    Target("sexpression", "long", _bounded(sexpression.read), 1),
)
