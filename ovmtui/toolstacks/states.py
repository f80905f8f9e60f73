"""What the state letters of a listing mean."""

from __future__ import annotations

from ovmtui.model.domain import DomainState

_POSITIONS = ("r-", "b-", "p-", "s-", "c-", "d-")
_SHUTDOWN_REASONS = "-rscw?"
"""What libxl prints at the fifth place of a domain that is shut down."""


def state_of(letters: str) -> DomainState | None:
    """Return the state that `letters` (such as `-b----`) stand for; None: not known.

    Several letters can be set: the gravest one counts. None of them set means runnable
    but not on a CPU, which is a running machine. libxl replaces the fifth letter by the
    reason of a shutdown: `---sc-` crashed, `--pss-` suspended by a migration.
    """
    if len(letters) != len(_POSITIONS):
        return None
    shut_down, reason = letters[3] == "s", letters[4]
    for position, (letter, known) in enumerate(zip(letters, _POSITIONS, strict=True)):
        by_reason = position == 4 and shut_down and letter in _SHUTDOWN_REASONS
        if letter not in known and not by_reason:
            return None
    if letters[5] == "d":
        return DomainState.DYING
    if reason == "c":
        return DomainState.CRASHED
    if shut_down:
        return DomainState.SUSPENDED if reason == "s" else DomainState.SHUTDOWN
    if letters[2] == "p":
        return DomainState.PAUSED
    return DomainState.RUNNING
