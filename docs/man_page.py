"""The manual page `ovmtui(1)`, made from the command line's own grammar."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator

from ovmtui import __version__
from ovmtui.cli.arguments import parser
from ovmtui.cli.exitcodes import ExitCode

_EXIT_CODES = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "a step failed; the last line says where things stand",
    ExitCode.USAGE: "wrong arguments, an unknown name, or a wrong configuration",
    ExitCode.REFUSED: "refused by a guard; nothing was changed",
    ExitCode.UNKNOWN: "not known: a node was lost or cannot be asked",
    ExitCode.CANCELLED: "stopped by the operator's choice",
    ExitCode.INTERRUPTED: "interrupted; what runs on the nodes goes on",
}
_ENVIRONMENT = {
    "OVMTUI_CONFIG": "the configuration file, where --config names none",
    "NO_COLOR": "when it is set, the console uses no colour",
    "SSH_AUTH_SOCK": "the SSH agent whose keys log in to the nodes",
    "XDG_CONFIG_HOME": "where configuration, keymap and themes are looked for (~/.config)",
    "XDG_STATE_HOME": "where the journal and the log are kept (~/.local/state)",
}
_FILES = {
    "~/.config/ovmtui/ovmtui.toml": "the pools; `ovmtui config init` writes a first one",
    "~/.config/ovmtui/keymap.toml": "keys of your own; `ovmtui keys` lists their ids",
    "~/.config/ovmtui/themes/": "themes of your own",
    "~/.local/state/ovmtui/journal.sqlite3": "who did what, and how it ended",
    "~/.local/state/ovmtui/ovmtui.log": "what went wrong inside the program itself",
    "~/.ssh/config, ~/.ssh/known_hosts": "how nodes are reached, and their keys",
}


def page() -> str:
    """Return the page's source; it has no date, so that it changes with the grammar only."""
    return "\n".join(_lines(parser())) + "\n"


def _lines(top: argparse.ArgumentParser) -> Iterator[str]:
    yield ".\\\" Made from the command line's grammar by `make docs`."
    yield f'.TH OVMTUI 1 "" "ovmtui {__version__}" "User Commands"'
    yield from (".SH NAME", "ovmtui \\- live terminal console for Oracle VM and Xen server pools")
    yield from (".SH SYNOPSIS", *_synopsis("ovmtui", top))
    yield from (".SH DESCRIPTION", *_text(top.description or ""))
    yield "Without a command the console is opened;"
    yield from (".B ovmtui demo", "shows it on a simulated pool.")
    yield from (".SH OPTIONS", *_arguments(top))
    yield ".SH COMMANDS"
    yield from _commands(top, "ovmtui")
    codes = {str(code.value): text for code, text in _EXIT_CODES.items()}
    for title, terms in (
        ("EXIT STATUS", codes),
        ("ENVIRONMENT", _ENVIRONMENT),
        ("FILES", _FILES),
    ):
        yield f".SH {title}"
        for term, text in terms.items():
            yield from (".TP", f".B {escaped(term)}", *_text(text))
    yield from (".SH SEE ALSO", ".BR ssh (1),", ".BR ssh_config (5)")


def _commands(parent: argparse.ArgumentParser, path: str) -> Iterator[str]:
    for action in parent._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, command in action.choices.items():
            yield f'.SS "{escaped(f"{path} {name}")}"'
            yield from _synopsis(f"{path} {name}", command)
            yield ".PP"
            yield from _text(_sentence(helps.get(name, "")))
            yield from _arguments(command)
            yield from _commands(command, f"{path} {name}")


def _synopsis(name: str, command: argparse.ArgumentParser) -> Iterator[str]:
    yield f".B {escaped(name)}"
    for action in command._actions:
        words = _usage(action)
        if words:
            yield escaped(words)


def _usage(action: argparse.Action) -> str:
    if action.dest == "help":
        return ""
    words = " ".join(part for part in (*action.option_strings[-1:], _value(action)) if part)
    if action.option_strings:
        return words if action.required else f"[{words}]"
    many = {"?": f"[{words}]", "*": f"[{words} ...]", "+": f"{words} ..."}
    return many.get(str(action.nargs), words)


def _value(action: argparse.Action) -> str:
    """Return what stands for the value that `action` takes; empty for none."""
    if action.nargs == 0:
        return ""
    if isinstance(action, argparse._SubParsersAction):
        return str(action.metavar or "COMMAND")
    if action.metavar is None and action.choices is not None and len(list(action.choices)) < 8:
        return "|".join(map(str, action.choices))
    return str(action.metavar or action.dest.upper())


def _arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if action.dest == "help" or isinstance(action, argparse._SubParsersAction):
            continue
        names = ", ".join(action.option_strings)
        value = _value(action)
        yield ".TP"
        yield f".B {escaped(' '.join(part for part in (names, value) if part))}"
        text = action.help or ""
        if action.choices is not None and len(list(action.choices)) >= 8 and "," not in text:
            listed = "one of " + ", ".join(map(str, action.choices))
            text = f"{text}: {listed}" if text else listed
        yield from _text(_sentence(text))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else "(as its name says)"


def _text(text: str) -> Iterable[str]:
    """Return lines of at most some 75 characters; none is taken for a request."""
    line = ""
    for word in re.sub(r"`([^`]*)`", r"\1", text).split():
        if line and len(line) + len(word) > 74:
            yield escaped(line)
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield escaped(line)


def escaped(text: str) -> str:
    """Return `text` as roff shows it unchanged: minus signs that can be copied, no requests."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...").replace("~", "\\(ti")
    return f"\\&{text}" if text[:1] in {".", "'"} else text
