"""The verbs of the main screen: from a key to a plan, and from the plan back with its job."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial

from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.vm import Vm, VmState
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.leftovers import leftovers
from ovmtui.ui.planning import planned
from ovmtui.ui.screens.job_actions import JobActions
from ovmtui.ui.screens.listing import Picker
from ovmtui.ui.screens.plan import PlanScreen
from ovmtui.ui.screens.several import SeveralScreen
from ovmtui.ui.screens.targets import TargetsScreen, described

_SPREAD = "each to the node that is best for it"


class MachineActions(JobActions):
    """What can be done to the marked machines, or to the one under the cursor."""

    @property
    @abstractmethod
    def marks(self) -> frozenset[VmKey]:
        """The marked machines, hidden ones included."""

    @property
    @abstractmethod
    def hidden_marks(self) -> Sequence[str]:
        """Names of the marked machines that the filter hides."""

    @abstractmethod
    def follow(self, job: str) -> None:
        """Show the output of `job`."""

    @abstractmethod
    def show_batch(self, batch: str) -> None:
        """Show how a batch gets on."""

    @property
    def marked(self) -> int:
        """How many machines are marked."""
        return len(self.marks)

    def do_start(self) -> None:
        """Plan a start on the best node."""
        self._plan(Verb.START)

    def do_stop(self) -> None:
        """Plan a stop."""
        self._plan(Verb.STOP)

    def do_migrate(self) -> None:
        """Choose the target, then plan the migration; for several one target, or each its best."""
        if self.marks:
            self._choose_for_all(
                f"move {self.marked} machines", self._targets_of_all(), self._move_all
            )
        elif (vm := self.machine) is not None:
            self.app.push_screen(
                TargetsScreen(self.desk, vm.key),
                lambda node: self.plan_for(Intent(Verb.MIGRATE, vm.key, node)) if node else None,
            )

    def do_reboot(self) -> None:
        """Plan a reboot."""
        self._plan(Verb.REBOOT)

    def do_pause_unpause(self) -> None:
        """Plan a pause of what runs, its end for what is paused; ask which for several."""
        vm = self.machine
        if self.marks:
            choices = [(Verb.PAUSE.value, "pause them"), (Verb.UNPAUSE.value, "let them go on")]
            title = f"pause {self.marked} machines, or let them go on"
            self._choose_for_all(title, choices, lambda verb: self._plan(Verb(verb)))
        elif vm is not None:
            self._plan(Verb.UNPAUSE if vm.state is VmState.PAUSED else Verb.PAUSE)

    def do_ha(self) -> None:
        """Plan HA off when it is on, on when it is off; ask when it is unknown, or for several."""
        vm = self.machine
        switches = [
            (Verb.HA_OFF.value, "switch it off"),
            (Verb.HA_ON.value, "switch it on"),
        ]
        if self.marks:
            title = f"HA of {self.marked} machines"
            self._choose_for_all(title, switches, lambda verb: self._plan(Verb(verb)))
        elif vm is not None and vm.ha.state is HaState.UNKNOWN:
            why = vm.ha.reason or "nobody has stated it yet"
            self.app.push_screen(
                Picker(
                    self.desk, title=f"HA of {vm.shown} is unknown", choices=switches, aside=why
                ),
                lambda verb: self.plan_for(Intent(Verb(verb), vm.key)) if verb else None,
            )
        elif vm is not None:
            self._plan(Verb.HA_OFF if vm.ha.state is HaState.ON else Verb.HA_ON)

    def do_destroy(self) -> None:
        """Plan a destroy; of several copies one is chosen first."""
        vm = self.machine
        if self.marks or vm is None or len(vm.nodes) < 2:
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
        self._choose_copy(vm, Verb.DESTROY, f"destroy which copy of {vm.shown}?", choices)

    def do_repair(self) -> None:
        """Plan the repair of what is left over; where there are several, one is chosen."""
        vm = self.machine
        if vm is None:
            return
        found = leftovers(vm, self.desk.console.shown)
        if len({left.node for left in found}) < 2:
            self._plan_one(Verb.REPAIR)
            return
        choices = [(left.node.name, f"{left.node.name}  {left.what}") for left in found]
        self._choose_copy(vm, Verb.REPAIR, f"mend which leftover of {vm.shown}?", choices)

    def do_mend_ha(self) -> None:
        """Plan HA to be what is wanted."""
        self._plan(Verb.MEND_HA)

    def do_freeze(self) -> None:
        """Plan the machine's service to be frozen, or thawed where it is."""
        vm = self.machine
        frozen = vm is not None and vm.service is not None and bool(vm.service.frozen_on)
        self._plan_one(Verb.THAW if frozen else Verb.FREEZE)

    def plan_for(self, intent: Intent) -> None:
        """Show the plan of one machine."""
        vm = self.desk.console.shown.vms.get(intent.vm)
        if vm is None:
            self.desk.say("that machine is not known any more", "warning")
            return
        remarks = (self._only(vm),) if self.marked else ()
        self.app.push_screen(
            PlanScreen(self.desk, intent, remarks=remarks),
            lambda job: self.follow(job) if job else None,
        )

    def plan_for_all(
        self,
        moves: Sequence[Move],
        *,
        title: str,
        verb: Verb,
        emptied: NodeKey | None = None,
        filled: NodeKey | None = None,
    ) -> None:
        """Show the plans of several machines: the marked ones, or those of a node."""
        concerned = {move.vm for move in moves}
        marked = concerned == self.marks
        screen = SeveralScreen(
            self.desk,
            moves,
            title=title,
            verb=verb,
            hidden=tuple(self.hidden_marks) if marked else (),
            emptied=emptied,
            filled=filled,
        )
        self.app.push_screen(screen, lambda batch: self.show_batch(batch) if batch else None)

    def _only(self, vm: Vm) -> str:
        return f"{self.marked} marked; this is for {vm.shown}, under the cursor, only"

    def _plan(self, verb: Verb) -> None:
        """Plan `verb` for every marked machine, or for the one under the cursor."""
        if not self.marks:
            self._plan_one(verb)
            return
        intents = [Intent(verb, vm) for vm in sorted(self.marks)]
        title = f"{verb.value} {len(intents)} machines"
        self.plan_one_by_one(
            map(partial(planned, self.desk.console), intents),
            lambda moves: self.plan_for_all(moves, title=title, verb=verb),
            count=len(intents),
        )

    def _plan_one(self, verb: Verb) -> None:
        vm = self.machine
        if vm is not None:
            self.plan_for(Intent(verb, vm.key))

    def _choose_copy(
        self, vm: Vm, verb: Verb, title: str, choices: Sequence[tuple[str, str]]
    ) -> None:
        def chosen(name: str | None) -> None:
            if name:
                self.plan_for(Intent(verb, vm.key, NodeKey(vm.key.pool, name)))

        self.app.push_screen(Picker(self.desk, title=title, choices=choices), chosen)

    def _choose_for_all(
        self, title: str, choices: Sequence[tuple[str, str]], chosen: Callable[[str], None]
    ) -> None:
        hidden = ", ".join(self.hidden_marks)
        aside = f"hidden by the filter: {hidden}" if hidden else ""
        self.app.push_screen(
            Picker(self.desk, title=title, choices=choices, aside=aside),
            lambda choice: chosen(choice) if choice is not None else None,
        )

    def _targets_of_all(self) -> list[tuple[str, str]]:
        """Return what all marked machines can be moved to: their best nodes, or one node."""
        snapshot = self.desk.console.shown
        pools = {vm.pool for vm in self.marks}
        nodes = snapshot.nodes_of(pools.pop()) if len(pools) == 1 else ()
        return [("", _SPREAD), *((node.key.name, f"all to {described(node)}") for node in nodes)]

    def _move_all(self, name: str) -> None:
        vms = [self.desk.console.shown.vms.get(key) for key in sorted(self.marks)]
        wanted = [(vm, NodeKey(vm.key.pool, name) if name else None) for vm in vms if vm]
        where = f" to {name}" if name else ""
        title = f"migrate {len(wanted)} machines{where}"
        self.plan_one_by_one(
            self.desk.console.batches.moves(wanted),
            lambda moves: self.plan_for_all(moves, title=title, verb=Verb.MIGRATE),
            count=len(wanted),
        )
