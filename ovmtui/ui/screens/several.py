"""One verb on several machines: a plan for each, before anything is done."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from ovmtui.errors import OvmtuiError, PlanRefused
from ovmtui.model.text import visible
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.plan.render import describe_step
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page
from ovmtui.ui.situation import Scope, Situation


class SeveralScreen(Page[str]):
    """Shows the plans of several machines and runs them all; gives the first one's job.

    Each is a job of its own, which looks at its guards anew and fails by itself.
    """

    SCOPE = Scope.SEVERAL
    BINDINGS = actions.bindings(Scope.SEVERAL)

    def __init__(self, desk: Desk, intents: Sequence[Intent], *, verb: str) -> None:
        """Plan each of `intents`; `verb` is what they have in common."""
        super().__init__(desk)
        self._verb = verb
        self._plans: list[Plan] = []
        self._refused: list[tuple[str, tuple[str, ...]]] = []
        for intent in intents:
            vm = desk.console.snapshot.vms.get(intent.vm)
            try:
                self._plans.append(desk.console.plan(intent))
            except PlanRefused as error:
                self._refused.append((vm.name if vm else intent.vm.identity, error.reasons))

    def title_text(self) -> tuple[str, str]:
        """Return the verb, and how many machines it is for."""
        return f"{self._verb}: {len(self._plans)} machines", f"{len(self._refused)} left out"

    def content(self) -> RenderableType:
        """Return every step of every plan, and why some machines have none."""
        style = self.desk.style
        parts: list[RenderableType] = []
        for plan in self._plans:
            parts.append(Text(visible(plan.title), style("accent")))
            parts += [
                Text(f"  {number}  {describe_step(step)}", style("command"))
                for number, step in enumerate(plan.steps, 1)
            ]
        for name, reasons in self._refused:
            parts.append(Text(f"{visible(name)}: left out", style("warn")))
            parts += [Text(f"     {visible(reason)}", style("text")) for reason in reasons]
        return Group(*parts)

    def situation(self) -> Situation:
        """Return what stands in the way of running them."""
        return Situation(obstacle="" if self._plans else "there is no plan")

    def do_run(self) -> None:
        """Run every plan as a job of its own."""
        begun: list[str] = []
        for plan in self._plans:
            try:
                begun.append(self.desk.console.run(plan))
            except OvmtuiError as error:
                self.desk.say(f"{plan.vm_name}: {error}", "error")
        self.dismiss(begun[0] if begun else None)
