"""Every exception that ovmtui raises on purpose.

OvmtuiError
├── ConfigurationError            a file of the user's is wrong (exit code 2)
├── UsageError                    a name or an option of the user's is wrong (exit code 2)
├── PlanRefused                   a guard of a plan does not hold (exit code 3)
├── JournalError                  the journal cannot be written: acting stops
├── SecretUnavailable             a password is needed and no source gives one
└── TransportError                a node could not be asked; its state is unknown
├── ConnectFailed             no connection (refused, no route, name unknown)
│   ├── ConnectTimeout        the node accepted nothing, or no answer, in time
│   ├── LoginRefused          authentication failed
│   ├── SudoRefused           logged in, but sudo makes the user not root
│   ├── HostKeyUnknown        never seen: ask the operator, show the fingerprint
│   └── HostKeyChanged        differs from known_hosts, or revoked: refuse
├── NodeLost                  the connection went away in the middle of something
├── SlotsExhausted            all sessions of the connection are in use
└── CommandTimeout            the remote command did not end in its time
"""

from __future__ import annotations

from ovmtui.model.hostkey import HostKeyChange


class OvmtuiError(Exception):
    """Base of all errors that carry a sentence for the operator as their text."""


class ConfigurationError(OvmtuiError):
    """A file of the user's cannot be used; the text names file, key and mend."""


class UsageError(OvmtuiError):
    """A VM, node, verb or option that was asked for does not exist or does not fit."""


class PlanRefused(OvmtuiError):
    """A plan cannot be made or run; `reasons` are sentences for the operator."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        """Keep `reasons`, at least one sentence."""
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class JournalError(OvmtuiError):
    """The journal cannot be read or written; nothing may be changed on a node."""


class SecretUnavailable(OvmtuiError):
    """No configured source gives the password that a command needs."""


class TransportError(OvmtuiError):
    """A node could not be asked. What it runs is unknown, never "nothing"."""


class ConnectFailed(TransportError):
    """No SSH connection to the node could be made.

    `mend` is what would mend it, as far as can be told; it is part of the error's text.
    """

    def __init__(self, text: str, *, mend: str = "") -> None:
        """Keep what happened, and what would mend it."""
        super().__init__(f"{text}; {mend}" if mend else text)
        self.what = text
        self.mend = mend


class ConnectTimeout(ConnectFailed):
    """The node did not answer, or did not finish the login, in the time given."""


class LoginRefused(ConnectFailed):
    """The node does not accept the user or any of the keys."""


class SudoRefused(ConnectFailed):
    """The node let the user in, and sudo does not let the user be root."""


class HostKeyUnknown(ConnectFailed):
    """The node's host key is in no known_hosts file.

    `fingerprint` is OpenSSH's form (`SHA256:…`); `key` is the public key in OpenSSH's
    one-line form, to be added to known_hosts when the operator accepts it.
    """

    def __init__(self, text: str, *, fingerprint: str, key: str) -> None:
        """Keep what the operator needs to decide."""
        super().__init__(text)
        self.fingerprint = fingerprint
        self.key = key


class HostKeyChanged(ConnectFailed):
    """The node shows another host key than known_hosts has, or a revoked one.

    `change` is what the operator needs to decide; None for what can never be accepted,
    such as a revoked key.
    """

    def __init__(self, text: str, *, mend: str = "", change: HostKeyChange | None = None) -> None:
        """Keep what the operator needs to decide."""
        super().__init__(text, mend=mend)
        self.change = change


class NodeLost(TransportError):
    """The connection broke while a command ran; its outcome is unknown."""


class SlotsExhausted(TransportError):
    """The node opens no further session on this connection."""


class CommandTimeout(TransportError):
    """The command gave no result in its time; what it did is unknown."""


class ManagerFailed(OvmtuiError):
    """The manager's command line did not answer as it should."""
