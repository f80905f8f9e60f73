"""What must be so whatever a parser is given: the oracles know nothing of how it reads."""

from __future__ import annotations

import re
from dataclasses import replace

from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.tool import Toolstack
from ovmtui.toolstacks import hypervisor, listing, longlisting, migration, probe
from ovmtui.toolstacks.complaint import error_text, libxl_errors
from ovmtui.toolstacks.detection import chosen, parse_detection
from tests.fuzz.seeds import NONCE

_RUNNING = re.compile(r"[r-][b-]----")
_HEAD = ["Name", "ID", "Mem", "VCPUs", "State", "Time(s)"]


class Wrong(AssertionError):
    """A parser has said what the text does not."""


def _must(holds: object, what: str) -> None:
    if not holds:
        raise Wrong(what)


def table(text: str) -> str:
    """Check the listing of domains; return the kind of what was found."""
    parsed = listing.parse_list(text)
    lines = text.split("\n")
    starts = [
        n for n, line in enumerate(lines) if re.split(r"[ \t]+", line.strip("\r \t"))[:6] == _HEAD
    ]
    if parsed.value is None:
        _must(parsed.notes, "no listing, and nothing said of it")
        return "none"
    _must(starts, "a listing without its header")
    rows = [line.rstrip("\r \t") for line in lines[starts[0] + 1 :] if line.strip()]
    for domain in parsed.value:
        own = (row for row in rows if domain.name in row and _is_row_of(domain, row))
        _must(next(own, None), f"no row says this of {domain.name!r}")
        if domain.state is DomainState.RUNNING:
            _must(_RUNNING.fullmatch(domain.letters), "running without the letters of it")
        if domain.state is DomainState.HALTED:
            _must(domain.domid is None and not domain.letters, "halted, and yet it has an id")
        else:
            _must(domain.domid is not None, "a domain without an id that is not halted")
    if not parsed.notes:
        _must(len(parsed.value) == len([row for row in rows if row.strip()]), "a row was lost")
        _must(text.endswith("\n"), "a listing that was cut proves absence")
        _must(all(d.state is not DomainState.UNKNOWN for d in parsed.value), "unknown, unsaid")
    kinds = {domain.state.value for domain in parsed.value}
    return f"{'noted' if parsed.notes else 'clean'} {' '.join(sorted(kinds))}"


def _is_row_of(domain: Domain, row: str) -> bool:
    """Return whether the words of `row` are the domain's, without the parser's expressions."""
    start = row.lstrip(" \t")
    if not start.startswith(domain.name):
        return False
    words = _words(start[len(domain.name) :])
    numbers = [domain.memory_mib, domain.vcpus]
    expected = [*([] if domain.domid is None else [domain.domid]), *numbers]
    found = words[: len(expected)]
    if [word.isascii() and word.isdigit() and int(word) for word in found] != expected:
        return False
    rest = words[len(expected) :]
    if domain.letters:
        if not rest or rest[0] != domain.letters:
            return False
        rest = rest[1:]
    return bool(rest) and rest[0] == f"{domain.cpu_seconds:.1f}".rjust(len(rest[0]), "0")


def _words(line: str) -> list[str]:
    """Return the words between blanks and tabs; other controls are part of a word."""
    return [word for word in line.replace("\t", " ").split(" ") if word]


def cut_table(whole: str, part: str) -> None:
    """Check that a beginning of a listing tells nothing but what the whole one does."""
    parsed, truth = listing.parse_list(part), listing.parse_list(whole).value or ()
    # Of `xl list -v` the UUID may be cut off: then none is told, and never another one.
    known = {*truth, *(replace(domain, uuid=None) for domain in truth)}
    for domain in parsed.value or ():
        _must(domain in known, f"a cut listing tells of {domain.name!r} what is not so")
    absent = len(parsed.value or ()) < len(truth)
    if absent and parsed.value is not None and not parsed.notes:
        _must(part.endswith("\n"), "a cut row is no note")


def cut_probe(whole: str, part: str) -> None:
    """Check that the listing of a probe that was cut never passes for one that came to its end."""
    full = f"\n@{NONCE} begin domains\n{whole}\n@{NONCE} end domains 0\n"
    shortened = full[: min(len(part), len(full) - 1)]
    section = probe.read(shortened, "", NONCE).get("domains")
    _must(section is None or section.exit_status is None, "a probe that was cut has an end")


def long_table(text: str) -> str:
    """Check the long listing."""
    parsed = longlisting.parse_list_long(text)
    if parsed.value is None:
        _must(parsed.notes, "no long listing, and nothing said of it")
        return "none"
    states = set()
    for detail in parsed.value:
        if detail.uuid is not None:
            digits = re.sub(r"[^0-9a-f]", "", text.lower())
            _must(detail.uuid.replace("-", "") in digits, "a UUID that is not in the text")
        _must(detail.domid is None or str(detail.domid) in text, "an id that is not in the text")
        states.add(detail.state.value)
    return f"{'noted' if parsed.notes else 'clean'} {' '.join(sorted(states))}"


def facts(text: str) -> str:
    """Check a node's facts and its uptimes."""
    known = hypervisor.parse_info(text).value
    for figure in (known.free_memory_mib, known.total_memory_mib, known.cpus):
        # Leading zeros are not told again.
        _must(figure is None or re.search(rf"(?<![1-9])0*{figure}", text), "a figure was made up")
    if known.toolstack is Toolstack.XEND:
        _must("xend_config_format" in text, "xend without its line")
    for row in hypervisor.parse_uptime(text).value or ():
        _must(row.name in text and row.seconds >= 0, "an uptime that nobody stated")
    return f"{known.toolstack.value} {known.free_memory_mib is not None}"


def said(text: str) -> str:
    """Check reasons, and the last word of a migration."""
    for one in (error_text("", text), error_text(text, ""), libxl_errors(text)):
        _must(len(one) <= 4096 and "\n" not in one and "\x1b" not in one, "unbounded or raw")
    end = migration.migration_end(text)
    whole = {line.strip() for line in re.split(r"[\r\n]", text)}
    if end is migration.MigrationEnd.SUCCESSFUL:
        _must("Migration successful." in whole, "a success that nobody stated")
    if "Domain state is now undefined !" in error_text("", text):
        _must("Domain state is now undefined !" in text, "an end that nobody stated")
    return f"{end.name} {bool(error_text('', text))}"


def programs(text: str) -> str:
    """Check which program would count."""
    parsed = parse_detection(text)
    if parsed.value is None:
        return "none"
    _must(text.rstrip("\n").endswith("asked"), "an answer that was cut counts")
    tool, why = chosen(parsed.value)
    _must(tool is not None or why, "no program, and nothing said of it")
    if tool is not None:
        _must(f"found {tool.name}" in text, "a program that is not there")
    return "known" if tool else "unknown"
