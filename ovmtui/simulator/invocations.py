"""The log of every program that was run on a node, in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ovmtui.model.command import MASK

_CHANGING_DOMAINS = frozenset(
    {"create", "shutdown", "reboot", "destroy", "pause", "unpause", "migrate", "rename"}
)
_CHANGING_SVCMGR = frozenset(
    {"start", "stop", "migrate", "mount", "startfs", "prstart", "prstop", "freeze", "thaw"}
)


_CHANGING_OVM3 = frozenset(
    {"edit", "start", "stop", "kill", "restart", "suspend", "resume", "migrate"}
)


@dataclass(slots=True)
class Invocation:
    """One run of a program."""

    sequence: int
    """Counts from 1, in the order in which the programs were started."""
    at: float
    """When it was started, in simulated seconds."""
    node: str
    argv: tuple[str, ...]
    """With its name first; the manager's password is masked."""
    exit_code: int | None = None
    """None while it runs."""
    ended_at: float | None = None
    abandoned: bool = False
    """Whether its client was gone before it ended; what it did went on."""

    @property
    def text(self) -> str:
        """The command on one line."""
        return " ".join(self.argv)

    @property
    def changes(self) -> bool:
        """Whether it is of those that change something in the pool."""
        match self.argv:
            case ("xm" | "xl", verb, *_):
                return verb in _CHANGING_DOMAINS
            case ("svcmgr", *words):
                return not _CHANGING_SVCMGR.isdisjoint(words)
            case ("yum", *_):
                return True
            case ("ovmm", verb, *_):
                return verb in _CHANGING_OVM3
            case ("ovm", "config"):
                return True
            case ("ovm", *words):
                return "conf" in words and not {"-e", "-d"}.isdisjoint(words)
        return False


class InvocationLog:
    """The invocations in order; each ended one is a line of JSON in a file, too."""

    def __init__(self, path: Path) -> None:
        """Begin with an empty log; `path` is the file of JSON lines."""
        self.path = path
        self._entries: list[Invocation] = []
        self.began: Callable[[Invocation], None] = lambda entry: None
        """Called with each program that was started."""
        path.touch()

    @property
    def entries(self) -> tuple[Invocation, ...]:
        """All of them, in the order in which they were started."""
        return tuple(self._entries)

    @property
    def changes(self) -> tuple[Invocation, ...]:
        """Those that change something, in order."""
        return tuple(entry for entry in self._entries if entry.changes)

    def begin(self, at: float, node: str, argv: Sequence[str]) -> Invocation:
        """Note that a program was started."""
        entry = Invocation(len(self._entries) + 1, at, node, masked(argv))
        self._entries.append(entry)
        self.began(entry)
        return entry

    def end(self, entry: Invocation, at: float, exit_code: int) -> None:
        """Note that it ended, and write it to the file."""
        entry.exit_code, entry.ended_at = exit_code, at
        with self.path.open("a") as file:
            file.write(json.dumps(as_json(entry)) + "\n")


def as_json(entry: Invocation) -> dict[str, object]:
    """Return the entry as JSON's types."""
    return {
        "sequence": entry.sequence,
        "at": round(entry.at, 3),
        "ended_at": None if entry.ended_at is None else round(entry.ended_at, 3),
        "node": entry.node,
        "argv": list(entry.argv),
        "exit_code": entry.exit_code,
        "changes": entry.changes,
        "abandoned": entry.abandoned,
    }


def masked(argv: Sequence[str]) -> tuple[str, ...]:
    """Return the words with the manager's password masked."""
    words = list(argv)
    if words[:1] == ["ovm"]:
        for index in range(1, len(words)):
            if words[index - 1] == "-p":
                words[index] = MASK
    return tuple(words)
