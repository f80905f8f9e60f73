"""A plan as a page: what must hold, what will be done, what to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from ovmtui.model.text import visible
from ovmtui.plan.plan import Plan
from ovmtui.plan.render import describe_step
from ovmtui.plan.steps import CommandStep, HaReadStep, ProbeStep, Step, WaitStep, place_of
from ovmtui.plan.verdict import Finding, Standing

Styles = Callable[[str], Style]

_MARKS = {
    Standing.HOLDS: ("✓", "ok"),
    Standing.FAILS: ("✗", "danger"),
    Standing.UNKNOWN: ("?", "unknown"),
    Standing.OVERRIDDEN: ("!", "warn"),
    Standing.PENDING: ("…", "dim"),
}


def plan_page(
    plan: Plan, findings: Sequence[Finding], *, remarks: Sequence[str], width: int, style: Styles
) -> RenderableType:
    """Return the page of `plan` with `findings` as they stand now, for so many columns."""
    parts: list[RenderableType] = []
    if findings:
        parts += [heading("must hold", style), _findings(findings, width, style), Text()]
    parts += [heading("will be done", style), _steps(plan.steps, style)]
    notes = [*plan.notes, *remarks]
    if notes:
        parts += [Text(), heading("to know", style)]
        parts += [Text(visible(note), style("text"), overflow="fold") for note in notes]
    return Group(*parts)


def refusal_page(reasons: Sequence[str], *, style: Styles) -> RenderableType:
    """Return the page for a plan that cannot be made."""
    table = _grid()
    for reason in reasons:
        table.add_row(Text("✗", style("danger")), Text(visible(reason), style("text")))
    return Group(heading("there is no such plan", style), table)


def short_steps(plan: Plan, *, style: Styles) -> RenderableType:
    """Return the steps of one plan among several, and what speaks against it, a line each."""
    table = _grid(number_width=4)
    for number, step in enumerate(plan.steps, 1):
        table.add_row(Text(str(number), style("dim")), Text(describe_step(step), style("command")))
    for finding in plan.findings:
        if finding.verdict.standing is Standing.FAILS:
            text = f"{visible(finding.subject)}: {visible(finding.verdict.text)}"
            table.add_row(Text("✗", style("warn")), Text(text, style("warn")))
    return table


def heading(text: str, style: Styles) -> Text:
    """Return the title of a part of a page."""
    return Text(text, style("dim"))


def _grid(*, number_width: int = 2, middle: int | None = None) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.expand = True
    table.add_column(width=number_width, justify="right", no_wrap=True)
    if middle is not None:
        table.add_column(width=middle, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    return table


def _findings(findings: Sequence[Finding], width: int, style: Styles) -> Table:
    longest = max(len(visible(finding.subject)) for finding in findings)
    table = _grid(middle=min(longest, 2 * width // 5))
    for finding in findings:
        symbol, role = _MARKS[finding.verdict.standing]
        quiet = finding.verdict.standing in {Standing.HOLDS, Standing.PENDING}
        seen = visible(finding.verdict.text)
        if finding.verdict.standing is Standing.OVERRIDDEN:
            seen = f"set aside by you: {seen}"
        elif finding.overridable and not quiet:
            seen += " (may be overridden)"
        table.add_row(
            Text(symbol, style(role)),
            Text(visible(finding.subject), style("text")),
            Text(seen, style("dim" if quiet else role)),
        )
    return table


def _steps(steps: Sequence[Step], style: Styles) -> Table:
    names = [place_of(step) or "-" for step in steps]
    table = _grid(middle=min(24, max((len(visible(name)) for name in names), default=1)))
    for number, (name, step) in enumerate(zip(names, steps, strict=True), 1):
        table.add_row(
            Text(str(number), style("dim")), Text(visible(name), style("text")), _what(step, style)
        )
    return table


def _what(step: Step, style: Styles) -> Text:
    commands = isinstance(step, CommandStep)
    text = Text()
    text.append(visible(step.text), style("command" if commands else "text"))
    limit = ""
    if isinstance(step, WaitStep | ProbeStep):
        limit = f"up to {step.budget:.0f} s"
    elif isinstance(step, CommandStep | HaReadStep):
        limit = f"at most {step.timeout:.0f} s"
    if not isinstance(step, CommandStep):
        limit += ", safe to cancel" if limit else "safe to cancel"
    text.append(f"  {limit}", style("dim"))
    if isinstance(step, CommandStep) and step.command.shown not in step.text:
        text.append(f"\nruns: {visible(step.command.shown)}", style("dim"))
    if isinstance(step, CommandStep) and step.meaning:
        text.append(f"\n{visible(step.meaning)}", style("dim"))
    if isinstance(step, CommandStep):
        text.append(f"\n{visible(step.cancel)}", style("dim"))
    if isinstance(step, WaitStep | ProbeStep) and step.choices:
        choices = " · ".join(f"{choice.key} ({choice.meaning})" for choice in step.choices)
        text.append(f"\nelse asks: {visible(choices)}", style("dim"))
    return text
