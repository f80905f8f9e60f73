"""Logging in with a password, which is told once: a manager locks who is wrong too often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncssh

WITH_PASSWORD: Mapping[str, Any] = {
    "password_auth": True,
    "kbdint_auth": True,
    "public_key_auth": False,
    "preferred_auth": ["password", "keyboard-interactive"],
}
"""Options of a connection; a server that lacks the first method is answered in a dialogue."""


NO_AGENT = [b""]
"""Asks the ssh-agent for no key at all: none is called ""."""
TRIED = "a password was given"
"""What was offered, in words."""


class PasswordClient(asyncssh.SSHClient):
    """Gives its password once, to whichever method asks first."""

    password: str | None = None
    """What is not given yet."""

    def password_auth_requested(self) -> str | None:
        """Return the password the first time, and None ever after."""
        password, self.password = self.password, None
        return password

    def kbdint_auth_requested(self) -> str | None:
        """Take part in a dialogue as long as there is something to say."""
        return "" if self.password is not None else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        """Answer a single question whose answer is not echoed, and nothing else."""
        if not prompts:
            return []
        if len(prompts) != 1 or prompts[0][1]:
            return None
        password = self.password_auth_requested()
        return None if password is None else [password]
