"""The main screen: all machines, the nodes above them, the output of jobs beside them."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.containers import Container, Horizontal
from textual.widget import Widget
from textual.widgets import Label

from ovmtui.model.identity import NodeKey, VmKey, subject_node
from ovmtui.model.vm import Vm
from ovmtui.ui import actions
from ovmtui.ui.desk import Changes, Desk
from ovmtui.ui.screens.home_texts import empty_text, resting_text
from ovmtui.ui.screens.output_actions import OutputActions
from ovmtui.ui.screens.pane_content import PaneContent
from ovmtui.ui.situation import Scope, Situation
from ovmtui.ui.viewmodel.rowkeeping import RowKeeper
from ovmtui.ui.viewmodel.rows import Row
from ovmtui.ui.widgets.candidates import CandidateLine
from ovmtui.ui.widgets.filter_input import FilterInput
from ovmtui.ui.widgets.grid import Grid
from ovmtui.ui.widgets.message_line import MessageLine
from ovmtui.ui.widgets.node_strip import NodeStrip
from ovmtui.ui.widgets.output_pane import OutputPane
from ovmtui.ui.widgets.title import TitleBar

_TICK = 1.0
"""Seconds between two looks at the clock."""


class HomeScreen(OutputActions):
    """Shows the newest snapshot and never waits for anything."""

    SCOPE = Scope.HOME
    BINDINGS = actions.bindings(Scope.HOME)

    def __init__(self, desk: Desk) -> None:
        """Begin with the whole pool, sorted by name."""
        super().__init__(desk)
        self._keeper = RowKeeper()

    def body(self) -> Iterable[Widget]:
        """Return title, nodes, machines, output and the filter."""
        yield TitleBar(id="title")
        yield NodeStrip(id="nodes")
        yield Container(Grid(id="grid"), OutputPane(id="pane"), id="middle")
        yield CandidateLine(id="candidates")
        yield Horizontal(Label("/", id="slash"), FilterInput(id="filter"), id="filtering")

    def on_mount(self) -> None:
        """Show what is known already."""
        super().on_mount()
        self.desk.trends.see(self.desk.console.shown)
        self.content = PaneContent(self.desk.console, self.query_one(OutputPane))
        self.query_one(Grid).focus()
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Fit everything into the new size."""
        super().on_resize()
        self.call_after_refresh(self.redraw)

    def on_screen_resume(self) -> None:
        """Catch up after another screen."""
        super().on_screen_resume()
        self.call_after_refresh(self.redraw)

    def updated(self, changes: Changes) -> None:
        """Show what is new."""
        # While the program ends, what was on the screen is taken down before the screen.
        if self.content is None or not self.query(Grid):
            return
        self.content.append(changes.events)
        if changes.snapshot:
            self.desk.trends.see(self.desk.console.shown)
        if not changes.is_output:
            self.redraw()

    @property
    def machine(self) -> Vm | None:
        """The machine under the cursor."""
        key = self.query_one(Grid).cursor if self.is_ready else None
        return self.desk.console.shown.vms.get(key) if key is not None else None

    def situation(self) -> Situation:
        """Return what the verbs of this screen depend on."""
        vm = self.machine
        pools = {pool.name: pool for pool in self.desk.console.shown.pools}
        return Situation(
            vm=vm,
            node=vm.nodes[0] if vm is not None and vm.nodes else self._any_node,
            pool_is_read_only=vm is not None and pools[vm.key.pool].read_only,
            verbs=pools[vm.key.pool].verbs if vm is not None else None,
            batches=len(self.desk.console.batches.states),
            job=self.machine_job,
            question=self.asking_job,
            colour=self.desk.colour,
            marked=self.marked,
        )

    @property
    def _any_node(self) -> NodeKey | None:
        """A node to begin with, where the machine is on none."""
        return next(iter(self.desk.console.shown.nodes), None)

    def follow(self, job: str) -> None:
        """Show the output of `job`, with the cursor on its machine."""
        for state in self.desk.console.jobs:
            if state.job == job:
                # A job about a node has no row: its output is shown with all others'.
                about_node = subject_node(state.vm) is not None
                if not about_node:
                    self.go_to(state.vm)
                if self.content is not None:
                    self.content.merged = about_node
        self.redraw()

    def go_to(self, vm: VmKey) -> None:
        """Put the cursor on `vm`; a filter that hides it is taken away."""
        if self.rows is not None and vm not in self.rows.keys:
            self.set_filter("")
        self.query_one(Grid).move_to(vm)

    def do_refresh(self) -> None:
        """Look at every node now."""
        self.desk.console.refresh()
        self.desk.repaint()
        self.desk.say("every node is asked now")

    def do_copy(self) -> None:
        """Copy the output when it has the focus, else the row."""
        pane = self.query_one(OutputPane)
        row = self._row_under_cursor()
        if pane.has_focus:
            self.app.copy_to_clipboard(pane.text())
            self.desk.say("the output is copied")
        elif row is not None:
            self.app.copy_to_clipboard("  ".join(c.text for c in row.cells if c.text.strip()))
            self.desk.say("the row is copied")

    def do_theme(self) -> None:
        """Take the next theme."""
        self.desk.next_theme()

    def theme_changed(self) -> None:
        """Paint everything with the new theme."""
        self.query_one(Grid).theme_changed()
        self.query_one(OutputPane).theme_changed()
        self.redraw()

    @on(Grid.CursorMoved)
    def _cursor_moved(self, event: Grid.CursorMoved) -> None:
        if event.lost is not None and event.lost not in self.desk.console.shown.vms:
            now = f"the cursor is on {self.machine.name} now" if self.machine else "none is left"
            self.desk.say(f"the machine under the cursor is gone; {now}", "warning")
        self._redraw_about_cursor()

    def _row_under_cursor(self) -> Row | None:
        key = self.query_one(Grid).cursor
        rows = self.rows.rows if self.rows else ()
        return next((row for row in rows if row.key == key), None)

    def _tick(self) -> None:
        """Let ages and running times go on, while somebody looks."""
        if not self.is_current:
            return
        if self.desk.replay is not None or any(job.running for job in self.desk.console.jobs):
            self.redraw()
        else:
            self._redraw_title()

    def reload(self) -> None:
        """Show everything anew, the output included."""
        if self.content is not None:
            self.content.reload()
        self.redraw()

    def redraw(self) -> None:
        """Show the newest snapshot as it is to be viewed."""
        if not self.is_ready or self.content is None:
            return
        console = self.desk.console
        self.lay_out()
        self.query_one(OutputPane).show_times(self.desk.preferences.times)
        self.rows = self._keeper.rows(
            console.shown,
            self.view,
            jobs=console.jobs,
            now=console.monotonic(),
            wall=console.wall(),
            trends=self.desk.trends,
        )
        grid = self.query_one(Grid)
        grid.empty_text = empty_text(self.desk, filtered=bool(self.view.filter_text))
        grid.show(self.rows, self.view)
        self._redraw_lines()
        self._redraw_about_cursor()

    def _redraw_title(self) -> None:
        """Show the title, whose times go on."""
        if self.rows is not None:
            self.query_one(TitleBar).show(self.desk, self.view, self.rows)

    def _redraw_lines(self) -> None:
        """Show the title and the nodes."""
        self._redraw_title()
        console, desk = self.desk.console, self.desk
        self.query_one(NodeStrip).show(
            console.shown,
            wall_offset=console.wall() - console.monotonic(),
            style=desk.style,
        )

    def _redraw_about_cursor(self) -> None:
        """Show what depends on the machine under the cursor."""
        if self.content is None:
            return
        vm = self.machine
        self.content.show_for(vm.key if vm else None)
        self.query_one(MessageLine).rest(
            *resting_text(self.desk, rows=self.rows, asking=self.asking_job, vm=vm)
        )
        self.refresh_bar()
