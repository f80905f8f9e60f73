"""One verb on several machines: a plan for each, before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text
from textual import work
from textual.widget import Widget

from ovmtui.errors import OvmtuiError
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import PoolView
from ovmtui.model.text import visible
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Verb
from ovmtui.plan.plan import Confirmation
from ovmtui.runtime.companions import order_of
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page
from ovmtui.ui.screens.confirm import TypeName
from ovmtui.ui.screens.plan_text import short_steps
from ovmtui.ui.situation import Scope, Situation
from ovmtui.ui.widgets.line import Line

_MOST = 16
"""Jobs at a time, at most."""


class SeveralScreen(Page[str]):
    """Shows the plans of several machines and runs them as a batch; gives the batch.

    Each is a job of its own, which is planned anew in its turn and fails by itself.
    """

    SCOPE = Scope.SEVERAL
    BINDINGS = actions.bindings(Scope.SEVERAL)

    def __init__(
        self,
        desk: Desk,
        moves: Sequence[Move],
        *,
        title: str,
        verb: Verb,
        hidden: Sequence[str] = (),
        emptied: NodeKey | None = None,
        filled: NodeKey | None = None,
    ) -> None:
        """Offer to run `moves`; `hidden` are names that the operator does not see now.

        An `emptied` node is put into maintenance first, a `filled` one taken out of it.
        """
        super().__init__(desk)
        self._moves = moves
        self._title = title
        self._verb = verb
        self._hidden = hidden
        self._emptied = emptied
        self._filled = filled
        self._parallel = 1
        self._begun = False

    def body(self) -> Iterable[Widget]:
        """Return the page, under a band when a pool is in production."""
        if self._production:
            yield Line(id="band")
        yield from super().body()

    def redraw(self) -> None:
        """Show the plans."""
        super().redraw()
        for band in self.query("#band").results(Line):
            names = ", ".join(visible(pool.label) for pool in self._production)
            text = f" PRODUCTION  {names}".ljust(self.size.width)
            band.set_text(Text(text, self.desk.band(self._production[0])))

    def title_text(self) -> tuple[str, str]:
        """Return the verb, and how many machines it is for."""
        left = len(self._moves) - len(self._ready)
        out = f"{left} left out  " if left else ""
        return self._title, f"{out}{self._parallel} at a time"

    def content(self) -> RenderableType:
        """Return every step of every plan, and why some machines have none."""
        style = self.desk.style
        parts: list[RenderableType] = []
        if self._hidden:
            names = ", ".join(map(visible, self._hidden))
            text = f"not shown by the filter, and meant all the same: {names}"
            parts += [Text(text, style("warn")), Text()]
        if self._emptied is not None and not self._ready:
            text = f"nothing can be moved, and {visible(self._emptied.name)} stays as it is"
            parts += [Text(text, style("warn")), Text()]
        elif self._emptied is not None:
            text = f"{visible(self._emptied.name)} is kept in maintenance: nothing is put on it"
            parts += [Text(text, style("text")), Text()]
        if self._filled is not None:
            text = f"{visible(self._filled.name)} is taken out of maintenance"
            parts += [Text(text, style("text")), Text()]
        for move in self._moves:
            if move.plan is None:
                parts.append(Text(f"✗ {visible(move.name)}: left out", style("warn")))
                parts += [Text(f"     {visible(why)}", style("text")) for why in move.reasons]
        for move in self._ready:
            assert move.plan is not None
            parts.append(Text(visible(move.plan.title), style("accent")))
            parts.append(short_steps(move.plan, style=style))
        return Group(*parts)

    def situation(self) -> Situation:
        """Return what stands in the way of running them."""
        return Situation(obstacle="" if self._ready else "there is no plan")

    def do_more(self) -> None:
        """Run one more at a time."""
        self._set_parallel(self._parallel + 1)

    def do_fewer(self) -> None:
        """Run one less at a time."""
        self._set_parallel(self._parallel - 1)

    def do_run(self) -> None:
        """Run every plan as a job of its own, after what has to be typed."""
        if not self._must_be_typed:
            self._named(typed=True)
            return
        word = self._emptied.name if self._emptied else f"{self._verb.value} {len(self._ready)}"
        names = ", ".join(visible(move.name) for move in self._ready)
        question = TypeName(self.desk, name=word, title=self._title, text=f"For: {names}.")
        self.app.push_screen(question, self._named)

    def _named(self, typed: bool | None) -> None:
        # A second key that comes before the page has gone begins nothing twice.
        if typed and not self._begun:
            self._begun = True
            self._begin()

    @property
    def _ready(self) -> list[Move]:
        return [move for move in self._moves if move.plan is not None]

    @property
    def _production(self) -> list[PoolView]:
        concerned = {move.vm.pool for move in self._moves}
        pools = self.desk.console.shown.pools
        return [pool for pool in pools if pool.production and pool.name in concerned]

    @property
    def _must_be_typed(self) -> bool:
        typed = Confirmation.TYPE_NAME
        return any(m.plan.confirmation is typed for m in self._ready if m.plan is not None)

    def _set_parallel(self, number: int) -> None:
        self._parallel = max(1, min(number, _MOST, max(1, len(self._ready))))
        self.redraw()

    @work
    async def _begin(self) -> None:
        console = self.desk.console
        order = order_of(
            self._moves,
            title=self._title,
            parallel=self._parallel,
            emptied=self._emptied,
            filled=self._filled,
        )
        try:
            batch = await console.batches.begin(order)
        except OvmtuiError as error:
            self._begun = False
            self.desk.say(str(error), "error")
            return
        self.dismiss(batch)
