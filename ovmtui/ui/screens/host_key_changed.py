"""A node shows another host key than the one that was known."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual import on, work
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from ovmtui.errors import JournalError
from ovmtui.model.hostkey import KnownEntry
from ovmtui.model.text import visible
from ovmtui.runtime.interface import HostKeyQuestion, KeyChange
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.screens.host_key import COMPARE, HostKeyScreen
from ovmtui.ui.situation import Scope
from ovmtui.ui.widgets.field import Field


def host_key_screen(
    desk: Desk, question: HostKeyQuestion | KeyChange
) -> HostKeyScreen | HostKeyChangedScreen:
    """Return what asks about a host key: a new one, or one that has changed."""
    if isinstance(question, KeyChange):
        return HostKeyChangedScreen(desk, question)
    return HostKeyScreen(desk, question)


class HostKeyChangedScreen(ActionScreen[None]):
    """Shows both keys; the new one is trusted once the node's name has been typed."""

    SCOPE = Scope.HOST_KEY_CHANGED
    BINDINGS = actions.bindings(Scope.HOST_KEY_CHANGED)

    def __init__(self, desk: Desk, question: KeyChange) -> None:
        """Ask about `question`."""
        super().__init__(desk)
        self.question = question
        """What is asked."""

    def body(self) -> Iterable[Widget]:
        """Return the old key with its place, the new one, and what to compare it with."""
        style, asked = self.desk.style, self.question
        name, change = visible(asked.node.name), asked.change
        title = f"{name} ({visible(asked.host)}) shows ANOTHER host key than before"
        text = Text()
        for entry in change.entries:
            text.append(f"known  {visible(entry.fingerprint)}\n", style("text"))
            text.append(f"       {_place(entry)}\n", style("dim"))
            text.append(f"       {_since(entry, change.written)}\n", style("dim"))
        text.append("now    ", style("text"))
        text.append(f"{visible(change.fingerprint)}\n", style("command"))
        text.append(f"       {visible(change.kind)}\n", style("dim"))
        text.append(
            "\nSomebody may be in between, who would get every password. No connection is made. "
            "Replace it only if the node was reinstalled or got new keys, and this, on its own "
            "console, says the same:\n",
            style("warn"),
        )
        text.append(f"{COMPARE}\n\n", style("text"))
        children: list[Widget] = [Static(Text(title, style("danger")), classes="title")]
        if change.obstacle:
            text.append(visible(change.obstacle), style("danger"))
            children.append(Static(text))
        else:
            text.append("Type ", style("dim"))
            text.append(name, style("accent"))
            text.append(" to replace it; the old line stays as a comment:", style("dim"))
            children += [Static(text), Field(id="name", select_on_focus=False)]
        yield Vertical(Vertical(*children, id="dialog"), classes="middle")

    def on_mount(self) -> None:
        """Let typing begin at once."""
        super().on_mount()
        for field in self.query(Input):
            field.focus()

    @on(Input.Submitted)
    @work(exclusive=True)
    async def do_confirm(self) -> None:
        """Replace the key, once the name is typed exactly as it is."""
        node = self.question.node.name
        typed = [field.value for field in self.query(Input)]
        if typed != [node]:
            self.desk.say(f"that is not {node}; the key is not trusted", "warning")
            return
        try:
            await self.desk.console.replace_host_key(self.question)
        except (OSError, ValueError, JournalError) as error:
            self.desk.say(f"{node}: the key is not trusted: {error}", "error")
            return
        self.desk.host_keys.pop(self.question.node, None)
        self.desk.say(f"{node}: the new key is trusted in place of the old one")
        self.dismiss(None)


def _place(entry: KnownEntry) -> str:
    hashed = " (hashed)" if entry.hashed else ""
    return visible(f"{entry.kind}, {entry.place}{hashed}")


def _since(entry: KnownEntry, written: str) -> str:
    if entry.since:
        return f"since {visible(entry.since)}"
    return f"no date; its file was last written {visible(written)}"
