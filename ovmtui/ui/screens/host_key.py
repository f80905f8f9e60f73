"""A node shows a host key that nobody has accepted yet."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from ovmtui.model.text import visible
from ovmtui.runtime.interface import HostKeyQuestion
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.situation import Scope

# OpenSSH 4.3, of Oracle VM 2.2, prints MD5 only; this gives SHA256 on old and new servers.
COMPARE = (
    "for key in /etc/ssh/*.pub; do cut -d' ' -f2 $key | base64 -d "
    "| openssl dgst -sha256 -binary | base64; done"
)
"""What a server runs to say the fingerprints of its own keys."""


class HostKeyScreen(ActionScreen[None]):
    """Shows the fingerprint; `T` trusts it, a key that no plan is run with."""

    SCOPE = Scope.HOST_KEY
    BINDINGS = actions.bindings(Scope.HOST_KEY)

    def __init__(self, desk: Desk, question: HostKeyQuestion) -> None:
        """Ask about `question`."""
        super().__init__(desk)
        self.question = question
        """What is asked."""

    def body(self) -> Iterable[Widget]:
        """Return the fingerprint and what to compare it with."""
        style, asked = self.desk.style, self.question
        title = f"{visible(asked.node.name)} ({visible(asked.host)}) shows an unknown host key"
        text = Text()
        text.append(visible(asked.fingerprint), style("command"))
        text.append(
            "\n\nCompare it with what the server itself says, for each of its keys "
            "(a final = may be missing above):\n",
            style("dim"),
        )
        text.append(COMPARE, style("text"))
        panel = Vertical(
            Static(Text(title, style("warn")), classes="title"), Static(text), id="dialog"
        )
        yield Vertical(panel, classes="middle")

    def do_trust(self) -> None:
        """Trust the key."""
        try:
            self.desk.console.trust_host_key(self.question)
        except OSError as error:
            self.desk.say(f"known_hosts cannot be written: {error}", "error")
            return
        self.desk.host_keys.pop(self.question.node, None)
        self.desk.say(f"{self.question.node.name}: the key is trusted")
        self.dismiss(None)
