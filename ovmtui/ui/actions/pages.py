"""What the keys of the other screens do."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.ui.actions import obstacles as needs
from ovmtui.ui.situation import Action, Group, Obstacle, Scope

_TYPED_INTO = frozenset(
    {Scope.NAME, Scope.COMMAND, Scope.FILTER, Scope.FIND, Scope.HOST_KEY_CHANGED}
)
"""Screens on which every letter is text."""


def page_actions() -> Iterator[Action]:
    """Yield the actions of every screen but the main one, screen by screen."""
    for scope in Scope:
        if scope is Scope.HOME:
            continue
        for id, key, label, text, obstacle, changes in _PAGES[scope]:
            yield Action(id, key, label, text, scope, Group.HERE, obstacle, changes=changes)
        if scope not in _TYPED_INTO:
            id = f"{scope.name.lower().replace('_', '-')}.help"
            yield Action(id, "question_mark", "Help", "the keys of this page", scope, bar=False)


_Line = tuple[str, str, str, str, Obstacle, bool]
"""id, key, label, help, obstacle, whether it can change something"""

_PAGES: dict[Scope, tuple[_Line, ...]] = {
    Scope.PLAN: (
        ("plan.run", "y", "Run", "run the plan", needs.can_run, True),
        ("plan.override", "o", "Override", "set failing guards aside", needs.can_override, True),
        ("plan.freeze", "z", "Freeze first", "keep agents off it", needs.can_freeze, True),
        ("plan.dry-run", "d", "Dry run", "the plan as text", needs.always, False),
        ("plan.copy", "c", "Copy", "copy the plan as text", needs.always, False),
        ("plan.look", "r", "Look again", "evaluate everything anew", needs.always, False),
        ("plan.leave", "escape", "Leave", "run nothing", needs.always, False),
    ),
    Scope.SEVERAL: (
        ("several.run", "y", "Run", "run them all", needs.can_run, True),
        ("several.more", "plus", "More", "one more at a time", needs.always, False),
        ("several.fewer", "minus", "Fewer", "one less at a time", needs.always, False),
        ("several.copy", "c", "Copy", "copy them as text", needs.always, False),
        ("several.leave", "escape", "Leave", "run nothing", needs.always, False),
    ),
    Scope.BATCH: (
        ("batch.show", "enter", "Output", "of the machine's job", needs.always, False),
        ("batch.stop", "x", "Stop", "begin no further one", needs.is_running_batch, True),
        ("batch.retry", "R", "Retry", "the plans of what failed", needs.can_retry, True),
        ("batch.leave", "escape", "Leave", "it goes on meanwhile", needs.always, False),
    ),
    Scope.TARGETS: (
        ("target.choose", "enter", "Choose", "plan the move there", needs.always, False),
        ("target.leave", "escape", "Leave", "move nothing", needs.always, False),
    ),
    Scope.PICKER: (
        ("pick.choose", "enter", "Choose", "take that one", needs.always, False),
        ("pick.leave", "escape", "Leave", "choose nothing", needs.always, False),
    ),
    Scope.JOBS: (
        ("jobs.show", "enter", "Output", "beside the machines", needs.always, False),
        ("jobs.answer", "a", "Answer", "answer its question", needs.has_question, True),
        ("jobs.cancel", "x", "Cancel", "stop waiting in it", needs.has_job, True),
        ("jobs.resume", "R", "Go on", "from where it stopped", needs.has_stopped, True),
        ("jobs.watch", "b", "Bell", "ring when it ends, or not", needs.has_job, False),
        ("jobs.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
    Scope.UNFINISHED: (
        ("open.all", "A", "Go on: all", "go on with all", needs.always, True),
        ("open.one", "enter", "Go on: this", "only this", needs.always, True),
        ("open.close", "X", "Close", "leave it as it stands, for good", needs.always, True),
        ("open.leave", "escape", "Not now", "decide later", needs.always, False),
    ),
    Scope.ALERTS: (
        ("alerts.show", "enter", "Show", "go to the machine", needs.always, False),
        ("alerts.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
    Scope.NODES: (
        ("nodes.show", "enter", "Machines", "show its machines only", needs.has_node, False),
        ("nodes.evacuate", "E", "Evacuate", "every machine", needs.may_change_node, True),
        ("nodes.bring-back", "B", "Bring back", "what was moved away", needs.may_change_node, True),
        ("nodes.maintenance", "m", "Maintenance", "on or off", needs.may_change_node, True),
        ("nodes.balance", "percent_sign", "Balance", "even it out", needs.may_change_node, True),
        ("nodes.shell", "at", "Shell", "log in to it", needs.has_node, True),
        ("nodes.host-key", "T", "Host key", "look at it again", needs.has_node, False),
        ("nodes.copy", "c", "Copy", "copy the page as text", needs.always, False),
        ("nodes.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
    Scope.HISTORY: (
        ("history.show", "enter", "Log", "what the job did", needs.always, False),
        ("history.search", "slash", "Search", "by words", needs.always, False),
        ("history.more", "m", "More", "older ones", needs.always, False),
        ("history.copy", "c", "Copy", "copy the list as text", needs.always, False),
        ("history.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
    Scope.DETAILS: (
        ("details.raw", "v", "vm.cfg", "as the nodes have it", needs.has_raw, False),
        ("details.command", "y", "Copy command", "of its console", needs.runs_somewhere, False),
        ("details.copy", "c", "Copy", "copy the page as text", needs.always, False),
        ("details.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
    Scope.COLUMNS: (
        ("columns.toggle", "space", "Show", "or hide", needs.always, False),
        ("columns.up", "K", "Up", "further to the left", needs.always, False),
        ("columns.down", "J", "Down", "further to the right", needs.always, False),
        ("columns.usual", "u", "Usual", "as they were at first", needs.always, False),
        ("columns.leave", "escape", "Done", "one step out", needs.always, False),
    ),
    Scope.SETTINGS: (
        ("settings.choose", "enter", "Change", "the next value", needs.always, False),
        ("settings.leave", "escape", "Done", "one step out", needs.always, False),
    ),
    Scope.CHECK: (
        ("check.mend", "enter", "Mend", "plan what mends it", needs.can_mend, True),
        ("check.copy", "c", "Copy", "copy what mends it", needs.can_copy, False),
        ("check.bad", "b", "Bad only", "all, or what is not well", needs.always, False),
        ("check.again", "r", "Again", "check everything anew", needs.always, False),
        ("check.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
    Scope.QUESTION: (
        ("question.choose", "enter", "Answer", "give that answer", needs.always, True),
        ("question.leave", "escape", "Later", "let the job wait", needs.always, False),
    ),
    Scope.COMMAND: (
        ("command.complete", "tab", "Complete", "as far as it is clear", needs.always, False),
        ("command.run", "enter", "Run", "run what is typed", needs.always, False),
        ("command.leave", "escape", "Leave", "run nothing", needs.always, False),
    ),
    Scope.FILTER: (
        ("filter-line.complete", "tab", "Complete", "the word", needs.always, False),
        (
            "filter-line.keep",
            "enter",
            "Keep",
            "the filter, go on",
            needs.always,
            False,
        ),
        ("filter-line.clear", "escape", "Clear", "show every machine", needs.always, False),
    ),
    Scope.FIND: (
        ("find.go", "enter", "Go", "to the best one", needs.always, False),
        ("find.leave", "escape", "Leave", "stay here", needs.always, False),
    ),
    Scope.NAME: (
        ("name.confirm", "enter", "Confirm", "once the name is typed", needs.always, False),
        ("name.leave", "escape", "Leave", "change nothing", needs.always, False),
    ),
    Scope.YES: (
        ("yes.yes", "y", "Yes", "do it", needs.always, False),
        ("yes.leave", "escape", "Leave", "do nothing", needs.always, False),
    ),
    Scope.HOST_KEY: (
        ("key.trust", "T", "Trust", "write it to known_hosts", needs.always, False),
        ("key.leave", "escape", "Not now", "stay unconnected", needs.always, False),
    ),
    Scope.HOST_KEY_CHANGED: (
        ("changed.confirm", "enter", "Replace", "once the name is typed", needs.always, False),
        ("changed.leave", "escape", "Not now", "stay unconnected", needs.always, False),
    ),
    Scope.HELP: (
        ("help.all", "a", "All pages", "every page's keys", needs.always, False),
        ("help.copy", "c", "Copy", "copy the page as text", needs.always, False),
        ("help.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
    Scope.PAGE: (
        ("page.copy", "c", "Copy", "copy the page as text", needs.always, False),
        ("page.leave", "escape", "Leave", "one step out", needs.always, False),
    ),
}
