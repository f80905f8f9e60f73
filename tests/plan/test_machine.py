"""The table of a running plan's states: every way that an engine can take through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from docs import state_machine
from ovmtui.model.job import Outcome
from ovmtui.plan.machine import (
    ANSWERS,
    TABLE,
    Effect,
    Event,
    ImpossibleEvent,
    State,
    advance,
)

_DEEPEST = 2
"""Waits within waits that are explored: choices add steps, which may be waits with choices."""
_CANCELLABLE = {
    Effect.CHOOSE,
    Effect.RUN,
    Effect.TAKE_UP,
    Effect.ATTACH,
    Effect.AWAIT_NODE,
    Effect.READ,
    Effect.LOOK_FOR,
    Effect.ASK,
}
"""Effects in which an operator's cancel is heard."""


@dataclass(frozen=True)
class Way:
    """What matters of all that was done on the way to a state."""

    state: State
    resumed: bool
    event: Event
    locked: bool = False
    allowed: bool = False
    """The next command's conditions were just looked at and hold."""
    waits: int = 0
    """Waits that are open, one within the other."""
    command: str = ""
    """`intended`, `running`, `over` (its result is written down), or empty: none."""
    chosen: bool = False
    """A choice was made for the innermost wait, which has not come up yet."""
    first: bool = True
    """No step was chosen yet."""
    outcome: Outcome | None = None
    released: bool = False
    told: bool = False


def after(way: Way) -> Iterator[Way]:
    """Yield every state of affairs that performing one transition can lead to."""
    transition = advance(way.state, way.event)
    ways = [replace(way, state=transition.state, outcome=transition.outcome)]
    for effect in transition.effects:
        ways = [new for old in ways for new in performed(effect, old, way.event)]
    yield from ways
    # A disk that is full stops it at whatever it wanted to write.
    if transition.state is not State.BROKEN:
        yield replace(way, event=Event.UNRECORDED)


def performed(effect: Effect, way: Way, by: Event) -> Iterator[Way]:
    """Yield what an effect can make of `way`, and check that it may be performed at all."""
    match effect:
        case Effect.BEGIN_STEP:
            if way.state is State.COMMANDING:
                assert way.command == ""
                yield replace(way, command="intended")
            elif way.state is State.WAITING:
                yield replace(way, waits=way.waits + 1)
            else:
                yield replace(way, command="reading")
        case Effect.RUN:
            assert way.locked, "a command without the machine's lock"
            assert way.allowed, "a command whose conditions were not looked at"
            assert way.command == "intended", "a command that was not written down before"
            yield from answers(effect, replace(way, command="running", allowed=False))
        case Effect.TAKE_UP:
            assert way.locked
            assert way.resumed
            yield from answers(effect, replace(way, command="running"))
        case Effect.ATTACH:
            assert way.command == "running", "attached to nothing"
            yield from answers(effect, way)
        case Effect.END_STEP if way.command:
            yield replace(way, command="over" if way.command == "running" else "")
        case Effect.END_STEP:
            assert way.waits > 0, "a result without a step"
            assert by in {Event.HELD, Event.CLOSE_NEXT}
            yield replace(way, waits=way.waits - 1)
        case Effect.END_STEPS:
            command = "over" if way.command == "running" else ""
            yield replace(way, waits=0, command=command, chosen=False)
        case Effect.FORGET:
            assert way.command in {"over", ""}, "files removed before the result was written"
            yield replace(way, command="")
        case Effect.RELEASE:
            assert way.command in {"over", ""}
            assert way.waits == 0
            yield replace(way, locked=False, released=True)
        case Effect.TELL_END:
            assert way.released
            assert way.outcome is not None
            yield replace(way, told=True)
        case Effect.ABANDON:
            yield replace(way, locked=False, released=True)
        case _:
            yield from answers(effect, way)


