"""Jumping to a machine, node, pool or job by some letters of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from ovmtui.model.identity import VmKey
from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.listing import Item, cell
from ovmtui.ui.screens.prompt import Prompt
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.filters import only_on
from ovmtui.ui.viewmodel.fuzzy import best

_SHOWN = 100


class FindScreen(Prompt["VmKey | str"]):
    """Gives the machine, the job's id, or the filter that shows a node or pool."""

    SCOPE = Scope.FIND
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(Scope.FIND), *Prompt.MOVES]

    def __init__(self, desk: Desk) -> None:
        """Look among all that is known."""
        super().__init__(
            desk, title="find", hint="letters of a name", empty="nothing has those letters"
        )
        self._found: list[tuple[str, tuple[str, VmKey | str]]] = []

    def columns(self) -> Text:
        """Return no heads."""
        return Text()

    def items(self) -> Sequence[Item]:
        """Return what fits, the best first."""
        self._found = best(self.typed, self._named(), limit=_SHOWN)
        style = self.desk.style
        return [
            Item(
                f"{kind} {target}",
                Text().append(cell(kind, 9), style("dim")).append(visible(name), style("text")),
            )
            for name, (kind, target) in self._found
        ]

    def choose(self, id: str) -> None:
        """Give what was chosen."""
        targets = {f"{kind} {target}": target for _, (kind, target) in self._found}
        if id in targets:
            self.dismiss(targets[id])

    def entered(self) -> None:
        """Give the highlighted one."""
        if self.highlighted is not None and self._found:
            self.choose(self.highlighted)

    def do_go(self) -> None:
        """Give the highlighted one."""
        self.entered()

    def _named(self) -> list[tuple[str, tuple[str, VmKey | str]]]:
        console = self.desk.console
        snapshot = console.shown
        found: list[tuple[str, tuple[str, VmKey | str]]] = [
            (vm.shown, ("machine", vm.key)) for vm in snapshot.vms.values()
        ]
        found += [(node.name, ("node", only_on(node, snapshot))) for node in snapshot.nodes]
        found += [(pool.name, ("pool", f"pool:{pool.name}")) for pool in snapshot.pools]
        found += [(job.title, ("job", job.job)) for job in reversed(console.jobs)]
        return found
