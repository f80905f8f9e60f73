"""The verbs on a node: empty it, fill it again, even a pool out, log in to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import work
from textual.app import SuspendNotSupported

from ovmtui.errors import OvmtuiError
from ovmtui.model.identity import NodeKey
from ovmtui.plan.balance import balancing
from ovmtui.plan.evacuation import machines_on
from ovmtui.plan.intent import Verb
from ovmtui.toolstacks.consoles import console_command
from ovmtui.ui.screens.listing import Picker
from ovmtui.ui.screens.machine_actions import MachineActions
from ovmtui.ui.screens.setting_up import setup_page


class NodeActions(MachineActions):
    """What can be done to a node, from the machine on it or from the list of nodes."""

    def do_evacuate(self) -> None:
        """Plan to move every machine away from the node under the cursor."""
        self._with_node("evacuate which node?", self.evacuate)

    def do_bring_back(self) -> None:
        """Plan to bring back what was moved away."""
        self._with_node("bring the machines of which node back?", self.bring_back)

    def do_balance(self) -> None:
        """Show the moves that would even the pool out."""
        machine = self.machine
        if machine is not None:
            self.balance(machine.key.pool)

    def do_shell(self) -> None:
        """Log in to the node."""
        self._with_node("log in to which node?", lambda node: self.visit(node, ""))

    def do_console(self) -> None:
        """Show the text console of the machine under the cursor."""
        machine = self.machine
        if machine is not None and len(machine.copies) == 1:
            copy = machine.copies[0]
            tool = self.desk.console.shown.nodes[copy.node].tool
            command = console_command(copy.domain, tool)
            if command is None:
                self.desk.say(f"whether {copy.node.name} has xm or xl is not known", "warning")
            else:
                self.visit(copy.node, command.script)

    def evacuate(self, node: NodeKey) -> None:
        """Show each machine's target, or the reason why it stays."""
        snapshot = self.desk.console.shown
        view = snapshot.nodes[node]
        if not view.certain:
            why = view.list_problem or view.problem or "no answer yet"
            self.desk.say(f"{node.name} cannot be emptied: {why}", "warning")
            return
        wanted = [(vm, None) for vm in machines_on(node, snapshot)]
        title = f"evacuate {node.name}"
        self.plan_one_by_one(
            self.desk.console.batches.moves(wanted),
            lambda moves: self.plan_for_all(moves, title=title, verb=Verb.MIGRATE, emptied=node),
            count=len(wanted),
        )

    @work
    async def bring_back(self, node: NodeKey) -> None:
        """Show what would come back to `node`."""
        try:
            moves = await self.desk.console.batches.homecoming(node)
        except OvmtuiError as error:
            self.desk.say(str(error), "error")
            return
        if not moves:
            self.desk.say(f"nothing was moved away from {node.name}, or it is all back")
            return
        title = f"bring the machines of {node.name} back"
        self.plan_for_all(moves, title=title, verb=Verb.MIGRATE, filled=node)

    def balance(self, pool: str) -> None:
        """Show the few moves that would even out a pool's memory; nothing is done by itself."""
        snapshot = self.desk.console.shown
        busy = {job.vm for job in self.desk.console.jobs if job.running}
        hints = balancing(snapshot, pool, busy=busy)
        if not hints:
            self.desk.say(f"{pool}: no move would even it out much")
            return
        wanted = [(snapshot.vms[hint.vm], hint.target) for hint in hints]
        moves = tuple(self.desk.console.batches.moves(wanted))
        self.plan_for_all(moves, title=f"balance {pool}", verb=Verb.MIGRATE)

    @work
    async def set_up(self, node: NodeKey) -> None:
        """Show how `node` would get the manager's command line."""
        page = await setup_page(self.desk, node)
        if page is not None:
            self.app.push_screen(page, lambda job: self.follow(job) if job else None)

    @work
    async def visit(self, node: NodeKey, script: str) -> None:
        """Give the terminal to a program on `node`; an empty script is a login shell."""
        personal = self.desk.personal
        if personal.visit is None:
            self.desk.say("there is no node behind a recording", "warning")
            return
        try:
            # An error within would leave the terminal to nobody: it is told afterwards.
            with self.app.suspend():
                said = await self._visited(personal.visit(node, script), node)
        except SuspendNotSupported:
            self.desk.say("this terminal cannot be handed over", "warning")
        else:
            self.desk.say(*said)
        self.desk.repaint()

    async def _visited(self, visit: Awaitable[str], node: NodeKey) -> tuple[str, str]:
        """Return how a visit ended, and how bad that is."""
        try:
            return await visit, "information"
        except OvmtuiError as error:
            return f"{node.name}: {error}", "error"

    def _with_node(self, question: str, act: Callable[[NodeKey], object]) -> None:
        """Do it to the node of the machine under the cursor; ask where there are several."""
        machine = self.machine
        nodes = machine.nodes if machine is not None else ()
        if len(nodes) == 1:
            act(nodes[0])
            return
        listed = nodes or tuple(self.desk.console.shown.nodes)
        choices = [(f"{key.pool}/{key.name}", f"{key.name}  {key.pool}") for key in listed]

        def chosen(choice: str | None) -> None:
            if choice:
                act(NodeKey(*choice.split("/", 1)))

        self.app.push_screen(Picker(self.desk, title=question, choices=choices), chosen)
