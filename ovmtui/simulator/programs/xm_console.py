"""`xm console`: a guest's text console, which asks for a login and lets nobody in."""

from __future__ import annotations

from ovmtui.simulator import xend
from ovmtui.simulator.programs.call import Call


async def console(call: Call, arguments: list[str]) -> None:
    """Show the console of a domain until the end of the input."""
    domain = xend.find(call.node, arguments[-1] if arguments else "")
    prompt = f"\r\n{domain.name} login: "
    call.out(f"\r\nEnterprise Linux Server release 5.5\r\nKernel 2.6.18-194.el5xen{prompt}")
    while await call.read_line():
        call.out(f"Password: \r\nLogin incorrect\r\n{prompt}")
