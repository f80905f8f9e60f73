"""The command line: the words of `ovmtui`, completed with TAB, run with Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from ovmtui.errors import OvmtuiError
from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.doing import Doing, meaning
from ovmtui.ui.screens.listing import Item, cell
from ovmtui.ui.screens.prompt import Prompt
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.commands import Command, CommandError, parse_command, word_of
from ovmtui.ui.viewmodel.completing import Partial, completions
from ovmtui.ui.viewmodel.cycling import Cycle, complete
from ovmtui.ui.viewmodel.offered import offered
from ovmtui.ui.viewmodel.recalling import Recall
from ovmtui.ui.viewmodel.words import WORDS

_CHANGING = frozenset({"evacuate", "bring-back", "balance", "setup", "shell"})
_KEPT = 200
"""Lines that are remembered."""


class CommandScreen(Prompt[Callable[[], object]]):
    """Enter gives what was typed, and only that; TAB completes it; up and down recall lines.

    The result is done by the screen below, for this one is gone by then, and would never hear
    how that ends.
    """

    SCOPE = Scope.COMMAND
    BINDINGS: ClassVar[list[BindingType]] = [
        *actions.bindings(Scope.COMMAND),
        *Prompt.MOVES,
        Binding("shift+tab", "complete(-1)", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, doing: Doing) -> None:
        """Let `doing` do what is typed."""
        super().__init__(desk, title="command", hint="migrate web01 --to ovm2", empty="")
        self._doing = doing
        self._cycle: Cycle | None = None
        self._recall: Recall | None = None
        self._problem = ""
        """Why the line was not run; empty once it is another one."""
        self._line = ""

    def title_text(self) -> tuple[str, str]:
        """Return the title and how it is completed."""
        return "command", "TAB completes, up and down recall earlier lines"

    def columns(self) -> Text:
        """Return what the line would do, or why it was not run."""
        style = self.desk.style
        if self._problem:
            return Text(visible(self._problem), style("warn"))
        if self._cycle is not None and self._cycle.at < 0:
            return Text(f"{len(self._cycle.lines)} fit: TAB goes through them", style("dim"))
        word = word_of(self.typed)
        if word is None:
            return Text()
        ready = isinstance(parse_command(self.typed), Command)
        return Text(f"{word.usage}: {word.help}", style("ok" if ready else "dim"))

    def items(self) -> Sequence[Item]:
        """Return what the last word can become."""
        style = self.desk.style
        helps = {f"{word.name} ": word for word in WORDS}
        return [
            Item(
                line,
                Text()
                .append(cell(line, 20), style("accent"))
                .append(helps[line].usage, style("dim"))
                if line in helps
                else Text(visible(line), style("accent")),
            )
            for line in (self._cycle.lines if self._cycle is not None else self._completions())
        ]

    def choose(self, id: str) -> None:
        """Take a line; the click of a mouse runs nothing."""
        self._take(id)

    def redraw(self) -> None:
        """Show what fits the line; nothing is highlighted but what TAB has put there."""
        if not self.is_mounted:
            return
        if self.typed != self._line:
            self._line, self._problem, self._cycle = self.typed, "", None
        super().redraw()
        at = self._cycle.at if self._cycle is not None else -1
        self.query_one(OptionList).highlighted = at if at >= 0 else None

    def action_complete(self, by: int = 1) -> None:
        """Complete the line as far as it is clear; then take one candidate after the other."""
        if self._cycle is not None:
            self._cycle = self._cycle.next(by)
            line = self._cycle.line or self.typed
        else:
            line, self._cycle = complete(self.typed, self._completions(), None)
        self._take(line, self._cycle)

    def do_complete(self) -> None:
        """Complete the line."""
        self.action_complete()

    def action_move(self, lines: int) -> None:
        """Recall an earlier line that begins with what was typed, or a later one."""
        if self._recall is None or self._recall.line != self.typed:
            self._recall = Recall.of(self.desk.preferences.commands, self.typed)
        self._recall = self._recall.moved(-lines)
        self._take(self._recall.line)

    def do_run(self) -> None:
        """Run what was typed."""
        self.entered()

    def entered(self) -> None:
        """Run what was typed, or say what is wrong with it; it is remembered in any case."""
        line = self.typed.strip()
        if not line:
            self.dismiss(None)
            return
        kept = self.desk.preferences.commands
        self.desk.remember(commands=(*(c for c in kept if c != line), line)[-_KEPT:])
        found = parse_command(line)
        if isinstance(found, CommandError):
            self._refuse(found.message)
            return
        if self.desk.read_only and _changes(found):
            self._refuse(f"this console is read-only: {found.word.name} is not there")
            return
        try:
            do = meaning(found, self.desk, self._doing)
        except OvmtuiError as error:
            self._refuse(str(error))
            return
        self.dismiss(do)

    def _refuse(self, why: str) -> None:
        self._problem = why
        self.redraw()

    def _take(self, line: str, cycle: Cycle | None = None) -> None:
        """Put `line` there; what TAB goes through stays when TAB has done it."""
        self._line, self._problem, self._cycle = line, "", cycle
        self.set_typed(line)
        self.redraw()

    def _completions(self) -> list[str]:
        snapshot, themes = self.desk.console.shown, self.desk.themes

        def names(kind: str, partial: Partial) -> Sequence[str]:
            return offered(kind, partial, snapshot=snapshot, themes=themes)

        return completions(self.typed, names)


def _changes(command: Command) -> bool:
    """Return whether it is there only where something may be changed."""
    planned = command.verb is not None and command.word.name != "plan"
    return planned or command.word.name in _CHANGING
