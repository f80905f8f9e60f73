"""From a command that was understood to what does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from ovmtui.errors import UsageError
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import Outcome
from ovmtui.model.text import visible
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.moments import moment
from ovmtui.plan.resolve import find_any_node, find_node, find_vm
from ovmtui.runtime.companions import Wanted
from ovmtui.ui.desk import Desk
from ovmtui.ui.viewmodel import filters
from ovmtui.ui.viewmodel.commands import Command
from ovmtui.ui.viewmodel.offered import NO_GROUP, fixed
from ovmtui.ui.viewmodel.words import PLANNED


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

    def look_at(self, intent: Intent) -> None:
        """Show the plan of one machine, to be read only."""
        ...

    def show_history(self, words: str, wanted: Wanted, job: str) -> None:
        """Show who did what, or one job's log."""
        ...

    def action_do(self, id: str) -> None:
        """Do an action."""
        ...


def meaning(command: Command, desk: Desk, doing: Doing) -> Callable[[], object]:
    """Return what does `command`.

    Raises:
        UsageError: a name is unknown, or fits several.
    """
    subject, snapshot = command.subject, desk.console.shown
    if command.verb is not None:
        intent = _intent(command, command.verb, desk)
        show = doing.look_at if command.word.name == "plan" else doing.plan_for
        return partial(show, intent)

    def one_of(kind: str, name: str) -> str:
        known = [pool.name for pool in snapshot.pools] if kind == "pool" else None
        return _known(kind, name, known or fixed(kind, themes=desk.themes))

    match command.word.name:
        case "evacuate":
            return partial(doing.evacuate, find_any_node(snapshot, subject))
        case "bring-back":
            return partial(doing.bring_back, find_any_node(snapshot, subject))
        case "shell":
            return partial(doing.visit, find_any_node(snapshot, subject), "")
        case "setup":
            return partial(doing.set_up, find_any_node(snapshot, subject))
        case "balance":
            return partial(doing.balance, one_of("pool", subject))
        case "filter":
            wrong = filters.parse(subject)
            if isinstance(wrong, filters.FilterError):
                raise UsageError(wrong.message)
            return partial(doing.set_filter, subject)
        case "sort":
            return partial(doing.sort_by, one_of("column", subject))
        case "group":
            group = one_of("group", subject)
            return partial(doing.group_by, "" if group == NO_GROUP else group)
        case "theme":
            return partial(desk.set_theme, one_of("theme", subject))
        case "list":
            pool = command.options.get("--pool")
            return partial(doing.set_filter, f"pool:{one_of('pool', pool)}" if pool else "")
        case "history":
            job = command.options.get("--job", "")
            return partial(doing.show_history, subject, _wanted(command, desk), job)
        case _:
            return partial(doing.action_do, command.word.action)


def _wanted(command: Command, desk: Desk) -> Wanted:
    given, snapshot = command.options, desk.console.shown
    now = datetime.fromtimestamp(desk.console.wall()).astimezone()
    verb, outcome, node, pool = (given.get(f"--{n}") for n in ("verb", "outcome", "node", "pool"))
    if pool:
        _known("pool", pool, [view.name for view in snapshot.pools])
    return Wanted(
        pool=pool,
        verb=PLANNED[_known("verb", verb, list(PLANNED))].value if verb else None,
        user=given.get("--user"),
        node=find_any_node(snapshot, node).name if node else None,
        outcome=Outcome(_known("outcome", outcome, fixed("outcome"))) if outcome else None,
        since=moment(given["--since"], now) if "--since" in given else None,
        until=moment(given["--until"], now) if "--until" in given else None,
    )


def _intent(command: Command, verb: Verb, desk: Desk) -> Intent:
    snapshot, options = desk.console.shown, command.options
    vm = find_vm(snapshot, command.subject)
    place = options.get("--to") or options.get("--on")
    return Intent(
        verb,
        vm,
        find_node(snapshot, vm.pool, place) if place else None,
        want_ha=True if "--ha" in options else False if "--no-ha" in options else None,
        freeze_first="--freeze-first" in options,
    )


def _known(kind: str, name: str, known: Sequence[str]) -> str:
    if name not in known:
        raise UsageError(f"{kind} {visible(name)} is not known: {', '.join(known)}")
    return name
