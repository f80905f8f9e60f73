"""What goes wrong in a connection, in our errors and in words for the operator."""

from __future__ import annotations

import errno
import re
import socket

import asyncssh

from ovmtui.errors import (
    ConnectFailed,
    LoginRefused,
    NodeLost,
    SlotsExhausted,
    TransportError,
)
from ovmtui.model.text import visible
from ovmtui.transport.algorithms import WHAT_LEGACY_MEANS, legacy_would_do

_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network unreachable",
    errno.ECONNRESET: "connection reset by the node",
    errno.ETIMEDOUT: "no answer",
}
_NUMBER = re.compile(r"\[Errno (\d+)\]")


def connect_failure(
    error: Exception, *, user: str, tried: str, legacy: bool = False, mend: str = ""
) -> ConnectFailed:
    """Return our error for one that was raised while connecting.

    Args:
        error: from asyncssh or the operating system.
        user: who was to log in.
        tried: the keys that were offered, in words.
        legacy: whether the node was offered the algorithms of old servers, too.
        mend: what would make a login possible that was refused or cut off, if that can be
            told.
    """
    match error:
        case asyncssh.PermissionDenied():
            text = f"login refused: {visible(user)} is not accepted; {tried}"
            return LoginRefused(text, mend=mend)
        case asyncssh.DisconnectError() if "authentication failures" in error.reason:
            return LoginRefused(f"login refused for {visible(user)}, too many keys; {tried}")
        case asyncssh.KeyExchangeFailed():
            would_do = not legacy and legacy_would_do(error.reason)
            return ConnectFailed(
                f"no common algorithm: {_difference(error.reason)}",
                mend=WHAT_LEGACY_MEANS if would_do else "",
            )
        case asyncssh.ConnectionLost():
            return ConnectFailed("the node closed the connection before the login", mend=mend)
        case asyncssh.ConfigParseError():
            return ConnectFailed(f"the SSH configuration is wrong: {visible(str(error))}")
        case asyncssh.Error():
            return ConnectFailed(f"SSH failed: {_reason(error)}")
        case socket.gaierror() if error.errno == socket.EAI_AGAIN:
            return ConnectFailed("host names cannot be looked up at the moment")
        case socket.gaierror():
            return ConnectFailed("host name not known")
        case OSError():
            return ConnectFailed(_words(error))
        case _:
            return ConnectFailed(visible(str(error), limit=200))


def command_failure(error: Exception | None, *, closed: bool) -> TransportError:
    """Return our error for a command that could not be begun, or gave no result.

    Args:
        error: what asyncssh says, if anything.
        closed: whether the whole connection is gone.
    """
    if closed or not isinstance(error, asyncssh.ChannelOpenError):
        why = f": {_reason(error)}" if isinstance(error, asyncssh.Error) else ""
        return NodeLost(f"the connection was lost{why}")
    if error.code == asyncssh.OPEN_REQUEST_SESSION_FAILED:
        # It may have been begun: "no slot" would say for certain that it was not.
        return NodeLost("the node broke off at the beginning of the command")
    return SlotsExhausted("the node opens no further session")


def _difference(reason: str) -> str:
    # What we sent is a long list that helps nobody.
    what, _, lists = reason.partition(" algorithm found")
    received = lists.rpartition(" and received ")[2]
    if not received:
        return visible(reason, limit=200)
    kind = what.removeprefix("No matching ")
    return f"for its {visible(kind)} the node has only {visible(received, limit=200)}"


def _reason(error: asyncssh.Error) -> str:
    return visible(error.reason, limit=200)


def _words(error: OSError) -> str:
    # Several addresses give one error that lists them; the first cause is enough.
    found = _NUMBER.search(str(error))
    number = error.errno or (int(found[1]) if found else None)
    return _WORDS.get(number or 0) or visible(error.strerror or str(error), limit=200)
