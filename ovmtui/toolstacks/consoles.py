"""The command that shows a domain's text console, `xm console`."""

from __future__ import annotations

import shlex

from ovmtui.model.domain import Domain


def console_command(domain: Domain) -> str:
    """Return the command for `domain`: by its id where it has one, since names may be shared."""
    which = str(domain.domid) if domain.domid is not None else domain.name
    return f"xm console {shlex.quote(which)}"
