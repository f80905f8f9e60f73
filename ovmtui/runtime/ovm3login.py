"""Logging in to an Oracle VM 3 manager, without being locked out by it."""

from __future__ import annotations

import hashlib
import secrets

from ovmtui.errors import ConnectFailed, HostKeyUnknown, LoginRefused
from ovmtui.runtime.clock import Clock
from ovmtui.transport.commandline import CommandLine, CommandLineConnector
from ovmtui.transport.interface import NodeAddress

_LATER = 900.0
"""Seconds before a password that was refused is tried again: managers lock a user after a
few attempts, and every machine's HA flag would be one."""


class Doorkeeper:
    """Makes the connections to one manager."""

    def __init__(
        self, connector: CommandLineConnector, address: NodeAddress, site: str, clock: Clock
    ) -> None:
        """Connect to `address`, which people call `site`."""
        self._connector = connector
        self._address = address
        self._site = site
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._refused: tuple[bytes, float, str] | None = None

    async def enter(self, password: str | None) -> CommandLine:
        """Log in with `password`, or with keys when it is None.

        Raises:
            ConnectFailed: or one of its leaves. What was refused a short while ago is
                refused without asking.
        """
        mark = b"" if password is None else self._mark(password)
        if self._refused is not None and self._refused[0] == mark:
            left = self._refused[1] + _LATER - self._clock.monotonic()
            if left > 0:
                wait = f"that password is not tried again for {left / 60:.0f} min"
                raise LoginRefused(f"{self._refused[2]}; {wait}")
        address = self._address
        try:
            return await self._connector.open_command_line(address, password=password)
        except LoginRefused as error:
            text = f"manager {self._site}: {error}"
            if password is not None:
                self._refused = mark, self._clock.monotonic(), text
            raise LoginRefused(text) from None
        except HostKeyUnknown as error:
            mend = f"accept it once: ssh -p {address.port} {address.user}@{address.host}"
            text = f"manager {self._site}: {error}; {mend}"
            raise HostKeyUnknown(text, fingerprint=error.fingerprint, key=error.key) from None
        except ConnectFailed as error:
            raise type(error)(f"manager {self._site}: {error}") from None

    def _mark(self, password: str) -> bytes:
        """Return what tells a password from another one, and is none."""
        return hashlib.sha256(self._salt + password.encode()).digest()
