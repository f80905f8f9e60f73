"""Everything that a key does: one table for bindings, action bar, help and palette."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textual.binding import Binding, BindingType

from ovmtui.ui import situation as needs
from ovmtui.ui.situation import Action, Group, Scope, Situation

_Obstacle = Callable[[Situation], str | None]

# id, key, label, help, obstacle
_MACHINE: tuple[tuple[str, str, str, str, _Obstacle], ...] = (
    ("vm.start", "s", "Start", "start it on the best node", needs.may_start),
    ("vm.stop", "S", "Stop", "HA off, shut down, wait until it is down", needs.must_be_there),
    ("vm.migrate", "m", "Migrate", "move it to another node, live", needs.must_be_there),
    ("vm.ha", "h", "HA", "switch high availability off or on", needs.may_act),
    ("vm.destroy", "D", "Destroy", "cut its power, or that of one copy", needs.must_be_there),
    ("vm.repair", "F", "Fix", "mend what a failed migration left", needs.something_is_left),
    ("vm.mend-ha", "H", "Mend HA", "switch HA to what is wanted; of all marked", needs.ha_drifts),
    (
        "vm.freeze",
        "z",
        "Freeze",
        "keep OpenSVC agents off its service, or thaw it",
        needs.has_service,
    ),
)
_JOB: tuple[tuple[str, str, str, str, _Obstacle], ...] = (
    ("job.answer", "a", "Answer", "answer the question of a job", needs.has_question),
    ("job.cancel", "x", "Cancel", "stop waiting in the machine's job", needs.has_job),
)
# id, key, label, help, group, obstacle, in the bar
_HOME: tuple[tuple[str, str, str, str, Group, _Obstacle, bool], ...] = (
    (
        "vm.details",
        "enter",
        "Details",
        "all that is known of it",
        Group.PAGES,
        needs.needs_vm,
        True,
    ),
    ("view.filter", "slash", "Filter", "show some machines only", Group.VIEW, needs.always, True),
    ("view.sort", "o", "Sort", "choose the order", Group.VIEW, needs.always, True),
    ("view.mode", "plus", "Layout", "machines, both, output", Group.VIEW, needs.always, True),
    ("view.pane", "v", "Output", "its job, or all jobs together", Group.VIEW, needs.always, True),
    (
        "page.jobs",
        "J",
        "Jobs",
        "what runs, ran or has stopped",
        Group.PAGES,
        needs.always,
        True,
    ),
    ("page.nodes", "n", "Nodes", "the servers, as they state it", Group.PAGES, needs.always, True),
    (
        "page.alerts",
        "exclamation_mark",
        "Alerts",
        "what needs a look",
        Group.PAGES,
        needs.always,
        True,
    ),
    (
        "page.check",
        "C",
        "Check",
        "whether all that plans need is there; what mends it",
        Group.PAGES,
        needs.always,
        False,
    ),
    (
        "page.messages",
        "M",
        "Messages",
        "what the message line said",
        Group.PAGES,
        needs.always,
        False,
    ),
    ("view.mark", "space", "Mark", "mark, or take the mark off", Group.VIEW, needs.needs_vm, False),
    ("view.refresh", "r", "Refresh", "look at every node now", Group.VIEW, needs.always, False),
    ("view.copy", "y", "Copy", "the row, or the focused output", Group.VIEW, needs.always, False),
    ("view.out", "escape", "Out", "one step out: filter, marks", Group.VIEW, needs.always, False),
    ("console.theme", "t", "Theme", "the next theme", Group.CONSOLE, needs.has_colour, False),
    ("console.help", "question_mark", "Help", "all keys", Group.CONSOLE, needs.always, True),
    ("console.quit", "q", "Quit", "leave the console", Group.CONSOLE, needs.always, True),
)
# id, key, label, help
_REPLAY: tuple[tuple[str, str, str, str], ...] = (
    ("replay.pause", "P", "Pause", "pause, or go on"),
    ("replay.back", "less_than_sign", "-10 s", "ten seconds back"),
    ("replay.forward", "greater_than_sign", "+10 s", "ten seconds forward"),
    ("replay.minute-back", "left_curly_bracket", "-1 min", "a minute back"),
    ("replay.minute-forward", "right_curly_bracket", "+1 min", "a minute forward"),
)
# scope, id, key, label, help, obstacle, whether it can change something
_ELSEWHERE: tuple[tuple[Scope, str, str, str, str, _Obstacle, bool], ...] = (
    (Scope.PLAN, "plan.run", "y", "Run", "run the plan", needs.can_run, True),
    (
        Scope.PLAN,
        "plan.override",
        "o",
        "Override",
        "set failing guards aside",
        needs.can_override,
        True,
    ),
    (
        Scope.PLAN,
        "plan.freeze",
        "z",
        "Freeze first",
        "keep OpenSVC agents off it meanwhile",
        needs.can_freeze,
        True,
    ),
    (Scope.PLAN, "plan.dry-run", "d", "Dry run", "the plan as text", needs.always, False),
    (Scope.PLAN, "plan.copy", "c", "Copy", "copy the plan as text", needs.always, False),
    (Scope.PLAN, "plan.look", "r", "Look again", "evaluate everything anew", needs.always, False),
    (Scope.PLAN, "plan.leave", "escape", "Leave", "run nothing", needs.always, False),
    (Scope.SEVERAL, "several.run", "y", "Run", "run them all", needs.can_run, True),
    (Scope.SEVERAL, "several.copy", "c", "Copy", "copy them as text", needs.always, False),
    (Scope.SEVERAL, "several.leave", "escape", "Leave", "run nothing", needs.always, False),
    (Scope.TARGETS, "target.choose", "enter", "Choose", "plan the move there", needs.always, False),
    (Scope.TARGETS, "target.leave", "escape", "Leave", "move nothing", needs.always, False),
    (Scope.PICKER, "pick.choose", "enter", "Choose", "take that one", needs.always, False),
    (Scope.PICKER, "pick.leave", "escape", "Leave", "choose nothing", needs.always, False),
    (
        Scope.JOBS,
        "jobs.show",
        "enter",
        "Output",
        "its output beside the machines",
        needs.always,
        False,
    ),
    (Scope.JOBS, "jobs.answer", "a", "Answer", "answer its question", needs.has_question, True),
    (Scope.JOBS, "jobs.cancel", "x", "Cancel", "stop waiting in it", needs.has_job, True),
    (
        Scope.JOBS,
        "jobs.resume",
        "R",
        "Go on",
        "go on from where it stopped, or try again",
        needs.has_stopped,
        True,
    ),
    (Scope.JOBS, "jobs.leave", "escape", "Leave", "one step out", needs.always, False),
    (Scope.UNFINISHED, "open.all", "A", "Go on: all", "go on with all", needs.always, True),
    (Scope.UNFINISHED, "open.one", "enter", "Go on: this", "only this", needs.always, True),
    (
        Scope.UNFINISHED,
        "open.close",
        "X",
        "Close",
        "leave it as it stands, for good",
        needs.always,
        True,
    ),
    (Scope.UNFINISHED, "open.leave", "escape", "Not now", "decide later", needs.always, False),
    (Scope.ALERTS, "alerts.show", "enter", "Show", "go to the machine", needs.always, False),
    (Scope.ALERTS, "alerts.leave", "escape", "Leave", "one step out", needs.always, False),
    (Scope.CHECK, "check.mend", "enter", "Mend", "plan what mends it", needs.can_mend, True),
    (Scope.CHECK, "check.copy", "c", "Copy", "copy what mends it", needs.can_copy, False),
    (Scope.CHECK, "check.bad", "b", "Bad only", "all, or what is not well", needs.always, False),
    (Scope.CHECK, "check.again", "r", "Again", "check everything anew", needs.always, False),
    (Scope.CHECK, "check.leave", "escape", "Leave", "one step out", needs.always, False),
    (Scope.QUESTION, "question.choose", "enter", "Answer", "give that answer", needs.always, True),
    (Scope.QUESTION, "question.leave", "escape", "Later", "let the job wait", needs.always, False),
    (Scope.NAME, "name.confirm", "enter", "Confirm", "once the name is typed", needs.always, False),
    (Scope.NAME, "name.leave", "escape", "Leave", "change nothing", needs.always, False),
    (Scope.YES, "yes.yes", "y", "Yes", "do it", needs.always, False),
    (Scope.YES, "yes.leave", "escape", "Leave", "do nothing", needs.always, False),
    (Scope.HOST_KEY, "key.trust", "T", "Trust", "write it to known_hosts", needs.always, False),
    (Scope.HOST_KEY, "key.leave", "escape", "Not now", "stay unconnected", needs.always, False),
    (Scope.PAGE, "page.copy", "c", "Copy", "copy the page as text", needs.always, False),
    (Scope.PAGE, "page.leave", "escape", "Leave", "one step out", needs.always, False),
)


def _all() -> Iterator[Action]:
    home = Scope.HOME
    for id, key, label, text, obstacle in _MACHINE:
        yield Action(id, key, label, text, home, Group.MACHINE, obstacle, changes=True)
    for id, key, label, text, obstacle in _JOB:
        yield Action(id, key, label, text, home, Group.JOB, obstacle, changes=True)
    for id, key, label, text, group, obstacle, bar in _HOME:
        yield Action(id, key, label, text, home, group, obstacle, bar=bar)
    for id, key, label, text in _REPLAY:
        yield Action(id, key, label, text, home, Group.REPLAY, needs.always)
    for scope, id, key, label, text, obstacle, changes in _ELSEWHERE:
        yield Action(id, key, label, text, scope, Group.HERE, obstacle, changes=changes)


ACTIONS = tuple(_all())
"""Every action, in the order of action bar and help."""

_BY_ID = {action.id: action for action in ACTIONS}


def by_id(action: str) -> Action:
    """Return the action called `action`; KeyError when there is none."""
    return _BY_ID[action]


def in_scope(scope: Scope, *, read_only: bool, replaying: bool = False) -> Sequence[Action]:
    """Return the actions of a screen, without those that are not there.

    These are the changing ones when read-only, and those of a replay when there is none.
    """
    return [
        a
        for a in ACTIONS
        if a.scope is scope
        and not (read_only and a.changes)
        and (replaying or a.group is not Group.REPLAY)
    ]


def bindings(scope: Scope) -> list[BindingType]:
    """Return the key bindings of a screen; each calls `action_do` with the action's id."""
    return [
        Binding(a.key, f"do('{a.id}')", a.label, show=False, tooltip=a.help, id=a.id)
        for a in ACTIONS
        if a.scope is scope
    ]
