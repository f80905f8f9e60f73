"""How a migration with `xl` has ended: the last of its lines that says so tells the outcome.

Everything that xl says of it is on standard error, on both ends' behalf and in no fixed
order; with `-v` more lines follow the last word (recorded from Xen 4.17; 4.4 says the same).
"""

from __future__ import annotations

import re
from enum import Enum

_MOST_READ = 65_536


class MigrationEnd(Enum):
    """What the last word was."""

    SUCCESSFUL = "it runs on the target"
    NOT_SUSPENDED = "it was not suspended, and goes on at the source"
    REFUSED_BY_TARGET = "the target did not start it, and it goes on at the source"
    RESUMED = "the connection or the target broke, and it is resumed at the source"
    UNDEFINED = "whether it runs at the source or on the target is not known"
    """The one outcome after which both copies may execute, or none."""
    NOT_TOLD = "nothing was said of its end"


_LAST_WORDS = {
    "Migration successful.": MigrationEnd.SUCCESSFUL,
    "Migration failed, failed to suspend at sender.": MigrationEnd.NOT_SUSPENDED,
    "Migration failed due to problems at target.": MigrationEnd.REFUSED_BY_TARGET,
    "Migration failed, resuming at sender.": MigrationEnd.RESUMED,
    "** Migration failed during final handshake **": MigrationEnd.UNDEFINED,
    "Domain state is now undefined !": MigrationEnd.UNDEFINED,
}


def migration_end(stderr: str) -> MigrationEnd:
    """Return what the last line that tells an outcome says; NOT_TOLD where none does.

    A line counts when it is one of the known ones as a whole: one that was cut proves nothing.
    """
    for line in reversed(re.split(r"[\r\n]", stderr[-_MOST_READ:])):
        end = _LAST_WORDS.get(line.strip())
        if end is not None:
            return end
    return MigrationEnd.NOT_TOLD


def is_last_word(line: str) -> bool:
    """Return whether `line`, without blanks around it, tells an outcome."""
    return line in _LAST_WORDS
