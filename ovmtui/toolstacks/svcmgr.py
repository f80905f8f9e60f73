"""OpenSVC's `svcmgr`: its commands by version.

1.x acts at once and here, and refuses to act on a service with a heartbeat unless
`--cluster` is given. 2.x hands orders to a daemon unless `--local` is given. Its exit code
says nothing of a service's state, and little of an action's outcome.
"""

from __future__ import annotations

import re
import shlex

from ovmtui.model.command import Command
from ovmtui.model.service import Agent, AgentEra

_VERSION = re.compile(r"(?<![\d.])(\d{1,3})\.(\d{1,4})(?![\d])")
_SERVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*")
_LOCK_SECONDS = "60"
"""How long an agent waits for a service's lock before it gives the action up."""


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


def frozen_command(agent: Agent, service: str, *, frozen: bool) -> Command:
    """Exit with 0 when the service is known to be frozen, or known not to be.

    Versions whose status does not tell it keep a file as a flag.
    """
    name = _service(service)
    if agent.era is AgentEra.FIRST:
        test = f"[ -e /opt/opensvc/var/FROZEN.{name} ] || [ -e /var/lib/opensvc/FROZEN.{name} ]"
        return Command(("sh", "-c", test if frozen else f"! {{ {test}; }}"))
    pattern = '"frozen": *(true|[1-9])' if frozen else '"frozen": *(false|0[^.0-9]|0[.]0*[^0-9])'
    asked = status_command(agent, service).script
    return Command(("sh", "-c", f"{asked} | grep -Eq {shlex.quote(pattern)}"))


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
