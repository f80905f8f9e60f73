"""What the command line of an Oracle VM 3 Manager answers.

    OVM> show vm id=0004fb…
    Command: show vm id=0004fb…
    Status: Success
    Time: 2013-02-04 13:57:02,337 EST
    Data:
      Name = test-VM1

Lines end in CR LF or begin with CR. The exit status says nothing. A message of a failure
may have lines that look like the head of an answer, so only the first head counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from ovmtui.model.command import Command
from ovmtui.model.ha import HaState
from ovmtui.model.parsed import Parsed
from ovmtui.model.text import visible
from ovmtui.toolstacks.notes import bounded, note
from ovmtui.toolstacks.ovm3 import is_id
from ovmtui.toolstacks.redaction import redact

_PROMPT = re.compile(r"OVM>(?: |$)")
_HEAD = re.compile(r"(Command|Status|Time|Data|Error Msg|JobId|Job Id)\s*:(.*)", re.IGNORECASE)
_ENTRY = re.compile(r"\s+id:(\S+)\s+name:(.*)")
_LABELLED = re.compile(r"\s+([^=]+?)\s+=(?:\s(.*))?")
_REFERENCE = re.compile(r"(\S+)\s+\[(.*)\]")
_HA_LABEL = re.compile(r"high(?:ly)?availab(?:ility|le).*|ha(?:enabled|mode)?")
"""No capture of the real label is public. Blanks, marks and case do not count."""
_YES = frozenset({"yes", "true", "on", "enabled"})
_NO = frozenset({"no", "false", "off", "disabled"})
_LONGEST_ERROR = 2000
_LONGEST_SAID = 65_536
MAX_CHARACTERS = 4_194_304
"""Longest answer that is read."""


class Status(Enum):
    """How the manager says that a command went."""

    SUCCESS = "success"
    FAILURE = "failure"
    UNKNOWN = "unknown"
    """It says nothing that could be understood: nothing is known of the command."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one command."""

    status: Status
    error: str = ""
    """Why it failed, in the manager's words, or why nothing is known; in one line."""
    data: tuple[str, ...] = ()
    """Lines below `Data:`."""
    said: str = ""
    """The whole answer, for the log: hostile, without carriage returns."""

    @property
    def well(self) -> bool:
        """Whether the manager says that it was done."""
        return self.status is Status.SUCCESS


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list."""

    identifier: str
    name: str
    """Any text; hostile."""


@dataclass(frozen=True, slots=True)
class VmFacts:
    """What the manager says of one machine, which may lag behind the nodes."""

    ha: HaState = HaState.UNKNOWN
    status: str | None = None
    """In its words: `Running`, `Stopped`, `Starting`, …"""
    server: str | None = None
    """Id of the server; None where it names none."""
    busy: bool | None = None
    """Whether something works on it now; None where that is not told."""


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines, whichever of CR LF, LF and LF CR ends them."""
    for line in text[:MAX_CHARACTERS].split("\n"):
        yield line.strip("\r").replace("\r", " ").rstrip()


def parse_answer(text: str, command: Command) -> Answer:
    """Read the answer to `command`; anything but a whole one is UNKNOWN."""
    said = "\n".join(lines_of(text[:_LONGEST_SAID])).strip("\n")
    return replace(_read(text, command), said=said)


