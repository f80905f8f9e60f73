"""What the audit of the journal answers."""

from __future__ import annotations

from typing import Any

from ovmtui.runtime.journal_tables import Row, restored

AUDIT_COLUMNS = (
    "at",
    "at_utc",
    "actor",
    "terminal",
    "origin",
    "login",
    "verb",
    "pool",
    "vm_name",
    "vm",
    "node",
    "command",
    "outcome",
    "exit_code",
    "seconds",
    "job",
    "step",
)
"""What the view `audit` tells of each command and wait."""

AuditRow = dict[str, Any]
"""One command or wait: the value of each of `AUDIT_COLUMNS`."""


def audit_row(row: Row) -> AuditRow:
    """Return a row of `AUDIT_COLUMNS` by name."""
    values = (restored(value) if isinstance(value, bytes) else value for value in row)
    return dict(zip(AUDIT_COLUMNS, values, strict=True))
