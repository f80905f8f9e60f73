"""The way from the main screen to the other pages, and out of the console."""

from __future__ import annotations

from abc import abstractmethod

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.plan.intent import Intent
from ovmtui.runtime.companions import Wanted
from ovmtui.ui.screens.alerts import AlertsScreen
from ovmtui.ui.screens.batch import BatchScreen
from ovmtui.ui.screens.check import CheckScreen
from ovmtui.ui.screens.command import CommandScreen
from ovmtui.ui.screens.details import DetailsScreen
from ovmtui.ui.screens.finding import FindScreen
from ovmtui.ui.screens.history import HistoryScreen
from ovmtui.ui.screens.jobs import JobsScreen
from ovmtui.ui.screens.listing import Picker
from ovmtui.ui.screens.messages import MessagesScreen
from ovmtui.ui.screens.node_actions import NodeActions
from ovmtui.ui.screens.nodes import NodesScreen
from ovmtui.ui.screens.plan_look import PlanLook
from ovmtui.ui.screens.quit import quit_question
from ovmtui.ui.screens.settings import SettingsScreen
from ovmtui.ui.screens.sources import SourcesScreen
from ovmtui.ui.viewmodel.filters import only_on


class PageActions(NodeActions):
    """Opens pages, and takes up what they give."""

    @abstractmethod
    def go_to(self, vm: VmKey) -> None:
        """Put the cursor on `vm`."""

    def do_details(self) -> None:
        """Show all that is known of the machine."""
        if self.machine is not None:
            self.app.push_screen(DetailsScreen(self.desk, self.machine.key))

    def do_jobs(self) -> None:
        """Show the jobs."""
        self.app.push_screen(JobsScreen(self.desk), lambda job: self.follow(job) if job else None)

    def do_batches(self) -> None:
        """Show the batch, or choose among several."""
        states = self.desk.console.batches.states
        if len(states) == 1:
            self.show_batch(states[0].batch)
        elif states:
            choices = [(s.batch, f"{s.title}  {s.counts}") for s in reversed(states)]
            picker = Picker(self.desk, title="several machines at once", choices=choices)
            self.app.push_screen(picker, lambda batch: self.show_batch(batch) if batch else None)

    def show_batch(self, batch: str) -> None:
        """Show how a batch gets on, and then the output that is chosen."""
        screen = BatchScreen(self.desk, batch)
        self.app.push_screen(screen, lambda job: self.follow(job) if job else None)

    def do_nodes(self) -> None:
        """Show the nodes."""
        self._show_nodes()

    def do_alerts(self) -> None:
        """Show the alerts, and go to the one that is chosen."""
        self.app.push_screen(AlertsScreen(self.desk), self._look_at)

    def do_check(self) -> None:
        """Show what a check of every pool finds."""
        self.app.push_screen(CheckScreen(self.desk), lambda job: self.follow(job) if job else None)

    def do_history(self) -> None:
        """Show who did what."""
        self.app.push_screen(HistoryScreen(self.desk))

    def show_history(self, words: str, wanted: Wanted, job: str) -> None:
        """Show the jobs that are wanted, with `words` in them; with `job` that one's log."""
        self.app.push_screen(HistoryScreen(self.desk, words, wanted=wanted, job=job))

    def look_at(self, intent: Intent) -> None:
        """Show the plan of `intent`, which cannot be run from there."""
        self.app.push_screen(PlanLook(self.desk, intent))

    def do_messages(self) -> None:
        """Show what the message line said."""
        self.app.push_screen(MessagesScreen(self.desk))

    def do_sources(self) -> None:
        """Show where each figure comes from."""
        self.app.push_screen(SourcesScreen(self.desk))

    def do_settings(self) -> None:
        """Show what can be chosen."""
        self.app.push_screen(SettingsScreen(self.desk))

    def do_command(self) -> None:
        """Open the command line."""
        self.app.push_screen(CommandScreen(self.desk, self), lambda do: do() if do else None)

    def do_find(self) -> None:
        """Jump to something by a few letters of its name."""
        self.app.push_screen(FindScreen(self.desk), self._found)

    def do_quit(self) -> None:
        """Leave, after a yes when jobs run."""
        running = [job for job in self.desk.console.jobs if job.running]
        if not running:
            self.app.exit()
            return
        self.app.push_screen(
            quit_question(self.desk, running), lambda yes: self.app.exit() if yes else None
        )

    @abstractmethod
    def set_filter(self, text: str) -> None:
        """Show only what fits `text`; empty shows everything."""

    @abstractmethod
    def sort_by(self, column: str | None) -> None:
        """Choose the order."""

    @abstractmethod
    def group_by(self, group: str | None) -> None:
        """Group the rows."""

    def _look_at(self, subject: VmKey | NodeKey | None) -> None:
        if isinstance(subject, NodeKey):
            self._show_nodes(subject)
        elif subject is not None:
            self.go_to(subject)

    def _show_nodes(self, node: NodeKey | None = None) -> None:
        self.app.push_screen(NodesScreen(self.desk, self, first=node), self._filter_node)

    def _filter_node(self, node: NodeKey | None) -> None:
        if node is not None:
            self.set_filter(only_on(node, self.desk.console.shown))

    def _found(self, found: VmKey | str | None) -> None:
        match found:
            case VmKey():
                self.go_to(found)
            case str() if any(job.job == found for job in self.desk.console.jobs):
                self.follow(found)
            case str():
                self.set_filter(found)
