"""The page about a running plan's states, made from the table that the engine runs by."""

from __future__ import annotations

from collections.abc import Iterable

from ovmtui.plan.machine import TABLE, Event, State, Transition

_ANYWHERE = (Event.CANCEL, Event.UNRECORDED)
"""Events that come in nearly every state: told in words, for the picture to stay readable."""


def page() -> str:
    """Return the page as Markdown with a Mermaid diagram."""
    return "\n".join(
        (
            "# The states of a running plan",
            "",
            "Made from the table in `ovmtui/plan/machine.py` by `make docs`; a test explores",
            "every pair of state and event that can come up, and compares this page.",
            "",
            "```mermaid",
            *diagram(),
            "```",
            "",
            "A cancel is heard wherever a plan waits, and leads to **ended** as `cancelled`:",
            "what was begun on a node goes on there, the console looks where things stand and",
            "says so. *Journal failed* leads to **broken off**: nothing more is done,",
            "and the lock goes as soon as the plan's last command has ended.",
            "",
            "| State | Event | Next state | Effects, in order | Plan ends as |",
            "|---|---|---|---|---|",
            *_rows(),
            "",
        )
    )


def diagram() -> Iterable[str]:
    """Yield the lines of a Mermaid state diagram."""
    yield "stateDiagram-v2"
    for state in State:
        yield f'    state "{state.value}" as {state.name}'
    yield f"    [*] --> {State.NEW.name}"
    edges: dict[tuple[State, State], list[str]] = {}
    for (state, event), to in TABLE.items():
        if event not in _ANYWHERE:
            ends = f" ({to.outcome.value})" if to.outcome else ""
            # A colon would end the label.
            label = event.value.replace(":", "")
            edges.setdefault((state, to.state), []).append(f"{label}{ends}")
    for (state, following), labels in edges.items():
        yield f"    {state.name} --> {following.name}: {' / '.join(labels)}"
    yield f"    {State.ENDED.name} --> [*]"
    yield f"    {State.BROKEN.name} --> [*]"


def _rows() -> Iterable[str]:
    for (state, event), to in TABLE.items():
        if event not in _ANYWHERE:
            yield _row(state, event, to)
    for event in _ANYWHERE:
        states = ", ".join(state.value for state, which in TABLE if which is event)
        first = next(to for (_, which), to in TABLE.items() if which is event)
        yield _row(states, event, first)


def _row(state: State | str, event: Event, to: Transition) -> str:
    name = state.value if isinstance(state, State) else state
    effects = "; ".join(effect.value for effect in to.effects)
    outcome = to.outcome.value if to.outcome else ""
    return f"| {name} | {event.value} | {to.state.value} | {effects} | {outcome} |"
