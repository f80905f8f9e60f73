"""What an operator must do to run a plan, as the configuration says for verb and pool."""

from __future__ import annotations

from ovmtui.config.schema import Confirm, ConfirmedVerb, Settings
from ovmtui.plan.plan import Confirmation, Plan

_LEVELS = {
    Confirm.NONE: Confirmation.NONE,
    Confirm.YES: Confirmation.YES,
    Confirm.NAME: Confirmation.TYPE_NAME,
}


def confirmation(plan: Plan, settings: Settings) -> Confirmation:
    """Return what confirms `plan`; a guard that is set aside is always confirmed by name."""
    if plan.intent.overrides:
        return Confirmation.TYPE_NAME
    try:
        verb = ConfirmedVerb(plan.intent.verb.value.replace(" ", "-"))
    except ValueError:
        return plan.confirmation
    pool = settings.pools[plan.vm.pool]
    level = pool.confirm.get(verb) or settings.confirm.get(verb)
    return _LEVELS[level] if level is not None else plan.confirmation
