"""What a check of every pool has found, with why it matters and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Static

from ovmtui.errors import OvmtuiError
from ovmtui.model.identity import NodeKey, node_subject
from ovmtui.model.text import visible
from ovmtui.plan.checkup.diagnosis import Diagnosis
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.plan.verdict import Standing
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.screens.plan import PlanScreen
from ovmtui.ui.screens.setting_up import setup_page
from ovmtui.ui.situation import Scope, Situation

_MARKS = {
    Standing.HOLDS: ("● ok", "ok"),
    Standing.FAILS: ("✖ NO", "danger"),
    Standing.UNKNOWN: ("? ??", "unknown"),
}
_PLACE, _SUBJECT = 16, 30
_FRAME = 8
"""Columns of blanks between the cells, of the margins and of the scroll bar."""
_SETUP = "ovmtui setup "
_ABOUT = 4
"""Lines below the list about the one under the cursor."""


class CheckScreen(ListScreen[str]):
    """Checks, shows, and plans what mends; gives the id of a job that was started."""

    SCOPE = Scope.CHECK
    BINDINGS = actions.bindings(Scope.CHECK)

    def __init__(self, desk: Desk) -> None:
        """Begin before the first answer."""
        super().__init__(desk, empty="nothing is wrong")
        self._found: tuple[Diagnosis, ...] = ()
        self._unchecked: tuple[str, ...] = ()
        """Pools whose check failed, with the reason."""
        self._checking = True
        self._bad_only = False

    def body(self) -> Iterable[Widget]:
        """Return the list, and below it what is to be known of the line under the cursor."""
        yield from super().body()
        about = Static(id="about", markup=False)
        about.styles.height = _ABOUT
        yield about

    def on_mount(self) -> None:
        """Check at once."""
        super().on_mount()
        self.do_again()

    def title_text(self) -> tuple[str, str]:
        """Return how much is not well."""
        bad = sum(not one.is_well for one in self._found)
        said = f"{bad} of {len(self._found)} not as they should be" if self._found else ""
        if self._checking:
            return "check", f"{said}  the nodes are being asked …".lstrip()
        failed = f"not checked: {len(self._unchecked)} pools" if self._unchecked else ""
        return "check", "  ".join(filter(None, (said, failed)))

    def empty_text(self) -> str:
        """Return that nothing is wrong, once that is known."""
        if self._checking:
            return "the nodes are being asked …"
        if self._unchecked:
            return "; ".join(self._unchecked)
        return super().empty_text()

    def columns(self) -> Text:
        """Return the heads."""
        heads = cell("", 5) + cell("WHERE", _PLACE) + cell("WHAT", _SUBJECT) + "SEEN"
        return Text(heads, self.desk.style("heading"))

    def items(self) -> Sequence[Item]:
        """Return what was found."""
        return [
            Item(id, self._line(one))
            for id, one in self._by_id().items()
            if not (self._bad_only and one.is_well)
        ]

    def redraw(self) -> None:
        """Show what was found, and what is to be known of one line."""
        super().redraw()
        self._tell()

    def refresh_bar(self) -> None:
        """Show the keys that do something for the line under the cursor, and its text."""
        super().refresh_bar()
        if self.is_ready:
            self._tell()

    def situation(self) -> Situation:
        """Return what stands in the way of mending."""
        one = self._one()
        if one is None:
            return Situation(mend_obstacle="nothing is chosen", copy_obstacle="nothing is chosen")
        if one.fix is None:
            why = "nothing is wrong there" if one.is_well else "nothing is known that mends it"
            return Situation(mend_obstacle=why, copy_obstacle=why)
        if one.fix.command is None and self._setup_node(one) is None:
            return Situation(mend_obstacle=f"this is for you to do: {one.fix.text}")
        return Situation()

    def choose(self, id: str) -> None:
        """Plan what mends it, or say why that cannot be."""
        self.action_do("check.mend")

    def do_mend(self) -> None:
        """Show the plan that mends the line under the cursor."""
        one = self._one()
        assert one is not None
        node = self._setup_node(one)
        if node is not None:
            self.run_worker(self._plan_setup(node), exclusive=True, name="setup")
            return
        assert one.fix is not None
        assert one.fix.node is not None
        intent = Intent(Verb.MEND, node_subject(one.fix.node), one.fix.node)
        self._show_plan(intent, lambda: self.desk.console.checkup.mend(one))

    def do_copy(self) -> None:
        """Copy what mends it."""
        one = self._one()
        if one is not None and one.fix is not None:
            self.app.copy_to_clipboard(visible(one.fix.text))
            self.desk.say("what mends it is copied")

    def do_bad(self) -> None:
        """Show all, or only what is not well."""
        self._bad_only = not self._bad_only
        self.redraw()

    def do_again(self) -> None:
        """Check everything anew."""
        self._checking = True
        self.run_worker(self._check(), exclusive=True, name="check")
        self.call_after_refresh(self.redraw)

    async def _check(self) -> None:
        console = self.desk.console
        found: list[Diagnosis] = []
        unchecked: list[str] = []
        for pool in console.shown.pools:
            try:
                found += await console.checkup.pool(pool.name, locks=not self.desk.read_only)
            except OvmtuiError as error:
                unchecked.append(f"{pool.name}: {error}")
                self.desk.say(unchecked[-1], "error")
            # What is wrong stands first, in the order of the nodes.
            self._found = tuple(sorted(found, key=lambda one: one.is_well))
            self.redraw()
        self._unchecked = tuple(unchecked)
        self._checking = False
        self.redraw()

    async def _plan_setup(self, node: NodeKey) -> None:
        page = await setup_page(self.desk, node)
        if page is not None:
            self.app.push_screen(page, self._planned)

    def _show_plan(self, intent: Intent, make: Callable[[], Plan]) -> None:
        self.app.push_screen(PlanScreen(self.desk, intent, make=lambda _: make()), self._planned)

    def _planned(self, job: str | None) -> None:
        if job:
            self.dismiss(job)

    def _setup_node(self, one: Diagnosis) -> NodeKey | None:
        """Return the node that `ovmtui setup` would mend, where that is the mend."""
        if one.fix is not None and one.fix.text.startswith(_SETUP):
            return one.node
        return None

    def _one(self) -> Diagnosis | None:
        chosen = self.highlighted if self.is_ready else None
        return self._by_id().get(chosen) if chosen is not None else None

    def _by_id(self) -> dict[str, Diagnosis]:
        """Return what was found by where and what it is about, which a new check keeps."""
        found: dict[str, Diagnosis] = {}
        for one in self._found:
            id, number = f"{one.place} {one.subject}", 2
            while id in found:
                id, number = f"{one.place} {one.subject} {number}", number + 1
            found[id] = one
        return found

    def _line(self, one: Diagnosis) -> Text:
        mark, role = _MARKS[one.verdict.standing]
        line = Text().append(cell(mark, 5), self.desk.style(role))
        line.append(cell(one.place, _PLACE) + cell(one.subject, _SUBJECT), self.desk.style("text"))
        room = max(10, self.size.width - 5 - _PLACE - _SUBJECT - _FRAME)
        line.append(cell(one.verdict.text, room), self.desk.style("dim"))
        return line

    def _tell(self) -> None:
        one = self._one()
        text = Text()
        if one is not None:
            style = self.desk.style
            text.append(f" {one.subject}: ", style("accent"))
            text.append(visible(one.verdict.text, limit=600), style("text"))
            if one.why:
                text.append("\n why   ", style("dim"))
                text.append(visible(one.why), style("text"))
            if one.fix is not None:
                text.append("\n mend  ", style("dim"))
                text.append(visible(one.fix.text), style("command"))
        self.query_one("#about", Static).update(text)
