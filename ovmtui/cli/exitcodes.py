"""What the command's exit codes mean; they are part of the manual."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from ovmtui.model.job import Outcome


class ExitCode(IntEnum):
    """Exit codes of every `ovmtui` command."""

    DONE = 0
    FAILED = 1
    """A step failed; the text says where things stand."""
    USAGE = 2
    """Wrong arguments, unknown names, or a wrong configuration file."""
    REFUSED = 3
    """A guard did not hold; nothing was changed."""
    UNKNOWN = 4
    """A node was lost or cannot be asked: what is true is not known."""
    CANCELLED = 5
    """Stopped by the operator's choice, before the end."""
    INTERRUPTED = 130


_BY_OUTCOME = {
    Outcome.DONE: ExitCode.DONE,
    Outcome.SKIPPED: ExitCode.DONE,
    Outcome.REFUSED: ExitCode.REFUSED,
    Outcome.FAILED: ExitCode.FAILED,
    Outcome.UNKNOWN: ExitCode.UNKNOWN,
    Outcome.CANCELLED: ExitCode.CANCELLED,
}


def exit_code_of(outcome: Outcome | None) -> ExitCode:
    """Return the exit code for how a job ended; None is a job that broke off."""
    return ExitCode.FAILED if outcome is None else _BY_OUTCOME[outcome]


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that says most of several: a failure, what is unknown, a refusal."""
    order = (ExitCode.FAILED, ExitCode.UNKNOWN, ExitCode.REFUSED, ExitCode.CANCELLED)
    given = set(codes)
    return next((code for code in order if code in given), ExitCode.DONE)
