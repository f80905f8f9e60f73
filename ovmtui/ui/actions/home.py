"""What the keys of the main screen do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ovmtui.ui.actions import obstacles as needs
from ovmtui.ui.situation import Action, Group, Obstacle, Scope


def home_actions() -> Iterator[Action]:
    """Yield the actions of the main screen, in the order of the help."""
    for action in _actions():
        yield replace(action, rank=_RANKS.get(action.id, len(_RANKS)))


def _actions() -> Iterator[Action]:
    for id, key, label, text, obstacle in _MACHINE:
        bar = id not in _BESIDE_BAR
        yield Action(
            id, key, label, text, Scope.HOME, Group.MACHINE, obstacle, changes=True, bar=bar
        )
    for id, key, label, text, obstacle in _NODE:
        bar = id not in _BESIDE_BAR
        yield Action(id, key, label, text, Scope.HOME, Group.NODE, obstacle, changes=True, bar=bar)
    for id, key, label, text, obstacle in _JOB:
        yield Action(id, key, label, text, Scope.HOME, Group.JOB, obstacle, changes=True)
    for id, key, label, text, group, obstacle in _REST:
        yield Action(id, key, label, text, Scope.HOME, group, obstacle, bar=id in _IN_BAR)
    for number in range(1, 10):
        yield Action(
            f"filter.use-{number}",
            str(number),
            f"Filter {number}",
            "use the filter kept under that number; again: no filter",
            Scope.HOME,
            Group.FILTERS,
            bar=False,
        )
    for id, key, label, text in _REPLAY:
        yield Action(id, key, label, text, Scope.HOME, Group.REPLAY)


# id, key, label, help, obstacle
_MACHINE: tuple[tuple[str, str, str, str, Obstacle], ...] = (
    ("vm.start", "s", "Start", "start it on the best node", needs.may_start),
    ("vm.stop", "S", "Stop", "HA off, shut down, wait until it is down", needs.must_be_there),
    ("vm.migrate", "m", "Migrate", "move it to another node, live", needs.must_be_there),
    ("vm.reboot", "R", "Reboot", "ask its guest, wait until it is back", needs.may_reboot),
    ("vm.pause-unpause", "P", "Pause", "stop executing it, or let it go on", needs.may_pause),
    ("vm.ha", "h", "HA", "switch high availability off or on", needs.may_act),
    ("vm.destroy", "D", "Destroy", "cut its power, or that of one copy", needs.must_be_there),
    ("vm.repair", "F", "Fix", "mend what a failed migration left", needs.something_is_left),
    ("vm.mend-ha", "w", "Mend HA", "switch HA to what is wanted", needs.ha_drifts),
    (
        "vm.freeze",
        "z",
        "Freeze",
        "keep OpenSVC agents off its service, or thaw it",
        needs.has_service,
    ),
    ("vm.console", "e", "Console", "its text console; ctrl+] leaves", needs.runs_somewhere),
)
_NODE: tuple[tuple[str, str, str, str, Obstacle], ...] = (
    ("node.evacuate", "E", "Evacuate", "move every machine away from it", needs.may_change_node),
    ("node.bring-back", "B", "Bring back", "what an evacuation moved away", needs.may_change_node),
    ("node.shell", "at", "Shell", "log in to it; the console waits meanwhile", needs.has_node),
    ("node.balance", "percent_sign", "Balance", "moves that would even a pool out", needs.has_node),
)
_JOB: tuple[tuple[str, str, str, str, Obstacle], ...] = (
    ("job.answer", "a", "Answer", "answer the question of a job", needs.has_question),
    ("job.cancel", "x", "Cancel", "stop waiting in the machine's job", needs.has_job),
)
# id, key, label, help, group, obstacle
_REST: tuple[tuple[str, str, str, str, Group, Obstacle], ...] = (
    ("page.details", "enter", "Details", "all about it", Group.PAGES, needs.needs_vm),
    ("view.filter", "slash", "Filter", "show some machines only", Group.VIEW, needs.always),
    ("page.command", "colon", "Command", "type a command", Group.CONSOLE, needs.always),
    ("page.jobs", "J", "Jobs", "what runs, ran or has stopped", Group.PAGES, needs.always),
    ("page.batches", "b", "Batches", "several at once", Group.PAGES, needs.has_batch),
    ("page.alerts", "exclamation_mark", "Alerts", "what needs a look", Group.PAGES, needs.always),
    ("page.nodes", "n", "Nodes", "the servers and what can be done", Group.PAGES, needs.always),
    ("page.history", "H", "History", "who did what and when", Group.PAGES, needs.always),
    ("page.check", "C", "Check", "whether all is there that plans need", Group.PAGES, needs.always),
    ("page.messages", "M", "Messages", "what was said", Group.PAGES, needs.always),
    ("page.sources", "i", "Sources", "where each figure comes from", Group.PAGES, needs.always),
    ("page.settings", "comma", "Settings", "what can be chosen", Group.PAGES, needs.always),
    ("view.sort", "o", "Sort", "choose the order", Group.VIEW, needs.always),
    ("view.group", "p", "Group", "by node, pool or HA, or not", Group.VIEW, needs.always),
    ("view.columns", "c", "Columns", "which, and in which order", Group.VIEW, needs.always),
    ("view.mode", "plus", "Layout", "machines, both, output", Group.VIEW, needs.always),
    ("view.wider", "left_square_bracket", "Wider", "a larger output", Group.VIEW, needs.always),
    (
        "view.narrower",
        "right_square_bracket",
        "Narrower",
        "a smaller one",
        Group.VIEW,
        needs.always,
    ),
    ("view.pane", "v", "Output", "its job's, or all jobs'", Group.VIEW, needs.always),
    ("view.find", "f", "Find", "jump to a machine, node or job", Group.VIEW, needs.always),
    ("view.refresh", "r", "Refresh", "look at every node now", Group.VIEW, needs.always),
    ("view.copy", "y", "Copy", "the row, or the focused output", Group.VIEW, needs.always),
    ("view.out", "escape", "Out", "one step out: filter, marks", Group.VIEW, needs.always),
    ("mark.one", "space", "Mark", "or take the mark off", Group.MARKS, needs.needs_vm),
    ("mark.range", "V", "Mark range", "from the last mark to here", Group.MARKS, needs.needs_vm),
    ("mark.all", "A", "Mark all", "all that the filter shows", Group.MARKS, needs.always),
    ("mark.invert", "I", "Invert", "among what the filter shows", Group.MARKS, needs.always),
    ("mark.none", "U", "Unmark", "take every mark off", Group.MARKS, needs.has_marks),
    ("filter.keep", "K", "Keep", "the filter, under a number", Group.FILTERS, needs.always),
    ("console.theme", "t", "Theme", "the next theme", Group.CONSOLE, needs.has_colour),
    ("console.help", "question_mark", "Help", "all keys", Group.CONSOLE, needs.always),
    ("console.quit", "q", "Quit", "leave the console", Group.CONSOLE, needs.always),
)
# id, key, label, help
_REPLAY: tuple[tuple[str, str, str, str], ...] = (
    ("replay.pause", "full_stop", "Pause", "pause, or go on"),
    ("replay.back", "less_than_sign", "-10 s", "ten seconds back"),
    ("replay.forward", "greater_than_sign", "+10 s", "ten seconds forward"),
    ("replay.minute-back", "left_curly_bracket", "-1 min", "a minute back"),
    ("replay.minute-forward", "right_curly_bracket", "+1 min", "a minute forward"),
)
_BESIDE_BAR = frozenset(
    {"vm.pause-unpause", "vm.console", "node.bring-back", "node.shell", "node.balance"}
)
"""Verbs that are used seldom."""
_RANKS = {
    id: place
    for place, id in enumerate(
        """
        replay.pause replay.back replay.forward replay.minute-back replay.minute-forward
        job.answer job.cancel vm.start vm.stop vm.migrate vm.ha vm.repair vm.mend-ha
        view.filter page.command page.jobs page.alerts page.details vm.reboot page.nodes
        page.history vm.freeze page.batches view.sort view.mode view.pane vm.destroy node.evacuate
        """.split()
    )
}
"""What is needed most comes first in the action bar; what is at the end steps aside."""
_IN_BAR = frozenset(
    """
    page.details view.filter page.command page.jobs page.batches page.alerts page.nodes
    page.history view.sort view.mode view.pane console.help console.quit
    """.split()
)
"""What is no verb, and is worth the room of the action bar."""
