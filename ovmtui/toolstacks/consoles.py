"""The command that shows a domain's text console, `xm console` or `xl console`."""

from __future__ import annotations

from ovmtui.model.command import Command
from ovmtui.model.domain import Domain
from ovmtui.model.tool import Tool
from ovmtui.toolstacks.domaintool import DomainTool


def console_command(domain: Domain, tool: Tool | None) -> Command | None:
    """Return the command for `domain`: by its id where it has one, since names may be shared.

    None where the node's program is not known, or the name could be an option.
    """
    if tool is None:
        return None
    which = str(domain.domid) if domain.domid is not None else domain.name
    try:
        return DomainTool(tool).console(which)
    except ValueError:
        return None
