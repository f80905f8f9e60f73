"""What is asked of the journal."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.job import Outcome


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs are meant; what is None does not matter."""

    pool: str | None = None
    vm: str | None = None
    """Name or identity of the machine."""
    verb: str | None = None
    """As `JobState.verb` has it."""
    user: str | None = None
    """Who began the job, as `Operator.user` has it."""
    node: str | None = None
    """A node on which one of its steps works."""
    outcome: Outcome | None = None
    running: bool | None = None
    """True for jobs without an end, False for ended ones."""
    since: float | None = None
    """Not before this time, in seconds since the epoch."""
    until: float | None = None
    """Before this time."""

    def of_jobs(self) -> dict[str, str | float]:
        """Return conditions on jobs, each with the value of its one `?`."""
        on_node = (
            "EXISTS (SELECT 1 FROM events WHERE events.job = jobs.job "
            "AND events.kind = 'step' AND events.node = ?)"
        )
        return _given(
            {
                "pool = ?": self.pool,
                "? IN (vm_name, vm)": self.vm,
                "verb = ?": self.verb,
                "user = ?": self.user,
                on_node: self.node,
                "outcome = ?": self.outcome and self.outcome.value,
                "(ended_at IS NULL) = ?": self.running,
                "started_at >= ?": self.since,
                "started_at < ?": self.until,
            }
        )

    def of_commands(self) -> dict[str, str | float]:
        """Return conditions on rows of the audit; the outcome is that of the command."""
        return _given(
            {
                "pool = ?": self.pool,
                "? IN (vm_name, vm)": self.vm,
                "verb = ?": self.verb,
                "? IN (user, actor)": self.user,
                "node = ?": self.node,
                "outcome = ?": self.outcome and self.outcome.value,
                "(outcome IS NULL) = ?": self.running,
                "at >= ?": self.since,
                "at < ?": self.until,
            }
        )


ALL = Wanted()
"""Every job."""


def _given(conditions: dict[str, str | float | None]) -> dict[str, str | float]:
    return {text: value for text, value in conditions.items() if value is not None}