def answers(effect: Effect, way: Way) -> Iterator[Way]:
    """Yield `way` with each event that `effect` can give there."""
    given = ANSWERS.get(effect, frozenset())
    if effect is Effect.CHOOSE:
        given = choices(way)
        way = replace(way, first=False, command="")
    if not given:
        yield way
    for event in given:
        match event:
            case Event.LOCKED:
                yield replace(way, event=event, locked=True)
            case Event.CLEARED if effect is Effect.CLEAR_STEP:
                yield replace(way, event=event, allowed=True)
            case Event.CHOSEN:
                yield replace(way, event=event, chosen=True)
            case Event.RETRY_NEXT | Event.CLOSE_NEXT | Event.STOP_NEXT:
                yield replace(way, event=event, chosen=False)
            case Event.WAIT_NEXT:
                yield replace(way, event=event, chosen=False)
            case _:
                yield replace(way, event=event)
    if effect in _CANCELLABLE:
        yield replace(way, event=Event.CANCEL)


def choices(way: Way) -> frozenset[Event]:
    """Return what can come next, as `plan.agenda.Agenda` hands it out."""
    steps = {Event.COMMAND_NEXT, Event.READING_NEXT}
    if way.waits < _DEEPEST:
        steps.add(Event.WAIT_NEXT)
    if way.waits:
        # What a choice has added, then what it makes of the wait.
        return frozenset(steps | {Event.RETRY_NEXT, Event.CLOSE_NEXT, Event.STOP_NEXT})
    if way.resumed and way.first:
        steps.add(Event.ATTACH_NEXT)
    return frozenset(steps | {Event.NOTHING_LEFT, Event.UNSURE})


def explored() -> tuple[set[Way], set[tuple[State, Event]]]:
    """Return every state of affairs that can be reached, and every pair used on the way."""
    open_ways = [
        Way(State.NEW, resumed=False, event=Event.BEGIN),
        Way(State.NEW, resumed=True, event=Event.RESUME),
    ]
    seen, pairs = set(open_ways), set()
    while open_ways:
        way = open_ways.pop()
        pairs.add((way.state, way.event))
        for new in after(way):
            if new.state is State.BROKEN:
                seen.add(new)
                continue
            if new.outcome is not None:
                # Only what cannot be written may come after the end.
                seen.add(replace(new, event=Event.BEGIN))
                new = replace(new, event=Event.UNRECORDED, outcome=None)
            if new not in seen:
                seen.add(new)
                open_ways.append(new)
    return seen, pairs


def test_every_pair_that_can_come_up_is_in_the_table_and_no_other() -> None:
    _, pairs = explored()
    assert pairs == set(TABLE)


def test_each_end_has_given_the_lock_back_and_left_no_step_without_a_result() -> None:
    ways, _ = explored()
    ends = [way for way in ways if way.outcome is not None]
    assert {way.outcome for way in ends} == {
        Outcome.DONE,
        Outcome.FAILED,
        Outcome.REFUSED,
        Outcome.CANCELLED,
        Outcome.UNKNOWN,
    }
    for way in ends:
        assert way.state is State.ENDED
        assert way.released
        assert way.told
        assert not way.locked
        assert way.waits == 0
        assert way.command in {"", "over"}


def test_what_cannot_be_written_down_stops_everything_and_gives_the_lock_back() -> None:
    ways, _ = explored()
    broken = [way for way in ways if way.state is State.BROKEN]
    assert broken
    assert all(not way.locked for way in broken)
    for state in State:
        if state is not State.BROKEN:
            assert advance(state, Event.UNRECORDED).effects == (Effect.ABANDON,)


def test_an_event_without_a_row_is_an_error_and_no_guess() -> None:
    with pytest.raises(ImpossibleEvent, match="cannot come while 'ended'"):
        advance(State.ENDED, Event.SUCCEEDED)


def test_the_page_about_the_states_is_the_one_of_the_table() -> None:
    page = Path(state_machine.__file__).with_name("state-machine.md").read_text(encoding="utf-8")
    assert page == state_machine.page(), "make docs"
