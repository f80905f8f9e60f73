"""An OpenSVC agent's judgement of a service: JSON of any version, or the tree of its text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ovmtui.model.parsed import Parsed
from ovmtui.model.service import Availability, ServiceStatus
from ovmtui.model.text import visible
from ovmtui.toolstacks.notes import bounded, note

_TREE = re.compile(
    r"[|' -]*(?P<name>[A-Za-z0-9_#][A-Za-z0-9_#.:-]*)\s+(?:[.!A-Z/]{2,4}\s+)?"
    r"(?P<word>up|down|warn|n/a|stdby up|stdby down|undef)(?=\s|$)"
)
_MESSAGE = re.compile(r"^[|' -]*\s#\s*(?P<text>.+)$")
_WORDS = {word.value: word for word in Availability if word is not Availability.UNKNOWN}
_MOST_MESSAGES = 20


def parse_status(text: str, node: str) -> Parsed[ServiceStatus]:
    """Read what `svcmgr` printed: JSON of any version, or the text's tree.

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
        elif row := _TREE.match(line):
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
