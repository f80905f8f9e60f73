"""The language of the command line: the words of the `ovmtui` command, and a few of the view.

Pure: a line becomes what is wanted, or the reason why it cannot be understood.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ovmtui.plan.intent import Verb


@dataclass(frozen=True, slots=True)
class Word:
    """One command."""

    name: str
    usage: str
    help: str
    verb: Verb | None = None
    """Set for what is planned for a machine."""
    subject: str = ""
    """What its argument is: `vm`, `node`, `column`, `group`, `theme`, `text` or nothing."""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Options, with what their value is; an empty one has no value."""
    action: str = ""
    """Id of the main screen's action that it is."""
    needs_subject: bool = True


_ON = {"--on": "node"}
_FIRST = {"--freeze-first": ""}
WORDS = (
    Word(
        "start",
        "start VM [--on NODE] [--ha|--no-ha] [--freeze-first]",
        "start a machine",
        Verb.START,
        "vm",
        _ON | _FIRST | {"--ha": "", "--no-ha": ""},
    ),
    Word("stop", "stop VM [--freeze-first]", "HA off, shutdown, wait", Verb.STOP, "vm", _FIRST),
    Word(
        "migrate",
        "migrate VM --to NODE [--freeze-first]",
        "move it, live",
        Verb.MIGRATE,
        "vm",
        {"--to": "node"} | _FIRST,
    ),
    Word("reboot", "reboot VM [--freeze-first]", "and wait for it", Verb.REBOOT, "vm", _FIRST),
    Word("pause", "pause VM", "stop executing it", Verb.PAUSE, "vm"),
    Word("unpause", "unpause VM [--freeze-first]", "let it go on", Verb.UNPAUSE, "vm", _FIRST),
    Word("ha", "ha on|off VM", "switch its HA", Verb.HA_ON, "vm"),
    Word("mend-ha", "mend-ha VM", "switch HA to what is wanted", Verb.MEND_HA, "vm"),
    Word("destroy", "destroy VM [--on NODE]", "cut its power", Verb.DESTROY, "vm", _ON),
    Word("repair", "repair VM [--on NODE]", "mend what is left over", Verb.REPAIR, "vm", _ON),
    Word("freeze", "freeze VM", "keep OpenSVC agents off it", Verb.FREEZE, "vm"),
    Word("thaw", "thaw VM", "let OpenSVC agents act again", Verb.THAW, "vm"),
    Word("reserve", "reserve VM", "take its SCSI reservations", Verb.RESERVE, "vm"),
    Word("evacuate", "evacuate NODE", "move every machine away", subject="node"),
    Word("bring-back", "bring-back NODE", "bring them back", subject="node"),
    Word("balance", "balance POOL", "moves that even it out", subject="pool"),
    Word("setup", "setup NODE", "install and configure ovmcli", subject="node"),
    Word("shell", "shell NODE", "log in to it", subject="node"),
    Word("filter", "filter TEXT", "show some only", subject="text", needs_subject=False),
    Word("sort", "sort COLUMN", "choose the order", subject="column"),
    Word("group", "group BY", "node, pool, ha, state, none", subject="group"),
    Word("theme", "theme NAME", "choose the colours", subject="theme"),
    Word("history", "history [WORDS]", "who did what", subject="text", needs_subject=False),
    Word("list", "list", "the machines", action="view.out"),
    Word("jobs", "jobs", "what runs or ran", action="page.jobs"),
    Word("nodes", "nodes", "the servers", action="page.nodes"),
    Word("alerts", "alerts", "what needs a look", action="page.alerts"),
    Word("check", "check", "whether all is there", action="page.check"),
    Word("columns", "columns", "choose the columns", action="view.columns"),
    Word("settings", "settings", "what can be chosen", action="page.settings"),
    Word("messages", "messages", "what was said", action="page.messages"),
    Word("sources", "sources", "where figures come from", action="page.sources"),
    Word("refresh", "refresh", "look at every node now", action="view.refresh"),
    Word("help", "help", "all keys", action="console.help"),
    Word("quit", "quit", "leave", action="console.quit"),
)
_BY_NAME = {word.name: word for word in WORDS}


@dataclass(frozen=True, slots=True)
class Command:
    """A line that was understood."""

    word: Word
    verb: Verb | None = None
    subject: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class CommandError:
    """Why a line was not understood."""

    message: str


def parse_command(line: str) -> Command | CommandError:
    """Read a line."""
    try:
        given = shlex.split(line)
    except ValueError as error:
        return CommandError(f"a quotation mark is not closed ({error})")
    if not given:
        return CommandError("nothing was typed")
    name, *rest = given
    word = _BY_NAME.get(name)
    if word is None:
        near = difflib.get_close_matches(name, _BY_NAME, n=1)
        hint = f"did you mean {near[0]}?" if near else "TAB shows them all"
        return CommandError(f"{name} is no command: {hint}")
    if word.subject == "text":
        return Command(word, subject=line.strip()[len(name) :].strip())
    return _with_options(word, rest)


def _with_options(word: Word, rest: Sequence[str]) -> Command | CommandError:
    options: dict[str, str] = {}
    plain: list[str] = []
    waiting = iter(rest)
    for part in waiting:
        if not part.startswith("--"):
            plain.append(part)
        elif part not in word.options:
            return CommandError(f"{word.name} has no {part}: {word.usage}")
        elif word.options[part]:
            value = next(waiting, "")
            if not value:
                return CommandError(f"{part} needs a {word.options[part]}: {word.usage}")
            options[part] = value
        else:
            options[part] = ""
    verb = word.verb
    if word.name == "ha":
        if not plain or plain[0] not in {"on", "off"}:
            return CommandError(f"on or off? {word.usage}")
        verb = Verb.HA_ON if plain.pop(0) == "on" else Verb.HA_OFF
    wanted = 1 if word.subject else 0
    if len(plain) > wanted or (len(plain) < wanted and word.needs_subject):
        return CommandError(f"it is: {word.usage}")
    if {"--ha", "--no-ha"} <= options.keys():
        return CommandError("--ha and --no-ha exclude each other")
    return Command(word, verb, plain[0] if plain else "", options)


def completions(line: str, names: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the whole lines that the last word of `line` could become, best first.

    `names` are what there is of each subject: `vm`, `node`, `pool`, `column`, ….
    """
    before, _, last = line.rpartition(" ")
    if not before.strip():
        return [f"{word.name} " for word in WORDS if word.name.startswith(last)]
    word = _BY_NAME.get(before.split()[0])
    if word is None:
        return []
    previous = before.split()[-1]
    if word.name == "ha" and len(before.split()) == 1:
        found: Iterable[str] = ("on", "off")
    elif last.startswith("--"):
        found = word.options
    elif word.options.get(previous):
        found = names.get(word.options[previous], ())
    else:
        found = names.get(word.subject, ())
    lower = last.lower()
    chosen = [name for name in found if name.lower().startswith(lower)]
    return [f"{before} {shlex.quote(name)} " for name in sorted(chosen)]
