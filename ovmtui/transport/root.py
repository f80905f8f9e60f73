"""Being root on a node as a user who is not: what a session needs to go through sudo."""

from __future__ import annotations

import asyncio
import secrets

import asyncssh

from ovmtui.errors import OvmtuiError, SudoRefused, TransportError
from ovmtui.model.sudo import sudo_problem
from ovmtui.model.text import visible
from ovmtui.transport.channel import CommandChannel
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.sudo import Door, enter_script, enter_terminal_script


class Root:
    """Gives each command of a session its way through sudo."""

    def __init__(self, password: str | None) -> None:
        """Answer sudo with `password`; None: it asks for none."""
        self._password = password

    def way_in(self, text: str, *, first_line: str | None) -> tuple[str, Door]:
        """Return the text that runs `text` as root, and the door that gives it `first_line`.

        Raises:
            ValueError: the text holds what cannot be sent.
        """
        nonce = secrets.token_hex(8)
        script = text.encode()
        line = b"" if first_line is None else f"{first_line}\n".encode()
        with_password = self._password is not None
        door = Door(nonce, password=self._password, delivery=script + line)
        return enter_script(nonce, len(script), password=with_password), door

    def way_in_on_terminal(self, script: str) -> tuple[str, Door]:
        """Return the same for a terminal; an empty `script` is a login shell."""
        nonce = secrets.token_hex(8)
        text = enter_terminal_script(nonce, script, password=self._password is not None)
        return text, Door(nonce, password=self._password, delivery=b"")


async def become_root(connection: asyncssh.SSHClientConnection, address: NodeAddress) -> Root:
    """Return the way through sudo that `address` tells, once it has been gone through.

    Raises:
        SudoRefused: it is none, with what would mend that.
    """
    assert address.elevation is not None
    user = str(connection.get_extra_info("username"))
    password = None
    if address.elevation.password is not None:
        try:
            password = await address.elevation.password()
        except OvmtuiError as error:
            raise SudoRefused(f"logged in as {visible(user)}, but {error}") from error
    root = Root(password)
    text, door = root.way_in("exit 0", first_line=None)
    channel = CommandChannel(connection, text, first_line=None, on_closed=lambda: None, door=door)
    try:
        async with asyncio.timeout(address.login_timeout):
            while await channel.output():
                pass
        channel.exit_status()
    except TimeoutError:
        said = visible(" ".join(door.said.split()), limit=200) or "nothing"
        limit = f"{address.login_timeout:g} s"
        raise SudoRefused(f"sudo lets nobody in within {limit}; it says: {said}") from None
    except SudoRefused as error:
        problem = sudo_problem(str(error), user=user, password=password is not None)
        text = f"logged in as {visible(user)}, but {problem.what}"
        raise SudoRefused(text, mend=problem.mend) from None
    except TransportError as error:
        raise SudoRefused(f"logged in as {visible(user)}, but {error}") from error
    finally:
        channel.let_go()
    return root
