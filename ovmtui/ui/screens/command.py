"""The command line: the words of `ovmtui`, completed with TAB, run with Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Protocol

from rich.text import Text
from textual.binding import BindingType

from ovmtui.errors import OvmtuiError, UsageError
from ovmtui.model.identity import NodeKey
from ovmtui.model.text import visible
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.resolve import find_any_node, find_node, find_vm
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.history import HistoryScreen
from ovmtui.ui.screens.listing import Item, cell
from ovmtui.ui.screens.prompt import Prompt
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.commands import (
    WORDS,
    Command,
    CommandError,
    completions,
    parse_command,
)
from ovmtui.ui.viewmodel.view import GROUPS

_NO_GROUP = "none"
_CHANGING = frozenset({"evacuate", "bring-back", "balance", "setup", "shell"})


class Doing(Protocol):
    """What the main screen does for a command."""

    def plan_for(self, intent: Intent) -> None:
        """Show the plan of one machine."""
        ...

    def evacuate(self, node: NodeKey) -> None:
        """Show how a node would be emptied."""
        ...

    def bring_back(self, node: NodeKey) -> object:
        """Show what would come back to a node."""
        ...

    def balance(self, pool: str) -> None:
        """Show what would even a pool out."""
        ...

    def visit(self, node: NodeKey, script: str) -> object:
        """Log in to a node."""
        ...

    def set_filter(self, text: str) -> None:
        """Show what fits only."""
        ...

    def sort_by(self, column: str | None) -> None:
        """Choose the order."""
        ...

    def group_by(self, group: str | None) -> None:
        """Group the rows."""
        ...

    def set_up(self, node: NodeKey) -> object:
        """Show how ovmcli would be installed on a node."""
        ...

    def action_do(self, id: str) -> None:
        """Do an action."""
        ...


class CommandScreen(Prompt[None]):
    """Enter runs what was typed, and only that; TAB takes what is highlighted."""

    SCOPE = Scope.COMMAND
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(Scope.COMMAND), *Prompt.MOVES]

    def __init__(self, desk: Desk, doing: Doing) -> None:
        """Let `doing` do what is typed."""
        super().__init__(desk, title="command", hint="migrate web01 --to ovm2", empty="")
        self._doing = doing

    def title_text(self) -> tuple[str, str]:
        """Return the title and how it is completed."""
        return "command", "TAB completes, Enter runs what is typed"

    def columns(self) -> Text:
        """Return what the line would do, or why it does nothing."""
        if not self.typed.strip():
            return Text()
        found = parse_command(self.typed)
        if isinstance(found, CommandError):
            return Text(found.message, self.desk.style("warn"))
        return Text(f"{found.word.usage}: {found.word.help}", self.desk.style("ok"))

    def items(self) -> Sequence[Item]:
        """Return what the last word can become; lines typed before where it is the first."""
        style = self.desk.style
        typed = self.typed
        lines = completions(typed, self._names())
        helps = {f"{word.name} ": word for word in WORDS}
        found = [
            Item(
                line,
                Text(cell(line, 20), style("accent")).append(helps[line].usage, style("dim"))
                if line in helps
                else Text(visible(line), style("accent")),
            )
            for line in lines
        ]
        before = [c for c in reversed(self.desk.preferences.commands) if c.startswith(typed)]
        return [
            *(Item(f"{line}\0", Text(line, style("text"))) for line in before[:8]),
            *found,
        ]

    def choose(self, id: str) -> None:
        """Take a line; the click of a mouse runs nothing."""
        self.set_typed(id.rstrip("\0"))

    def action_complete(self) -> None:
        """Take the highlighted line."""
        if self.highlighted is not None:
            self.set_typed(self.highlighted.rstrip("\0"))

    def do_run(self) -> None:
        """Run what was typed."""
        self.entered()

    def entered(self) -> None:
        """Run what was typed, or say what is wrong with it."""
        line = self.typed.strip()
        if not line:
            self.dismiss(None)
            return
        found = parse_command(line)
        if isinstance(found, CommandError):
            self.desk.say(found.message, "warning")
            return
        if self.desk.read_only and _changes(found):
            self.desk.say(f"this console is read-only: {found.word.name} is not there", "warning")
            return
        try:
            do = self._meaning(found)
        except OvmtuiError as error:
            self.desk.say(str(error), "warning")
            return
        kept = self.desk.preferences.commands
        self.desk.remember(commands=(*(c for c in kept if c != line), line)[-200:])
        self.dismiss(None)
        do()

    def _meaning(self, command: Command) -> Callable[[], object]:
        """Return what does it.

        Raises:
            UsageError: a name is unknown, or fits several.
        """
        doing, subject = self._doing, command.subject
        if command.verb is not None:
            intent = self._intent(command, command.verb)
            return lambda: doing.plan_for(intent)
        match command.word.name:
            case "evacuate":
                return partial(doing.evacuate, self._node(subject))
            case "bring-back":
                return partial(doing.bring_back, self._node(subject))
            case "shell":
                return partial(doing.visit, self._node(subject), "")
            case "setup":
                return partial(doing.set_up, self._node(subject))
            case "balance":
                return partial(doing.balance, self._one_of("pool", subject))
            case "filter":
                return partial(doing.set_filter, subject)
            case "sort":
                return partial(doing.sort_by, self._one_of("column", subject))
            case "group":
                group = self._one_of("group", subject)
                return partial(doing.group_by, "" if group == _NO_GROUP else group)
            case "theme":
                return partial(self.desk.set_theme, self._one_of("theme", subject))
            case "history":
                return partial(self.app.push_screen, HistoryScreen(self.desk, subject))
            case _:
                return partial(doing.action_do, command.word.action)

    def _intent(self, command: Command, verb: Verb) -> Intent:
        snapshot, options = self.desk.console.snapshot, command.options
        vm = find_vm(snapshot, command.subject)
        place = options.get("--to") or options.get("--on")
        return Intent(
            verb,
            vm,
            find_node(snapshot, vm.pool, place) if place else None,
            want_ha=True if "--ha" in options else False if "--no-ha" in options else None,
            freeze_first="--freeze-first" in options,
        )

    def _node(self, name: str) -> NodeKey:
        return find_any_node(self.desk.console.snapshot, name)

    def _one_of(self, kind: str, name: str) -> str:
        known = self._names()[kind]
        if name not in known:
            raise UsageError(f"{kind} {visible(name)} is not known: {', '.join(known)}")
        return name

    def _names(self) -> dict[str, list[str]]:
        """Return what there is of each subject."""
        snapshot = self.desk.console.snapshot
        return {
            "vm": [vm.shown for vm in snapshot.vms.values()],
            "node": [node.name for node in snapshot.nodes],
            "pool": [pool.name for pool in snapshot.pools],
            "column": [column.id for column in COLUMNS],
            "group": [*GROUPS, _NO_GROUP],
            "theme": sorted(self.desk.themes),
        }


def _changes(command: Command) -> bool:
    """Return whether it is there only where something may be changed."""
    return command.verb is not None or command.word.name in _CHANGING
