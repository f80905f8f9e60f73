"""The `ovm` command line of an Oracle VM 2.x manager (package ovmcli).

The words and answers are those that OpenSVC's driver and other programs rely on; the
manager's own guide is not public. Each call logs in anew and takes seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ovmtui.model.command import Argument, Command, Secret
from ovmtui.model.ha import HaState
from ovmtui.model.parsed import Parsed
from ovmtui.model.text import visible
from ovmtui.toolstacks.notes import bounded, note
from ovmtui.toolstacks.redaction import redact

SEPARATOR = '-S";"'
"""One word, its quotes included: the columns come apart by `";"` then, as OpenSVC found."""

_HA_KEYS = frozenset({"hignavailability", "highavailability"})
"""A release of the manager has the first spelling. Blanks and case do not count."""
_ERROR = re.compile(r"^.*\berror:.*$", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(r"[0-9]{1,9}")
_SERVER_HEADING = re.compile(r"(?:server|host|ip|name)(?:[ _/].*)?", re.IGNORECASE)
_POOL_HEADING = re.compile(r"(?:server[ _]?)?pool(?:[ _]name)?", re.IGNORECASE)
_LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class ManagerServer:
    """One server as the manager lists it."""

    name: str
    pool: str


@dataclass(frozen=True, slots=True)
class ManagerVm:
    """One machine as the manager lists it, which may lag behind the nodes."""

    name: str
    status: str
    """In the manager's words: `Running`, `Powered Off`, …"""
    server: str | None = None
    """None where the manager names none."""
    memory_mib: int | None = None
    vcpus: int | None = None


@dataclass(frozen=True, slots=True)
class ManagerVmInfo:
    """What the manager says of one machine."""

    ha: HaState = HaState.UNKNOWN
    status: str | None = None
    server: str | None = None


def server_list_command(program: tuple[str, ...], user: str) -> Command:
    """List the manager's servers with their pools."""
    return Command((*_login(program, user), SEPARATOR, "svr", "ls"))


def vm_list_command(program: tuple[str, ...], user: str, pool: str) -> Command:
    """List the machines of `pool`.

    Raises:
        ValueError: `pool` is empty or an option.
    """
    return Command((*_login(program, user), SEPARATOR, "vm", "ls", "-l", "-s", _word(pool)))


def vm_info_command(program: tuple[str, ...], user: str, pool: str, vm: str) -> Command:
    """Show one machine, its HA flag included.

    Raises:
        ValueError: `vm` or `pool` is empty or an option.
    """
    return Command((*_login(program, user), "vm", "info", "-n", _word(vm), "-s", _word(pool)))


def ha_command(program: tuple[str, ...], user: str, pool: str, vm: str, on: bool) -> Command:
    """Switch high availability of one machine on or off.

    Raises:
        ValueError: `vm` or `pool` is empty or an option.
    """
    words = ("vm", "conf", "-n", _word(vm), "-s", _word(pool), "-e" if on else "-d")
    return Command((*_login(program, user), *words))


def parse_server_list(text: str) -> Parsed[tuple[ManagerServer, ...]]:
    """Read `svr ls`: four columns, the second the server's name, the fourth its pool."""
    servers: list[ManagerServer] = []
    notes: list[str] = []
    for number, line in enumerate(_lines(text)):
        fields = _fields(line)
        if len(fields) != 4 or not fields[1] or not fields[3]:
            notes.append(note("line of the server list not understood", line))
        elif number or not (
            _SERVER_HEADING.fullmatch(fields[1]) and _POOL_HEADING.fullmatch(fields[3])
        ):
            servers.append(ManagerServer(name=fields[1], pool=fields[3]))
    return Parsed(tuple(servers), bounded(notes))


def pools_with(text: str, nodes: set[str]) -> set[str]:
    """Return the pools that have any of `nodes`, whatever their case, by `svr ls`."""
    names = {name.lower() for name in nodes}
    servers = parse_server_list(text).value
    return {server.pool for server in servers if server.name.lower() in names}


