"""The plan: everything that will be done, before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rich.console import RenderableType
from rich.text import Text
from textual.widget import Widget

from ovmtui.errors import OvmtuiError, PlanRefused
from ovmtui.model.text import visible
from ovmtui.plan.flows.services import may_freeze
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.render import render
from ovmtui.plan.verdict import Finding, Standing
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page
from ovmtui.ui.screens.confirm import TypeName
from ovmtui.ui.screens.plan_text import plan_page, refusal_page
from ovmtui.ui.screens.text_page import TextPage
from ovmtui.ui.situation import Scope, Situation
from ovmtui.ui.widgets.line import Line


class PlanScreen(Page[str]):
    """Shows a plan and runs it on request; gives the id of its job."""

    SCOPE = Scope.PLAN
    BINDINGS = actions.bindings(Scope.PLAN)

    def __init__(
        self,
        desk: Desk,
        intent: Intent,
        *,
        remarks: Sequence[str] = (),
        make: Callable[[Intent], Plan] | None = None,
    ) -> None:
        """Plan `intent`; `remarks` are added to what the plan says.

        `make` makes the plan; default: the console's planner.
        """
        super().__init__(desk)
        self._maker = make or desk.console.plan
        self._intent = intent
        self._remarks = remarks
        self._plan: Plan | None = None
        self._refusal: tuple[str, ...] = ()
        self._findings: tuple[Finding, ...] = ()
        self._looking = False
        self._armed = False
        self._make()

    def body(self) -> Iterable[Widget]:
        """Return the page, under a band when the pool is in production."""
        pool = self.desk.console.shown.pool(self._intent.vm.pool)
        if pool.production:
            yield Line(id="band")
        yield from super().body()

    def on_mount(self) -> None:
        """Look anew at everything the plan demands."""
        super().on_mount()
        self.do_look()

    def on_screen_suspend(self) -> None:
        """Another screen is on top: what was confirmed before must be so again."""
        self._armed = False

    def redraw(self) -> None:
        """Show the plan as things are now."""
        super().redraw()
        for band in self.query("#band").results(Line):
            pool = self.desk.console.shown.pool(self._intent.vm.pool)
            text = f" PRODUCTION  {visible(pool.label)}".ljust(self.size.width)
            band.set_text(Text(text, self.desk.band(pool)))

    def title_text(self) -> tuple[str, str]:
        """Return the plan's title and its pool."""
        vm = self.desk.console.shown.vms.get(self._intent.vm)
        title = f"{self._intent.verb.value} {vm.shown if vm else self._intent.vm.identity}"
        return (self._plan.title if self._plan else title), self._intent.vm.pool

    def content(self) -> RenderableType:
        """Return the plan, or why there is none."""
        if self._plan is None:
            return refusal_page(self._refusal, style=self.desk.style)
        return plan_page(
            self._plan,
            self._findings,
            remarks=self._remarks,
            width=self.size.width,
            style=self.desk.style,
        )

    def situation(self) -> Situation:
        """Return what stands in the way of running, and of overriding."""
        return Situation(
            obstacle=self._obstacle(),
            override_obstacle=self._override_obstacle(),
            freeze_obstacle=self._freeze_obstacle(),
        )

    def do_run(self) -> None:
        """Run the plan, or as soon as its checks have passed."""
        plan = self._plan
        if plan is None:
            return
        if plan.confirmation is Confirmation.TYPE_NAME:
            question = TypeName(
                self.desk,
                name=plan.vm_name,
                title=plan.title,
                text="\n".join(plan.notes) or "This cannot be undone.",
            )
            self.app.push_screen(question, self._named)
        else:
            self._confirmed()

    def do_override(self) -> None:
        """Ask for the name, then plan again with the failing guards set aside."""
        failing = self._failing()
        text = "Set aside, and on your responsibility:\n" + "\n".join(
            f"- {finding.subject}: {finding.verdict.text}" for finding in failing
        )
        assert self._plan is not None
        self.app.push_screen(
            TypeName(self.desk, name=self._plan.vm_name, title="override", text=text),
            lambda typed: self._override(failing) if typed else None,
        )

    def do_freeze(self) -> None:
        """Plan again with the agents frozen first, or without that."""
        self._intent = replace(self._intent, freeze_first=not self._intent.freeze_first)
        self._make()
        self.do_look()

    def do_dry_run(self) -> None:
        """Show the plan as text."""
        self.app.push_screen(TextPage(self.desk, title="dry run", text=self._text()))

    def do_copy(self) -> None:
        """Copy the plan as text."""
        self.app.copy_to_clipboard(self._text())
        self.desk.say("the plan is copied")

    def do_look(self) -> None:
        """Evaluate every guard and check again."""
        if self._plan is None:
            self._make()
        if self._plan is not None:
            self._looking = True
            self.run_worker(self._look(self._plan), exclusive=True, name="preflight")
        self.call_after_refresh(self.redraw)

    def _make(self) -> None:
        try:
            self._plan = self._maker(self._intent)
        except PlanRefused as refused:
            self._plan, self._refusal, self._findings = None, refused.reasons, ()
        else:
            self._findings = self._plan.findings

    async def _look(self, plan: Plan) -> None:
        try:
            findings = tuple(await self.desk.console.preflight(plan))
        except OvmtuiError as error:
            self.desk.say(f"could not look: {error}", "error")
        else:
            self._findings = findings
        self._looking = False
        self.redraw()
        # Where nothing confirms a plan, it runs by itself once all is well.
        unasked = plan.confirmation is Confirmation.NONE and not self._obstacle()
        if (self._armed or unasked) and self.is_current:
            self._armed = False
            self._confirmed()

    def _named(self, typed: bool | None) -> None:
        if typed:
            self._confirmed()

    def _confirmed(self) -> None:
        if self._looking:
            self._armed = True
            self.desk.say("runs as soon as every check has passed; ESC takes that back")
            return
        obstacle = self._obstacle()
        if obstacle:
            self.desk.say(f"not run: {obstacle}", "warning")
            return
        assert self._plan is not None
        try:
            job = self.desk.console.run(self._plan)
        except OvmtuiError as refused:
            self.desk.say(str(refused), "error")
            return
        self.dismiss(job)

    def _override(self, failing: Sequence[Finding]) -> None:
        names = frozenset(finding.name for finding in failing)
        self._intent = replace(self._intent, overrides=self._intent.overrides | names)
        self._make()
        self.do_look()

    def _failing(self) -> list[Finding]:
        waiting = {Standing.PENDING}
        return [
            finding
            for finding in self._findings
            if not finding.verdict.passes and finding.verdict.standing not in waiting
        ]

    def _obstacle(self) -> str:
        if self._plan is None:
            return "there is no plan"
        failing = self._failing()
        if failing:
            more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
            first = failing[0]
            return f"{first.subject}: {first.verdict.text}{more}"
        if not self._looking and any(not f.verdict.passes for f in self._findings):
            return "some checks have no answer yet: r looks again"
        return ""

    def _override_obstacle(self) -> str:
        if self._plan is None:
            return "there is no plan"
        failing = self._failing()
        if not failing:
            return "nothing is in the way"
        fixed = [finding.subject for finding in failing if not finding.overridable]
        return f"this cannot be set aside: {'; '.join(fixed)}" if fixed else ""

    def _freeze_obstacle(self) -> str:
        if self._plan is None:
            return "there is no plan"
        if self._intent.freeze_first or may_freeze(self._plan):
            return ""
        return "no OpenSVC agent could act beside this plan"

    def _text(self) -> str:
        if self._plan is None:
            return "\n".join(visible(reason) for reason in self._refusal)
        return render(self._plan, self._findings)
