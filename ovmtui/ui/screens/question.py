"""A job asks: the wait took too long, and somebody must choose."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ovmtui.model.job import JobState
from ovmtui.model.text import visible
from ovmtui.plan.steps import Choice, ProbeStep, Then, WaitStep
from ovmtui.ui import actions
from ovmtui.ui.desk import Changes, Desk
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.screens.confirm import TypeName
from ovmtui.ui.situation import Scope


class QuestionScreen(ActionScreen[None]):
    """Shows a job's question and sends the answer."""

    SCOPE = Scope.QUESTION
    BINDINGS = actions.bindings(Scope.QUESTION)

    def __init__(self, desk: Desk, job: JobState) -> None:
        """Show what `job` asks."""
        super().__init__(desk)
        self._job = job
        self._meanings = {choice.key: choice for choice in self._choices()}

    def body(self) -> Iterable[Widget]:
        """Return the question and its answers; none of them is preselected as dangerous."""
        style = self.desk.style
        panel = Vertical(
            Static(Text(f"{visible(self._job.title)} asks", style("accent")), classes="title"),
            Static(Text(visible(self._job.question), style("text"))),
            OptionList(*self._options(), id="answers", markup=False),
            id="dialog",
        )
        yield Vertical(panel, classes="middle")

    def on_mount(self) -> None:
        """Put the cursor on the answer that changes nothing."""
        super().on_mount()
        answers = self.query_one(OptionList)
        answers.focus()
        answers.highlighted = self._harmless()

    def updated(self, changes: Changes) -> None:
        """Leave when the question was answered or has become void."""
        now = {job.job: job for job in self.desk.console.jobs}.get(self._job.job)
        if self.is_current and (now is None or now.question != self._job.question):
            self.desk.say(f"{self._job.title} does not ask any more")
            self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        if event.option.id is not None:
            self._answer(event.option.id)

    def do_choose(self) -> None:
        """Give the highlighted answer."""
        answers = self.query_one(OptionList)
        if answers.highlighted is not None:
            answers.action_select()

    def _answer(self, key: str) -> None:
        choice = self._meanings.get(key)
        if choice is not None and not choice.type_name:
            self._send(key)
            return
        # A choice whose meaning is not known here is treated as the dangerous kind.
        asked = TypeName(
            self.desk,
            name=self._job.vm_name,
            title=f"{self._job.title}: {key}",
            text=choice.meaning if choice else key,
        )
        self.app.push_screen(asked, lambda typed: self._send(key) if typed else None)

    def _send(self, key: str) -> None:
        self.desk.console.answer(self._job.job, key)
        self.desk.say(f"{self._job.title}: answered {key}")
        self.dismiss(None)

    def _choices(self) -> tuple[Choice, ...]:
        plan = self.desk.plan(self._job.job)
        current = self._job.current
        if plan is None or current is None:
            return ()
        step = plan.steps[current]
        return step.choices if isinstance(step, WaitStep | ProbeStep) else ()

    def _options(self) -> Iterable[Option]:
        width = max(map(len, self._job.choices), default=0)
        for key in self._job.choices:
            text = Text()
            text.append(visible(key).ljust(width + 2), self.desk.style("text"))
            choice = self._meanings.get(key)
            if choice is not None:
                text.append(visible(choice.meaning), self.desk.style("dim"))
            if choice is None or choice.type_name:
                text.append(" (name must be typed)", self.desk.style("warn"))
            yield Option(text, id=key)

    def _harmless(self) -> int:
        for index, key in enumerate(self._job.choices):
            choice = self._meanings.get(key)
            if choice is not None and choice.then is Then.RETRY:
                return index
        return len(self._job.choices) - 1
