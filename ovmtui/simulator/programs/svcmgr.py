"""OpenSVC's `svcmgr`, 1.x and 2.x: the commands on a service, with the agent's own mistakes.

Where the program takes a failing `xm list` for "down", goes on after `Error:` with exit code
0, or says at INFO that it refuses, this one does so too.
"""

from __future__ import annotations

import configparser
import json
from dataclasses import dataclass

from ovmtui.simulator.programs.agentactions import Action
from ovmtui.simulator.programs.agentlog import AgentOutput
from ovmtui.simulator.programs.call import Call

_NET = (
    "this service is managed by a clusterware, thus direct service manipulation is disabled. "
    "the --cluster option circumvent this safety net."
)
_FREE = frozenset({"thaw", "status", "frozen", "print_status", "json_status", "push"})
"""Actions that need no `--cluster`."""
_VALUED = {"--service": "service", "-s": "service", "--to": "to", "--waitlock": "wait"} | {
    "--format": "format",
    "--time": "time",
}
_PACE = 5.0


@dataclass(slots=True)
class _Chosen:
    service: str = ""
    to: str = ""
    wait: str = "60"
    format: str = ""
    time: str = ""
    flags: frozenset[str] = frozenset()
    verb: str = ""


async def svcmgr(call: Call) -> int:
    """Perform one action on one service."""
    chosen = _parse(call.arguments)
    version = call.node.spec.opensvc
    if "--version" in chosen.flags:
        call.out(f"svcmgr {version}\n")
        return 0
    config = _read(call, chosen.service)
    if config is None:
        call.err(f"service {chosen.service} not found\n")
        return 1
    said = AgentOutput(call, chosen.service)
    action = Action(call, chosen.service, config, said)
    if chosen.verb in {"print_status", "json_status", "status"}:
        return await _status(call, action, chosen)
    direct = version.startswith("1") and "--cluster" not in chosen.flags
    if direct and action.heartbeat and chosen.verb not in _FREE:
        if version.startswith("1.8") and chosen.verb in {"start", "stop"}:
            await action.switch_ha(on=chosen.verb == "start")
        said.say("INFO" if version.startswith(("1.3", "1.4")) else "ERROR", "", _NET)
        return 1
    flag = call.node.path(f"/opt/opensvc/var/FROZEN.{chosen.service}")
    if chosen.verb in {"freeze", "thaw"}:
        flag.parent.mkdir(parents=True, exist_ok=True)
        flag.touch() if chosen.verb == "freeze" else flag.unlink(missing_ok=True)
        return 0
    if chosen.verb == "frozen":
        call.out(f"{flag.exists()}\n")
        return 0
    if flag.exists() and chosen.verb not in {"mount", "startfs", "prstart"}:
        said.say("INFO", "", "Abort action for frozen service")
        return 1
    key = (call.node.name, chosen.service)
    if not await _lock(call, key, float(chosen.wait)):
        said.say("ERROR", "", "timed out waiting for lock")
        return 1
    try:
        return await action.perform(chosen.verb, chosen.to)
    finally:
        call.world.agent_locks.discard(key)


async def _lock(call: Call, key: tuple[str, str], patience: float) -> bool:
    waited = 0.0
    while key in call.world.agent_locks:
        if waited >= patience:
            return False
        await call.world.timeline.sleep(_PACE)
        waited += _PACE
    call.world.agent_locks.add(key)
    return True


def _parse(arguments: tuple[str, ...]) -> _Chosen:
    chosen = _Chosen()
    words: list[str] = []
    flags: set[str] = set()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in _VALUED and rest:
            setattr(chosen, _VALUED[word], rest.pop(0))
        elif word.startswith("-"):
            flags.add({"-c": "--cluster", "-r": "--refresh"}.get(word, word))
        else:
            words.append(word)
    if words == ["json", "status"]:
        words = ["json_status"]
    chosen.verb = "_".join(words)
    chosen.flags = frozenset(flags)
    return chosen


def _read(call: Call, service: str) -> configparser.RawConfigParser | None:
    path = call.node.path(f"/etc/opensvc/{service}.conf")
    if not service or not path.is_file():
        return None
    config = configparser.RawConfigParser(strict=False)
    config.read_string(path.read_text().replace("[default]", "[DEFAULT]"))
    return config


async def _status(call: Call, action: Action, chosen: _Chosen) -> int:
    """Tell the status; as JSON where it is asked for and this version can."""
    if chosen.verb == "status":
        return 0
    version = call.node.spec.opensvc
    if chosen.verb == "json_status" and version.startswith("1.3"):
        call.err("Traceback (most recent call last):\nTypeError: not JSON serializable\n")
        return 1
    up, heartbeat, log = await action.look()
    avail = "up" if up else "down"
    overall = "up" if up and heartbeat in {"up", "n/a"} else "warn" if heartbeat != "n/a" else avail
    rid = action.container
    if chosen.verb == "json_status" or chosen.format == "json":
        resources: dict[str, object] = {rid: {"status": avail, "label": action.vm, "log": ""}}
        if action.heartbeat:
            resources[action.heartbeat] = {"status": heartbeat, "label": "hb.ovm", "log": log}
        told: dict[str, object] = {
            "avail": avail,
            "overall": overall,
            "container": avail,
            "hb": heartbeat,
            "resources": resources,
        }
        if not version.startswith("1.4"):
            told["frozen"] = call.node.path(f"/opt/opensvc/var/FROZEN.{chosen.service}").exists()
        if version.startswith("2"):
            del told["hb"]
        call.out(json.dumps(told) + "\n")
        return 0
    call.out(f"{chosen.service}\noverall                   {overall}\n")
    call.out(f"|- avail                  {avail}\n|  '- {rid:<14} .... {avail:<8} {action.vm}\n")
    call.out(f"'- hb                     {heartbeat}\n")
    if action.heartbeat:
        call.out(f"   '- {action.heartbeat:<14} .... {heartbeat:<8} hb.ovm\n")
        if log:
            call.out(f"                                  {log}\n")
    return 0
