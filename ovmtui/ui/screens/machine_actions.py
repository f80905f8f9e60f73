"""The verbs of the main screen: from a key to a plan, and from the plan back with its job."""

from __future__ import annotations

from abc import abstractmethod

from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import JobState
from ovmtui.model.vm import Vm
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.leftovers import leftovers
from ovmtui.ui.screens.alerts import AlertsScreen
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.screens.check import CheckScreen
from ovmtui.ui.screens.details import DetailsScreen
from ovmtui.ui.screens.help import HelpScreen
from ovmtui.ui.screens.jobs import JobsScreen, cancel_question, cancelling
from ovmtui.ui.screens.listing import Picker
from ovmtui.ui.screens.messages import MessagesScreen
from ovmtui.ui.screens.nodes import NodesScreen
from ovmtui.ui.screens.plan import PlanScreen
from ovmtui.ui.screens.question import QuestionScreen
from ovmtui.ui.screens.quit import quit_question
from ovmtui.ui.screens.several import SeveralScreen
from ovmtui.ui.screens.targets import TargetsScreen


class MachineActions(ActionScreen[None]):
    """What can be done to the machine under the cursor, and the way to other pages."""

    @property
    @abstractmethod
    def machine(self) -> Vm | None:
        """The machine under the cursor."""

    @property
    @abstractmethod
    def marks(self) -> frozenset[VmKey]:
        """The marked machines, hidden ones included."""

    @property
    def marked(self) -> int:
        """How many machines are marked."""
        return len(self.marks)

    @abstractmethod
    def follow(self, job: str) -> None:
        """Show the output of `job`."""

    @abstractmethod
    def go_to(self, vm: VmKey) -> None:
        """Put the cursor on `vm`."""

    @property
    def machine_job(self) -> JobState | None:
        """The job that runs for the machine under the cursor."""
        vm = self.machine
        running = [job for job in self.desk.console.jobs if job.running and vm is not None]
        return next((job for job in running if vm is not None and job.vm == vm.key), None)

    @property
    def asking_job(self) -> JobState | None:
        """The job that waits for an answer: the machine's own, else the oldest."""
        own = self.machine_job
        if own is not None and own.choices:
            return own
        return next((job for job in self.desk.console.jobs if job.running and job.choices), None)

    def do_start(self) -> None:
        """Plan a start on the best node."""
        self._plan(Verb.START)

    def do_stop(self) -> None:
        """Plan a stop."""
        self._plan(Verb.STOP)

    def do_migrate(self) -> None:
        """Choose the target, then plan the migration."""
        vm = self._subject()
        if vm is not None:
            self.app.push_screen(
                TargetsScreen(self.desk, vm.key),
                lambda node: self._plan_for(Intent(Verb.MIGRATE, vm.key, node)) if node else None,
            )

    def do_ha(self) -> None:
        """Plan HA off when it is on, on when it is off; ask when it is unknown."""
        vm = self._subject()
        if vm is None:
            return
        if vm.ha.state is HaState.UNKNOWN:
            choices = [
                (Verb.HA_OFF.value, "switch it off"),
                (Verb.HA_ON.value, "switch it on"),
            ]
            why = vm.ha.reason or "nobody has stated it yet"
            self.app.push_screen(
                Picker(self.desk, title=f"HA of {vm.name} is unknown", choices=choices, aside=why),
                lambda verb: self._plan_for(Intent(Verb(verb), vm.key)) if verb else None,
            )
            return
        self._plan(Verb.HA_OFF if vm.ha.state is HaState.ON else Verb.HA_ON)

    def do_destroy(self) -> None:
        """Plan a destroy; of several copies one is chosen first."""
        vm = self._subject()
        if vm is None:
            return
        if len(vm.nodes) < 2:
            self._plan(Verb.DESTROY)
            return
        choices = [
            (
                copy.node.name,
                f"{copy.node.name}  {copy.domain.name}  {copy.domain.state.value}"
                f"  id {copy.domain.domid}  cpu time {copy.domain.cpu_seconds:.0f} s",
            )
            for copy in {copy.node: copy for copy in vm.copies}.values()
        ]
        picker = Picker(self.desk, title=f"destroy which copy of {vm.name}?", choices=choices)
        self.app.push_screen(
            picker,
            lambda name: (
                self._plan_for(Intent(Verb.DESTROY, vm.key, NodeKey(vm.key.pool, name)))
                if name
                else None
            ),
        )

    def do_repair(self) -> None:
        """Plan the repair of what is left over; where there are several, one is chosen."""
        vm = self._subject()
        if vm is None:
            return
        found = leftovers(vm, self.desk.console.snapshot)
        if len({left.node for left in found}) < 2:
            self._plan(Verb.REPAIR)
            return
        choices = [(left.node.name, f"{left.node.name}  {left.what}") for left in found]
        picker = Picker(self.desk, title=f"mend which leftover of {vm.name}?", choices=choices)
        self.app.push_screen(
            picker,
            lambda name: (
                self._plan_for(Intent(Verb.REPAIR, vm.key, NodeKey(vm.key.pool, name)))
                if name
                else None
            ),
        )

    def do_mend_ha(self) -> None:
        """Plan HA to be what is wanted, for every marked machine where some are marked."""
        if not self.marks:
            self._plan(Verb.MEND_HA)
            return
        intents = [Intent(Verb.MEND_HA, vm) for vm in sorted(self.marks)]
        self.app.push_screen(
            SeveralScreen(self.desk, intents, verb="mend HA"),
            lambda job: self.follow(job) if job else None,
        )

    def do_freeze(self) -> None:
        """Plan the machine's service to be frozen, or thawed where it is."""
        vm = self.machine
        frozen = vm is not None and vm.service is not None and bool(vm.service.frozen_on)
        self._plan(Verb.THAW if frozen else Verb.FREEZE)

    def do_check(self) -> None:
        """Show what a check of every pool finds."""
        self.app.push_screen(CheckScreen(self.desk), lambda job: self.follow(job) if job else None)

    def do_answer(self) -> None:
        """Open the question of a job."""
        job = self.asking_job
        if job is not None:
            self.app.push_screen(QuestionScreen(self.desk, job))

    def do_cancel(self) -> None:
        """Stop waiting in the machine's job, after a yes."""
        job = self.machine_job
        if job is not None:
            self.app.push_screen(cancel_question(self.desk, job), cancelling(self.desk, job))

    def do_details(self) -> None:
        """Show all that is known of the machine."""
        if self.machine is not None:
            self.app.push_screen(DetailsScreen(self.desk, self.machine.key))

    def do_jobs(self) -> None:
        """Show the jobs."""
        self.app.push_screen(JobsScreen(self.desk), lambda job: self.follow(job) if job else None)

    def do_nodes(self) -> None:
        """Show the nodes."""
        self.app.push_screen(NodesScreen(self.desk))

    def do_alerts(self) -> None:
        """Show the alerts, and go to the one that is chosen."""
        self.app.push_screen(AlertsScreen(self.desk), lambda vm: self.go_to(vm) if vm else None)

    def do_messages(self) -> None:
        """Show what the message line said."""
        self.app.push_screen(MessagesScreen(self.desk))

    def do_help(self) -> None:
        """Show all keys."""
        self.app.push_screen(HelpScreen(self.desk))

    def do_quit(self) -> None:
        """Leave, after a yes when jobs run."""
        running = [job for job in self.desk.console.jobs if job.running]
        if not running:
            self.app.exit()
            return
        self.app.push_screen(
            quit_question(self.desk, running), lambda yes: self.app.exit() if yes else None
        )

    def _subject(self) -> Vm | None:
        """Return the machine that a verb is for, and say so when others are marked."""
        vm = self.machine
        if vm is not None and self.marked:
            self.desk.say(self._only(vm))
        return vm

    def _only(self, vm: Vm) -> str:
        return f"{self.marked} marked; this is for {vm.name}, under the cursor, only"

    def _plan(self, verb: Verb) -> None:
        vm = self._subject()
        if vm is not None:
            self._plan_for(Intent(verb, vm.key))

    def _plan_for(self, intent: Intent) -> None:
        vm = self.desk.console.snapshot.vms.get(intent.vm)
        if vm is None:
            self.desk.say("that machine is not known any more", "warning")
            return
        remarks = (self._only(vm),) if self.marked else ()
        self.app.push_screen(
            PlanScreen(self.desk, intent, remarks=remarks),
            lambda job: self.follow(job) if job else None,
        )