def parse_vm_list(text: str) -> Parsed[tuple[ManagerVm, ...]]:
    """Read `vm ls -l`: a heading, then Name, Size, Mem, VCPUs, Status, Server, Server Pool.

    The columns are separated, or padded with blanks. In a padded row a machine that is
    off may have no server, which is told by the number of its columns.
    """
    lines = _lines(text)
    heading = next(lines, "")
    separated = ";" in heading
    titles = [title.lower() for title in _columns(heading, separated=separated)]
    if titles[:5] != ["name", "size", "mem", "vcpus", "status"]:
        return Parsed((), (note("the machine list has no heading that is known", heading),))
    machines: list[ManagerVm] = []
    notes: list[str] = []
    for line in lines:
        fields = _columns(line, separated=separated)
        if len(fields) == len(titles) - 1 and "server" in titles:
            fields.insert(titles.index("server"), "")
        row = dict(zip(titles, fields, strict=False))
        if len(fields) != len(titles) or not row["name"] or not _NUMBER.fullmatch(row["vcpus"]):
            notes.append(note("line of the machine list not understood", line))
            continue
        machines.append(
            ManagerVm(
                name=row["name"],
                status=row["status"],
                server=row.get("server") or None,
                memory_mib=int(row["mem"]) if _NUMBER.fullmatch(row["mem"]) else None,
                vcpus=int(row["vcpus"]),
            )
        )
    return Parsed(tuple(machines), bounded(notes))


def parse_vm_info(text: str) -> Parsed[ManagerVmInfo]:
    """Read `vm info`: lines `Key: value`.

    HA is off only where the line says a word that is known; a line that is absent or
    empty, two lines that differ, or an `Error:` leave it unknown.
    """
    values: dict[str, set[str]] = {}
    for line in _lines(text):
        key, colon, value = line.partition(":")
        if colon:
            plain = "".join(key.split()).lower()
            values.setdefault("ha" if plain in _HA_KEYS else plain, set()).add(value.strip())
    notes: list[str] = []
    ha = _ha_state(values.get("ha", set()), notes)
    if ha is not HaState.UNKNOWN and (error := error_in(text, "")) is not None:
        notes.append(note("the answer has an error in it, so HA is unknown", error))
        ha = HaState.UNKNOWN
    info = ManagerVmInfo(ha=ha, status=_only(values, "status"), server=_only(values, "server"))
    return Parsed(info, bounded(notes))


def error_in(stdout: str, stderr: str) -> str | None:
    """Return the first `Error:` line of an answer, or None.

    `ovm` reports failures on standard output, with exit code 0 as well.
    """
    for text in (stdout, stderr):
        match = _ERROR.search(text)
        if match is not None:
            return visible(redact(match[0].strip()[:_LONGEST_LINE]), limit=400)
    return None


def _login(program: tuple[str, ...], user: str) -> tuple[Argument, ...]:
    return (*program, "-u", user, "-p", Secret.MANAGER_PASSWORD)


def _word(text: str) -> str:
    if not text or text.startswith("-"):
        raise ValueError(f"not a name: {text!r}")
    return text


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.strip():
            yield line.strip()[:_LONGEST_LINE]


def _fields(line: str) -> list[str]:
    return [field.strip().strip('"').strip() for field in line.split(";")]


def _columns(line: str, *, separated: bool) -> list[str]:
    if separated:
        return _fields(line)
    # Only two blanks or more part the columns: "Powered Off" is one value.
    return re.split(r"[ \t]{2,}|\t", line)


def _ha_state(answers: set[str], notes: list[str]) -> HaState:
    words = {answer.lower() for answer in answers}
    if words == {"enabled"}:
        return HaState.ON
    if words == {"disabled"}:
        return HaState.OFF
    if not words:
        notes.append("the manager's answer says nothing of high availability")
    else:
        notes.append(note("high availability not understood", ", ".join(sorted(answers))))
    return HaState.UNKNOWN


def _only(values: dict[str, set[str]], key: str) -> str | None:
    found = values.get(key, set())
    return next(iter(found)) or None if len(found) == 1 else None
