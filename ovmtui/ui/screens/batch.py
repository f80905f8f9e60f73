"""Several machines being worked on: how far each one is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ovmtui.errors import OvmtuiError
from ovmtui.model.batch import BatchItem, BatchState, Stage
from ovmtui.model.job import Outcome
from ovmtui.model.text import visible
from ovmtui.plan.evacuation import Move
from ovmtui.plan.intent import Verb
from ovmtui.runtime.companions import Order
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.planning import planned
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.screens.several import SeveralScreen
from ovmtui.ui.situation import Scope, Situation
from ovmtui.ui.viewmodel.times import age
from ovmtui.ui.viewmodel.working import progress_bar, step_count

_BAR = 20
_ENDS = {
    Outcome.DONE: ("✓", "ok"),
    Outcome.SKIPPED: ("✓", "ok"),
    Outcome.REFUSED: ("✗", "warn"),
    Outcome.FAILED: ("✗", "danger"),
    Outcome.UNKNOWN: ("?", "unknown"),
    Outcome.CANCELLED: ("·", "warn"),
}
_STAGES = {
    Stage.WAITING: ("◌", "dim"),
    Stage.RUNNING: ("●", "accent"),
    Stage.ENDED: ("?", "unknown"),
    Stage.LEFT_OUT: ("-", "warn"),
}


class BatchScreen(ListScreen[str]):
    """Gives the job whose output is to be shown. Leaving it stops nothing."""

    SCOPE = Scope.BATCH
    BINDINGS = actions.bindings(Scope.BATCH)

    def __init__(self, desk: Desk, batch: str) -> None:
        """Show `batch`."""
        super().__init__(desk, empty="no machine in it")
        self._batch = batch

    @property
    def state(self) -> BatchState:
        """The batch as it stands."""
        states = self.desk.console.batches.states
        return next(state for state in states if state.batch == self._batch)

    def title_text(self) -> tuple[str, str]:
        """Return what is done, and how much of it is over."""
        state = self.state
        stopping = "stops after what is under way  " if state.stopping and state.running else ""
        return state.title, f"{stopping}{state.counts}"

    def columns(self) -> Text:
        """Return how much is over, as a bar."""
        state, style = self.state, self.desk.style
        worked_on = sum(item.stage is not Stage.LEFT_OUT for item in state.items)
        over = sum(item.stage is Stage.ENDED for item in state.items)
        filled = round(_BAR * over / worked_on) if worked_on else _BAR
        text = Text().append(f"{'▓' * filled}{'░' * (_BAR - filled)}", style("accent"))
        text.append(f"  {over} of {worked_on}", style("text"))
        if state.running:
            began = f"  {age(self.desk.console.wall() - state.began)}"
            text.append(f"{began}  {state.parallel} at a time", style("dim"))
        return text

    def items(self) -> Sequence[Item]:
        """Return the machines."""
        return [Item(str(n), self._line(item)) for n, item in enumerate(self.state.items)]

    def situation(self) -> Situation:
        """Return whether it runs still, and what is not well."""
        state = self.state
        return Situation(batch_runs=state.running, batch_failed=bool(state.failed))

    def choose(self, id: str) -> None:
        """Give the machine's job."""
        item = self.state.items[int(id)]
        if item.job:
            self.dismiss(item.job)
        else:
            self.desk.say(f"{item.name} has no job: {item.text or item.stage.value}")

    def do_show(self) -> None:
        """Give the job of the machine under the cursor."""
        if self.highlighted is not None:
            self.choose(self.highlighted)

    def do_stop(self) -> None:
        """Begin no further job."""
        self.desk.console.batches.stop(self._batch)
        self.desk.say("no further one is begun; those under way go on to their end")
        self.redraw()

    def do_retry(self) -> None:
        """Show the plans of what failed as they are now; run, they are the batch shown here."""
        console = self.desk.console
        try:
            order = console.batches.failed(self._batch)
        except OvmtuiError as error:
            self.desk.say(str(error), "warning")
            return
        intents = [task.intent for task in order.tasks if task.intent is not None]
        if order.emptied or order.filled:
            found = (console.shown.vms.get(intent.vm) for intent in intents)
            wanted = [(vm, order.filled) for vm in found if vm is not None]
            moves = console.batches.moves(wanted, opened=order.filled)
        else:
            moves = (planned(console, intent) for intent in intents)
        self.plan_one_by_one(
            moves, lambda found: self._offer(order, found, intents[0].verb), count=len(intents)
        )

    def _offer(self, order: Order, moves: Sequence[Move], verb: Verb) -> None:
        page = SeveralScreen(
            self.desk,
            moves,
            title=order.title,
            verb=verb,
            emptied=order.emptied,
            filled=order.filled,
        )
        self.app.push_screen(page, self._tried_again)

    def _tried_again(self, batch: str | None) -> None:
        if batch:
            self._batch = batch
            self.redraw()

    def _line(self, item: BatchItem) -> Text:
        style = self.desk.style
        symbol, role = _ENDS[item.outcome] if item.outcome else _STAGES[item.stage]
        width = max(20, self.size.width // 3)
        text = Text()
        text.append(f"{symbol} ", style(role))
        text.append(cell(item.title, width), style("text"))
        room = max(10, self.size.width - width - 8)
        role = role if item.stage is not Stage.WAITING else "dim"
        text.append(cell(self._standing(item), room), style(role))
        return text

    def _standing(self, item: BatchItem) -> str:
        if item.stage is not Stage.RUNNING:
            end = item.outcome.value if item.outcome else item.stage.value
            return f"{end}: {visible(item.text)}" if item.text else end
        job = next((job for job in self.desk.console.jobs if job.job == item.job), None)
        words = [] if job is None else [step_count(job)]
        if item.began is not None:
            words.append(age(self.desk.console.wall() - item.began))
        if job is not None and job.choices:
            words.append(f"asks ({self.desk.key_of('job.answer')}): {visible(job.question)}")
        elif job is not None and job.progress:
            words.append(f"{progress_bar(job.progress)} {visible(job.progress)}".strip())
        elif job is not None and job.current is not None:
            words.append(visible(job.steps[job.current]))
        return "  ".join(words)
