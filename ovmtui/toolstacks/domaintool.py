"""The commands for a node's domains, each built for the program that the node has.

`xm` of xend and `xl` of libxl take the same words nearly everywhere; where they do not,
the difference is made here. A command is asked of a `DomainTool`, never put together
elsewhere, so that what a plan shows is what this very node understands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ovmtui.model.command import Command
from ovmtui.model.tool import Tool, Toolstack

# Both tools take a number for a domain id. xm reads blanks, signs and Python's `L` over;
# `xl shutdown 0` switches the whole node off and exits with 0.
_DOMAIN_ZERO = re.compile(r"\s*[+-]?0+[lL]?\s*|\s*domain-0\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DomainTool:
    """Builds the commands of one node.

    Every method that takes a domain raises ValueError for the control domain, for an
    empty word and for one that the program would take for an option.
    """

    tool: Tool

    def list(self) -> Command:
        """List every domain; with a name nothing is listed when one name is unknown."""
        return self._command("list")

    def list_long(self) -> Command:
        """List every domain with its UUID and devices. The output holds VNC passwords."""
        return self._command("list", "-l")

    def list_uuids(self) -> Command | None:
        """List every domain with the hypervisor's own UUID; None where no tool can.

        libxl has it for domains whose configuration it does not know: one that arrives,
        and one whose entry in xenstore is gone.
        """
        return self._command("list", "-v") if self.tool.is_libxl else None

    def info(self) -> Command:
        """Show the node's facts."""
        return self._command("info")

    def uptime(self) -> Command:
        """Show how long each domain has been up."""
        return self._command("uptime")

    def create(self, path: str) -> Command:
        """Start the machine of the vm.cfg at `path`.

        Raises:
            ValueError: `path` is not absolute, so that it could be an option or any file.
        """
        if not path.startswith("/"):
            raise ValueError(f"not an absolute path: {path!r}")
        return self._command("create", path)

    def shutdown(self, domain: str) -> Command:
        """Ask the guest to shut down; returns at once, whatever the guest does.

        `-w` is never used: it waits without end for a guest that ignores the request.
        """
        return self._command("shutdown", _guest(domain))

    def reboot(self, domain: str) -> Command:
        """Ask the guest to reboot; xend gives up one that is up less than a minute."""
        return self._command("reboot", _guest(domain))

    def pause(self, domain: str) -> Command:
        """Stop executing the guest, keeping it in memory."""
        return self._command("pause", _guest(domain))

    def unpause(self, domain: str) -> Command:
        """Go on executing the guest; xl complains of one that runs, and exits with 0."""
        return self._command("unpause", _guest(domain))

    def destroy(self, domid: int) -> Command:
        """Cut the power of the domain with id `domid`; a name could mean another one."""
        return self._command("destroy", _id(domid))

    def rename(self, domid: int, name: str) -> Command:
        """Call the domain with id `domid` `name` from now on."""
        return self._command("rename", _id(domid), _guest(name))

    def migrate(self, domain: str, host: str) -> Command:
        """Move the running guest to `host`, live; `xl` always does, and knows no `-l`.

        Raises:
            ValueError: as all, or the toolstack is not known, so that the words are not.
        """
        if self.tool.toolstack is Toolstack.UNKNOWN:
            raise ValueError("the toolstack is not known")
        live = () if self.tool.is_libxl else ("-l",)
        return self._command("migrate", *live, _guest(domain), _word(host))

    def console(self, domain: str) -> Command:
        """Show the domain's text console."""
        return self._command("console", _word(domain))

    def _command(self, *words: str) -> Command:
        return Command((self.tool.name, *words))


def _id(domid: int) -> str:
    if domid <= 0:
        raise ValueError(f"not the id of a guest: {domid}")
    return str(domid)


def _guest(domain: str) -> str:
    if _DOMAIN_ZERO.fullmatch(domain):
        raise ValueError("the control domain is no guest")
    return _word(domain)


def _word(text: str) -> str:
    if not text or text.startswith("-"):
        raise ValueError(f"not a name: {text!r}")
    return text
