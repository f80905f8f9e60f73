"""Commands that tell whether a guest answers, run on its node."""

from __future__ import annotations

from ovmtui.model.command import Command


def ping_command(address: str) -> Command:
    """Send one echo request and wait one second; exit code 0 means an answer.

    Raises:
        ValueError: `address` is empty or an option.
    """
    program = "ping6" if ":" in address else "ping"
    return Command((program, "-c", "1", "-W", "1", "-w", "1", _address(address)))


def login_command(address: str) -> Command:
    """Log in by SSH without a password and do nothing; exit code 0 means operational.

    Raises:
        ValueError: `address` is empty or an option.
    """
    options = ("StrictHostKeyChecking=no", "ForwardX11=no", "BatchMode=yes")
    words = [word for option in options for word in ("-o", option)]
    return Command(("ssh", *words, "-n", "-o", "ConnectTimeout=1", _address(address), "pwd"))


def _address(address: str) -> str:
    if not address or address.startswith("-"):
        raise ValueError(f"not an address: {address!r}")
    return address
