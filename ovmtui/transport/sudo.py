"""Becoming root with sudo: the shell text, and the conversation at the door. Pure.

sudo runs a shell that says on standard error that it is root, and only then is it given
what to run: its script and its secret follow on standard input. So sudo's own log has one
short line for each command; what sudo refuses is never taken for the answer of a command;
and no secret reaches a program that is not root yet. The password is given once, and only
to a prompt that is ours: a second one would mean that it is wrong.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ovmtui.model.sudo import WITH_PASSWORD, WITHOUT_PASSWORD

_LONGEST = 8_192
"""Bytes that are kept of what sudo says before it is done."""
# What follows is read by a program that takes no byte more: the rest is the script's.
_TAKE = 'script=$(head -c {size}); eval "$script"'
_LOGIN_SHELL = 'cd; exec "${SHELL:-/bin/sh}" -l'


def enter_script(nonce: str, size: int, *, password: bool) -> str:
    """Return the text that becomes root and runs `size` bytes from standard input."""
    return _enter(nonce, _TAKE.format(size=size), password=password)


def enter_terminal_script(nonce: str, script: str, *, password: bool) -> str:
    """Return the text that becomes root and runs `script` on the terminal; empty: a shell."""
    return _enter(nonce, script or _LOGIN_SHELL, password=password)


def _enter(nonce: str, then: str, *, password: bool) -> str:
    inner = f"printf '\\036%s!' {nonce} >&2\n{then}"
    how = f"{WITH_PASSWORD} -p \"$(printf '\\036%s?' {nonce})\"" if password else WITHOUT_PASSWORD
    # Its messages are read, so they must be in one language.
    return f"LC_ALL=C; export LC_ALL\nexec {how} -- sh -c {shlex.quote(inner)}\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do after a piece of what sudo, or the command behind it, says."""

    output: bytes = b""
    """What the command itself says."""
    reply: bytes = b""
    """What to write to it."""
    give_up: bool = False
    """Whether to close its standard input: nothing else can be said to it."""


class Door:
    """The conversation with one sudo, until the shell behind it is root's."""

    def __init__(self, nonce: str, *, password: str | None, delivery: bytes) -> None:
        """Give `password` when asked for it, and `delivery` once inside."""
        self._prompt = f"\x1e{nonce}?".encode()
        self._inside = f"\x1e{nonce}!".encode()
        self._password = password
        self._delivery = delivery
        self._heard = b""
        self.is_open = False
        """Whether root has been reached."""

    def __repr__(self) -> str:
        """Return nothing that is secret."""
        return f"<Door {'open' if self.is_open else 'closed'}>"

    @property
    def said(self) -> str:
        """What sudo has said instead of letting us in."""
        return self._heard.replace(self._prompt, b"").decode("utf-8", "replace")

    def hear(self, data: bytes) -> Answer:
        """Take a piece of what comes."""
        if self.is_open:
            return Answer(output=data)
        prompts = self._heard.count(self._prompt)
        self._heard += data
        before, inside, after = self._heard.partition(self._inside)
        if inside:
            self.is_open, self._heard = True, b""
            return Answer(output=after, reply=self._delivery)
        self._heard = before[-_LONGEST:]
        asked = self._heard.count(self._prompt)
        if asked == prompts:
            return Answer()
        if self._password is None or asked > 1:
            return Answer(give_up=True)
        return Answer(reply=f"{self._password}\n".encode())
