"""Everything that a key does: one table for bindings, action bar, help and palette."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding, BindingType

from ovmtui.ui.actions.home import home_actions
from ovmtui.ui.actions.pages import page_actions
from ovmtui.ui.actions.permitted import within_verbs
from ovmtui.ui.situation import Action, Group, Scope

ACTIONS = tuple(map(within_verbs, (*home_actions(), *page_actions())))
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
