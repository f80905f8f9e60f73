"""Notes about what a parser did not understand: harmless, short and not too many."""

from __future__ import annotations

from collections.abc import Sequence

from ovmtui.model.text import visible
from ovmtui.toolstacks.redaction import redact

_EXCERPT = 120
_MOST = 50


def note(what: str, excerpt: str) -> str:
    """Return a note that says `what` and shows `excerpt`, cut and with secrets masked."""
    # Cut before masking: a line may be megabytes long, and only its beginning is shown.
    return f"{what}: {visible(redact(excerpt[: 8 * _EXCERPT]), limit=_EXCERPT)}"


def bounded(notes: Sequence[str]) -> tuple[str, ...]:
    """Return the first of `notes`, and in place of the others how many they are."""
    if len(notes) <= _MOST:
        return tuple(notes)
    return (*notes[:_MOST], f"and {len(notes) - _MOST} more of this kind")
