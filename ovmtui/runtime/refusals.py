"""Why a node does not let us in: whether asking again is of use, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable

from ovmtui.errors import (
    ConnectFailed,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
    SudoRefused,
)
from ovmtui.model.identity import NodeKey
from ovmtui.model.node import Reach
from ovmtui.runtime.interface import HostKeyQuestion, KeyChange, MessageRaised

Notice = HostKeyQuestion | KeyChange | MessageRaised


class Refusals:
    """What one node has refused, and what the operator was asked about it."""

    def __init__(self, node: NodeKey, host: str, notify: Callable[[Notice], None]) -> None:
        """Begin with nothing refused; `notify` asks the operator."""
        self.mend = ""
        """What would let us in, where that can be told; empty while we are."""
        self._node = node
        self._host = host
        self._notify = notify
        self._asked: set[str] = set()
        """Fingerprints that the operator was asked about already."""

    def take(self, error: ConnectFailed) -> Reach:
        """Note why no connection was made, ask about a host key, and say how the node is."""
        self.mend = error.mend
        match error:
            case HostKeyUnknown():
                self._ask(HostKeyQuestion(self._node, self._host, error.fingerprint, error.key))
            case HostKeyChanged(change=change) if change is not None:
                self._ask(KeyChange(self._node, self._host, change))
            case HostKeyChanged() | LoginRefused() | SudoRefused():
                pass
            case _:
                return Reach.UNREACHABLE
        return Reach.REFUSED

    def end(self) -> None:
        """Know that we are in."""
        self.mend = ""

    def _ask(self, question: HostKeyQuestion | KeyChange) -> None:
        self.mend = f"ovmtui hostkey {self._node}   (shows the keys, and how to trust the new one)"
        shown = question.change if isinstance(question, KeyChange) else question
        if shown.fingerprint not in self._asked:
            self._asked.add(shown.fingerprint)
            self._notify(question)
