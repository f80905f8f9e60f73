"""OpenSVC's `svcmgr`: its commands by version, and its judgement of a service.

1.x acts at once and here, and refuses to act on a service with a heartbeat unless
`--cluster` is given. 2.x hands orders to a daemon unless `--local` is given. Its exit code
says nothing of a service's state, and little of an action's outcome.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ovmtui.model.command import Command
from ovmtui.model.parsed import Parsed
from ovmtui.model.service import Agent, AgentEra, Availability, ServiceStatus
from ovmtui.model.text import visible
from ovmtui.toolstacks.notes import bounded, note

_VERSION = re.compile(r"(?<![\d.])(\d{1,3})\.(\d{1,4})(?![\d])")
_SERVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*")
_LOCK_SECONDS = "60"
"""How long an agent waits for a service's lock before it gives the action up."""
_TREE = re.compile(
    r"^(?P<branch>[|' -]*?)(?P<name>[A-Za-z0-9_#.:-]+)[ .!a-zA-Z]*?\s{2,}"
    r"(?P<dots>[.A-Z!/]{4}\s+)?(?P<word>up|down|warn|n/a|stdby up|stdby down|undef)\b"
)
_MESSAGE = re.compile(r"^[|' -]*\s#\s*(?P<text>.+)$")
_FLAT = re.compile(
    r"^(?P<name>[A-Za-z0-9_#.]+)\s+(?P<word>up|down|warn|n/a|stdby up|stdby down|undef)\b"
)
_WORDS = {word.value: word for word in Availability if word is not Availability.UNKNOWN}
_MOST_MESSAGES = 20


def era_of(version: str) -> AgentEra:
    """Return the era of the agent that calls itself `version`."""
    found = _VERSION.search(version)
    if found is None:
        return AgentEra.UNKNOWN
    major, minor = int(found[1]), int(found[2])
    if major == 1:
        eras = {8: AgentEra.CACHED, 9: AgentEra.LAST_1}
        return eras.get(minor, AgentEra.FIRST if minor < 8 else AgentEra.UNKNOWN)
    return AgentEra.SECOND if major == 2 else AgentEra.UNKNOWN


def start_command(agent: Agent, service: str) -> Command:
    """Start the service on the agent's node, and wait until it is up."""
    return _acting(agent, service, "start", *_here(agent))


def stop_command(agent: Agent, service: str) -> Command:
    """Stop the service on the agent's node, and wait until it is down."""
    return _acting(agent, service, "stop", *_here(agent))


def migrate_command(agent: Agent, service: str, node: str) -> Command:
    """Move the service's machine to `node`, live; given to the agent that has it.

    Raises:
        ValueError: `node` is empty or an option.
    """
    waiting = ("--wait", "--time", "2h") if agent.era is AgentEra.SECOND else ()
    return _acting(agent, service, "migrate", "--to", _word(node), *waiting)


def freeze_command(agent: Agent, service: str) -> Command:
    """Keep the agent from acting on the service until it is thawed."""
    return _acting(agent, service, "freeze", *_here(agent))


def thaw_command(agent: Agent, service: str) -> Command:
    """Let the agent act on the service again."""
    return _acting(agent, service, "thaw", *_here(agent))


def mount_command(agent: Agent, service: str) -> Command:
    """Make the service's disks and file systems ready on a migration's target."""
    verb = ("startfs", "--master") if _renamed(agent) else ("mount",)
    return _remote(agent, service, *verb)


def reserve_command(agent: Agent, service: str) -> Command:
    """Take the SCSI reservations of the service's disks for the agent's node."""
    verb = ("prstart", "--master") if _renamed(agent) else ("prstart",)
    return _remote(agent, service, *verb)


def status_command(agent: Agent, service: str) -> Command:
    """Ask for the service's status, as JSON where this version has it.

    The JSON of 1.3 is broken, and 1.8 answers from a cache unless told not to.
    """
    words: tuple[str, ...]
    match agent.era:
        case AgentEra.FIRST:
            words = ("print_status",) if _minor(agent) < 4 else ("json_status",)
        case AgentEra.CACHED:
            words = ("json", "status", "--refresh")
        case AgentEra.LAST_1:
            words = ("print", "status", "--refresh", "--format", "json")
        case _:
            words = ("print", "status", "-r", "--format", "json")
    return Command((agent.program, "--service", _service(service), *words))


def parse_status(text: str, node: str) -> Parsed[ServiceStatus]:
    """Read what `status_command` printed: JSON of any version, or the text's tree.

    Args:
        text: standard output.
        node: the agent's node, for versions that answer with all nodes.
    """
    begin, end = text.find("{"), text.rfind("}")
    if 0 <= begin < end:
        try:
            told = json.loads(text[begin : end + 1])
        except (ValueError, RecursionError) as error:
            return Parsed(ServiceStatus(problem="its status is no JSON"), (str(error),))
        return _from_json(told, node)
    return _from_text(text)


