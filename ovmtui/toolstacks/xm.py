"""The `xm` command line: its commands, and the reading of what it prints.

On a libxl node the same words go to `xl`, whose answers are read here as well.
"""

from __future__ import annotations

import re

from ovmtui.model.command import Command
from ovmtui.toolstacks.complaint import error_text
from ovmtui.toolstacks.hypervisor import DomainUptime, parse_info, parse_uptime
from ovmtui.toolstacks.listing import parse_list
from ovmtui.toolstacks.longlisting import parse_list_long

__all__ = [
    "DomainUptime",
    "create_command",
    "destroy_command",
    "error_text",
    "info_command",
    "list_command",
    "list_long_command",
    "migrate_command",
    "parse_info",
    "parse_list",
    "parse_list_long",
    "parse_uptime",
    "pause_command",
    "reboot_command",
    "rename_command",
    "shutdown_command",
    "unpause_command",
    "uptime_command",
]

# Both tools take a number for a domain id, and read blanks and signs before it over.
_DOMAIN_ZERO = re.compile(r"\s*[+-]?0+\s*|Domain-0")


def list_command() -> Command:
    """List every domain; `xm list NAME` lists nothing when one name is unknown."""
    return Command(("xm", "list"))


def list_long_command() -> Command:
    """List every domain with its UUID and devices. The output holds VNC passwords."""
    return Command(("xm", "list", "-l"))


def info_command() -> Command:
    """Show the node's facts."""
    return Command(("xm", "info"))


def uptime_command() -> Command:
    """Show how long each domain has been up."""
    return Command(("xm", "uptime"))


def create_command(path: str) -> Command:
    """Start the machine of the vm.cfg at `path`.

    Raises:
        ValueError: `path` is not absolute, so that it could be an option or any file.
    """
    if not path.startswith("/"):
        raise ValueError(f"not an absolute path: {path!r}")
    return Command(("xm", "create", path))


def shutdown_command(domain: str) -> Command:
    """Ask the guest to shut down; returns at once, whatever the guest does.

    Raises:
        ValueError: `domain` is the control domain, empty or an option.
    """
    return Command(("xm", "shutdown", _guest(domain)))


def reboot_command(domain: str) -> Command:
    """Ask the guest to reboot; xend gives up one that is up less than a minute.

    Raises:
        ValueError: `domain` is the control domain, empty or an option.
    """
    return Command(("xm", "reboot", _guest(domain)))


def pause_command(domain: str) -> Command:
    """Stop executing the guest, keeping it in memory.

    Raises:
        ValueError: `domain` is the control domain, empty or an option.
    """
    return Command(("xm", "pause", _guest(domain)))


def unpause_command(domain: str) -> Command:
    """Go on executing the guest.

    Raises:
        ValueError: `domain` is the control domain, empty or an option.
    """
    return Command(("xm", "unpause", _guest(domain)))


def destroy_command(domid: int) -> Command:
    """Cut the power of the domain with id `domid`; a name could mean another one.

    Raises:
        ValueError: `domid` is the control domain's, or none at all.
    """
    if domid <= 0:
        raise ValueError(f"not the id of a guest: {domid}")
    return Command(("xm", "destroy", str(domid)))


def rename_command(domid: int, name: str) -> Command:
    """Call the domain with id `domid` `name` from now on.

    Raises:
        ValueError: `domid` is the control domain's, or `name` its name, empty or an option.
    """
    if domid <= 0:
        raise ValueError(f"not the id of a guest: {domid}")
    return Command(("xm", "rename", str(domid), _guest(name)))


def migrate_command(domain: str, host: str, *, libxl: bool = False) -> Command:
    """Move the running guest to `host`, live.

    With `libxl` the command is meant for a node whose `xm` hands its words to `xl`, which
    migrates live always and knows no `-l`.

    Raises:
        ValueError: `domain` is the control domain, or a word is empty or an option.
    """
    live = () if libxl else ("-l",)
    return Command(("xm", "migrate", *live, _guest(domain), _word(host)))


def _guest(domain: str) -> str:
    if _DOMAIN_ZERO.fullmatch(domain):
        raise ValueError("the control domain is no guest")
    return _word(domain)


def _word(text: str) -> str:
    if not text or text.startswith("-"):
        raise ValueError(f"not a name: {text!r}")
    return text
