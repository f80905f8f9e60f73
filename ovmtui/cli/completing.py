"""What a shell's TAB offers: commands and options, and the names of what was last seen.

Nothing here asks a node: pools and nodes come from the configuration, machines from the
file that the last `list` or console left.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import argcomplete
from argcomplete.completers import BaseCompleter, FilesCompleter
from argcomplete.shell_integration import shellcode

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.config import load, paths
from ovmtui.config.schema import Settings
from ovmtui.errors import OvmtuiError
from ovmtui.runtime.lastseen import LastSeen

_Completer: TypeAlias = "Callable[..., Iterable[str]] | FilesCompleter"

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+/-]{0,199}")
"""Names come from nodes: one that a shell would have to quote is not offered."""


class _Nothing(BaseCompleter):
    """Offers nothing: not files either, where it is not known what is meant."""

    def __call__(self, **_: Any) -> tuple[str, ...]:
        """Return what is offered."""
        return ()


def completion(options: argparse.Namespace) -> int:
    """Print what makes `options.shell` complete ovmtui's command lines."""
    sys.stdout.write(shellcode(["ovmtui"], shell=options.shell))
    return ExitCode.DONE


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks, and end the process; return when none has asked."""
    for action in actions_of(parser):
        known = _BY_NAME.get(action.dest)
        if known is not None and action.choices is None:
            action.completer = known  # type: ignore[attr-defined]
    argcomplete.autocomplete(
        parser,
        default_completer=_Nothing(),
        always_complete_options=False,
        exclude=["-h", "--help"],
    )


def actions_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield every option and argument of `parser` and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from actions_of(command)


def _settings(arguments: argparse.Namespace) -> Settings:
    """Return the settings, empty ones where they cannot be had: a TAB complains of nothing."""
    try:
        path = load.find(getattr(arguments, "config", None), os.environ)
        return Settings() if path is None else load.load(path)
    except OvmtuiError:
        return Settings()


def _pools(parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    return _plain(_settings(parsed_args).pools)


def _nodes(parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    pools = _settings(parsed_args).pools.values()
    return _plain(node.name for pool in pools for node in pool.members)


def _machines(parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    """Return each name once; one that several pools have as `pool/name`."""
    configured = _settings(parsed_args).pools
    try:
        seen = LastSeen(paths.last_seen_path()).machines()
    except OvmtuiError:
        return []
    pairs = [(pool, name) for pool in seen if pool in configured for name in seen[pool]]
    names = [name for _, name in pairs]
    return _plain(f"{pool}/{name}" if names.count(name) > 1 else name for pool, name in pairs)


def _plain(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if _PLAIN.fullmatch(name)})


_FILES = FilesCompleter()
_BY_NAME: dict[str, _Completer] = {
    "vm": _machines,
    "node": _nodes,
    "nodes": _nodes,
    "pool": _pools,
    "config": _FILES,
    "record": _FILES,
    "keymap": _FILES,
    "export": _FILES,
    "file": _FILES,
}
"""What an argument takes, by its name in the parser."""
