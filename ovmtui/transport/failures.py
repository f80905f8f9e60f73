"""What goes wrong in a connection, in our errors and in words for the operator."""

from __future__ import annotations

import errno
import socket

import asyncssh

from ovmtui.errors import (
    ConnectFailed,
    ConnectTimeout,
    LoginRefused,
    NodeLost,
    SlotsExhausted,
    TransportError,
)
from ovmtui.model.text import visible

_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network unreachable",
    errno.ECONNRESET: "connection reset",
    errno.ETIMEDOUT: "no answer",
}


def connect_failure(error: BaseException, *, user: str, seconds: float) -> ConnectFailed:
    """Return our error for one that was raised while connecting as `user`."""
    if isinstance(error, asyncssh.PermissionDenied):
        return LoginRefused(f"login refused: {visible(user)} is not accepted with the keys tried")
    if isinstance(error, TimeoutError):
        return ConnectTimeout(f"no answer in {seconds:.0f} s")
    if isinstance(error, asyncssh.ConnectionLost) and "timeout" in str(error).lower():
        return ConnectTimeout(f"no login within {seconds:.0f} s")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return ConnectFailed(f"no common algorithm: {visible(error.reason, limit=200)}")
    if isinstance(error, asyncssh.Error):
        return ConnectFailed(f"SSH: {visible(error.reason, limit=200)}")
    if isinstance(error, socket.gaierror):
        return ConnectFailed("host name not known")
    if isinstance(error, OSError):
        return ConnectFailed(_words(error))
    return ConnectFailed(visible(str(error), limit=200))


def command_failure(error: BaseException, *, closed: bool) -> TransportError:
    """Return our error for one that was raised while a command was begun or ran."""
    if isinstance(error, asyncssh.ChannelOpenError) and not closed:
        return SlotsExhausted("the node opens no further session")
    return NodeLost("the connection was lost")


def _words(error: OSError) -> str:
    # Several addresses give one error that lists them; the first cause is enough.
    number = error.errno
    if number is None:
        for code, words in _WORDS.items():
            if f"[Errno {code}]" in str(error):
                return words
    if number in _WORDS:
        return _WORDS[number]
    return visible(error.strerror or str(error), limit=200)
