"""Which actions a pool's allowed verbs leave; the service refuses the others as well."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.plan.intent import Verb
from ovmtui.plan.permission import CONSOLE, SHELL, spelled
from ovmtui.ui.situation import Action, Situation

_MOVES = frozenset({spelled(Verb.MIGRATE)})
NEEDED: dict[str, frozenset[str]] = {
    "vm.start": frozenset({spelled(Verb.START)}),
    "vm.stop": frozenset({spelled(Verb.STOP)}),
    "vm.migrate": _MOVES,
    "vm.reboot": frozenset({spelled(Verb.REBOOT)}),
    "vm.pause-unpause": frozenset({spelled(Verb.PAUSE), spelled(Verb.UNPAUSE)}),
    "vm.ha": frozenset({spelled(Verb.HA_ON), spelled(Verb.HA_OFF)}),
    "vm.destroy": frozenset({spelled(Verb.DESTROY)}),
    "vm.repair": frozenset({spelled(Verb.REPAIR)}),
    "vm.mend-ha": frozenset({spelled(Verb.MEND_HA)}),
    "vm.freeze": frozenset({spelled(Verb.FREEZE), spelled(Verb.THAW)}),
    "vm.console": frozenset({CONSOLE}),
    "node.evacuate": _MOVES,
    "node.bring-back": _MOVES,
    "node.balance": _MOVES,
    "node.shell": frozenset({SHELL}),
    "nodes.evacuate": _MOVES,
    "nodes.bring-back": _MOVES,
    "nodes.balance": _MOVES,
    "nodes.shell": frozenset({SHELL}),
}
"""What each action makes use of: one of these at least must be allowed."""
_LOGINS = frozenset({CONSOLE, SHELL})


def within_verbs(action: Action) -> Action:
    """Return `action` with an obstacle more: that its pool does not allow it."""
    needed = NEEDED.get(action.id)
    if needed is None:
        return action

    def obstacle(situation: Situation) -> str | None:
        return _forbidden(needed, situation) or action.obstacle(situation)

    return replace(action, obstacle=obstacle)


def _forbidden(needed: frozenset[str], situation: Situation) -> str | None:
    if situation.marked and not needed & _LOGINS:
        # They may be of several pools: each is planned, or refused, by itself.
        return None
    if situation.pool_is_read_only and needed & _LOGINS:
        return "the pool is read-only here, and nothing is while somebody types on its nodes"
    if situation.verbs is not None and not needed & situation.verbs:
        return f"the pool does not allow {' or '.join(sorted(needed))}"
    return None