def _read(text: str, command: Command) -> Answer:
    lines = lines_of(text)
    wanted = _squeezed(command.shown)
    if not any(_is_head(line, "command", wanted) for line in lines):
        return _unknown("the manager gave no answer to it", text)
    status, error = "", [""]
    data: list[str] | None = None
    for line in lines:
        if _PROMPT.match(line):
            break
        if data is not None:
            data.append(line)
            continue
        head = _HEAD.fullmatch(line)
        if len(error) > 1:
            error.append(line.strip())
        elif head is None:
            if line.strip():
                return _unknown("the manager's answer makes no sense", line)
        elif head[1].lower() == "status":
            status = head[2].strip().lower()
        elif head[1].lower() == "data":
            data = [head[2].strip()] if head[2].strip() else []
        elif head[1].lower() == "error msg":
            error.append(head[2].strip())
    if status == Status.SUCCESS.value and len(error) == 1:
        return Answer(Status.SUCCESS, data=tuple(line for line in data or () if line.strip()))
    if status == Status.FAILURE.value:
        said = " ".join(filter(None, error)) or "the manager gives no reason"
        return Answer(Status.FAILURE, visible(redact(said), limit=_LONGEST_ERROR))
    return _unknown("the manager does not say how it went", text)


def parse_list(answer: Answer) -> Parsed[tuple[Entry, ...]]:
    """Read the entries of a list; a line that is none, or has no id, becomes a note."""
    entries, notes = [], []
    for line in answer.data:
        found = _ENTRY.fullmatch(line)
        if found is None or not is_id(found[1]):
            notes.append(note("no entry of a list", line))
        else:
            entries.append(Entry(found[1].lower(), found[2]))
    return Parsed(tuple(entries), bounded(notes))


def parse_labels(answer: Answer) -> Mapping[str, tuple[str, ...]]:
    """Return the values of each label; labels in lower case, without blanks and marks.

    A value of several lines cannot be told from further labels: what is named twice has
    two values, and whoever reads it must not choose one.
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in answer.data:
        labelled = _LABELLED.fullmatch(line)
        if labelled is not None:
            label = _plain(labelled[1])
            found[label] = (*found.get(label, ()), (labelled[2] or "").strip())
    return MappingProxyType(found)


def parse_vm(answer: Answer) -> Parsed[VmFacts]:
    """Read `show vm`; what is not told, or told in two ways, is unknown."""
    labels = parse_labels(answer)
    notes: list[str] = []
    said = {
        value.lower()
        for label, values in labels.items()
        if _HA_LABEL.fullmatch(label)
        for value in values
    }
    ha = HaState.UNKNOWN
    if said and said <= _YES:
        ha = HaState.ON
    elif said and said <= _NO:
        ha = HaState.OFF
    elif said:
        notes.append(note("HA is neither yes nor no", ", ".join(sorted(said))))
    else:
        notes.append("the manager does not say whether HA is on")
    locked = _only(labels, "locked")
    busy = None if locked is None else _yes_or_no(locked)
    server = _only(labels, "server")
    place = reference(server)[0] if server else None
    return Parsed(VmFacts(ha, _only(labels, "status"), place, busy), tuple(notes))


def parse_pool_of_server(answer: Answer) -> tuple[str, str] | None:
    """Return id and name of the pool of a shown server; None where it is not told."""
    value = _only(parse_labels(answer), "serverpool")
    if not value:
        return None
    identifier, name = reference(value)
    return (identifier, name) if identifier else None


def reference(value: str) -> tuple[str | None, str]:
    """Return id and name of `id  [name]`; no id where the value has another form."""
    found = _REFERENCE.fullmatch(value)
    if found is not None and is_id(found[1]):
        return found[1].lower(), found[2]
    return (value.lower(), "") if is_id(value) else (None, value)


def _yes_or_no(value: str) -> bool | None:
    word = value.lower()
    return True if word in _YES else False if word in _NO else None


def _only(labels: Mapping[str, tuple[str, ...]], label: str) -> str | None:
    values = set(labels.get(label, ()))
    return values.pop() if len(values) == 1 else None


def _is_head(line: str, word: str, value: str) -> bool:
    head = _HEAD.fullmatch(line)
    return head is not None and head[1].lower() == word and _squeezed(head[2]) == value


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _plain(label: str) -> str:
    return "".join(letter for letter in label.lower() if letter.isalnum())


def _unknown(what: str, text: str) -> Answer:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return Answer(Status.UNKNOWN, note(what, first) if first else what)
