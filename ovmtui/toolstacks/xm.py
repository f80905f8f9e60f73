"""What `xm` and `xl` print, and its reading. Their commands are `domaintool`'s."""

from __future__ import annotations

from ovmtui.toolstacks.complaint import error_text
from ovmtui.toolstacks.hypervisor import DomainUptime, parse_info, parse_uptime
from ovmtui.toolstacks.listing import parse_list
from ovmtui.toolstacks.longlisting import parse_list_long

__all__ = [
    "DomainUptime",
    "error_text",
    "parse_info",
    "parse_list",
    "parse_list_long",
    "parse_uptime",
]