def _from_json(told: object, node: str) -> Parsed[ServiceStatus]:
    if isinstance(told, dict) and "avail" not in told:
        inner = told.get(node) or told.get("nodes", {})
        if isinstance(inner, dict) and "avail" not in inner:
            inner = inner.get(node)
        told = inner
    if not isinstance(told, dict) or "avail" not in told:
        problem = "its status does not say whether it is available"
        return Parsed(ServiceStatus(problem=problem), (problem,))
    notes: list[str] = []
    messages = tuple(visible(text, limit=300) for text in _messages(told.get("resources")))
    frozen = told.get("frozen")
    status = ServiceStatus(
        avail=_word_of(told.get("avail"), "avail", notes),
        heartbeat=_word_of(_heartbeat(told), "hb", notes),
        overall=_word_of(told.get("overall"), "overall", notes),
        frozen=bool(frozen) if isinstance(frozen, bool | int | float) else None,
        messages=messages[:_MOST_MESSAGES],
    )
    return Parsed(status, bounded(notes))


def _heartbeat(told: Mapping[str, Any]) -> object:
    if "hb" in told:
        return told["hb"]
    resources = told.get("resources")
    found = [
        value.get("status")
        for rid, value in (resources.items() if isinstance(resources, dict) else ())
        if str(rid).startswith("hb#") and isinstance(value, dict)
    ]
    return found[0] if len(found) == 1 else None


def _messages(resources: object) -> list[str]:
    found = []
    for rid, value in resources.items() if isinstance(resources, dict) else ():
        log = value.get("log") if isinstance(value, dict) else None
        lines = log if isinstance(log, list) else str(log).split("\n") if log else []
        found += [f"{rid}: {line}" for raw in lines if (line := str(raw).strip(" #\n"))]
    return found


def _from_text(text: str) -> Parsed[ServiceStatus]:
    """Read the tree of `print_status`: a name and a word a line, messages after `#`."""
    words: dict[str, str] = {}
    messages: list[str] = []
    last = ""
    for line in text.split("\n"):
        if message := _MESSAGE.match(line):
            messages.append(visible(f"{last}: {message['text'].strip()}", limit=300))
        elif row := _TREE.match(line) or _FLAT.match(line):
            last = row["name"]
            words.setdefault(last.lower(), row["word"])
    if "avail" not in words:
        problem = "its status does not say whether it is available"
        return Parsed(ServiceStatus(problem=problem), (note(problem, text.strip()),))
    heartbeats = [word for name, word in words.items() if name.startswith("hb#")]
    heartbeat = words.get("hb") or (heartbeats[0] if len(heartbeats) == 1 else None)
    notes: list[str] = []
    status = ServiceStatus(
        avail=_word_of(words["avail"], "avail", notes),
        heartbeat=_word_of(heartbeat, "hb", notes),
        overall=_word_of(words.get("overall"), "overall", notes),
        messages=tuple(messages[:_MOST_MESSAGES]),
    )
    return Parsed(status, bounded(notes))


def _word_of(value: object, what: str, notes: list[str]) -> Availability:
    if value is None:
        return Availability.UNKNOWN
    word = _WORDS.get(str(value))
    if word is None:
        notes.append(note(f"{what} not understood", str(value)))
        return Availability.UNKNOWN
    return word


def _acting(agent: Agent, service: str, *words: str) -> Command:
    cluster = ("--cluster",) if agent.era.takes_cluster_option else ()
    return Command((agent.program, *cluster, "--service", _service(service), *words))


def _remote(agent: Agent, service: str, *words: str) -> Command:
    """Return a command as the agent itself gives it to another node."""
    cluster = ("--cluster",) if agent.era.takes_cluster_option else ("--local",)
    waiting = ("--waitlock", _LOCK_SECONDS)
    return Command((agent.program, "-s", _service(service), *cluster, *waiting, *words))


def _here(agent: Agent) -> tuple[str, ...]:
    return ("--local",) if agent.era is AgentEra.SECOND else ()


def _renamed(agent: Agent) -> bool:
    """Whether `mount` is called `startfs` there, as since 1.5."""
    return agent.era is not AgentEra.FIRST or _minor(agent) >= 5


def _minor(agent: Agent) -> int:
    found = _VERSION.search(agent.version)
    return int(found[2]) if found else 0


def _service(name: str) -> str:
    if not _SERVICE.fullmatch(name):
        raise ValueError(f"not a service: {name!r}")
    return name


def _word(text: str) -> str:
    if not text or text.startswith("-"):
        raise ValueError(f"not a node: {text!r}")
    return text
