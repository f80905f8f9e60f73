"""The life of a running plan as a table: state and event give state, effects and outcome.

The engine performs the effects; the last of them tells the next event. Nothing here
knows how anything is done. A pair that the table lacks cannot come up: the engine's
effects do not give that event in that state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from ovmtui.errors import OvmtuiError
from ovmtui.model.job import Outcome


class State(Enum):
    """What a plan is doing."""

    NEW = "new"
    LOCKING = "taking the lock"
    RELOCKING = "taking the lock again"
    """After a break: what the plan demanded at its beginning may rightly hold no more."""
    CLEARING = "looking at its guards"
    READY = "between steps"
    CHECKING = "looking at a command's conditions"
    COMMANDING = "following a command"
    ADRIFT = "cut off from a command"
    """The connection is lost, and the command goes on."""
    READING = "asking the manager"
    WAITING = "waiting"
    ASKING = "asking the operator"
    ENDED = "ended"
    BROKEN = "broken off"
    """Nothing can be recorded any more, so nothing more is done."""


class Event(Enum):
    """What happens to a plan."""

    BEGIN = "begin"
    RESUME = "go on after a break"
    LOCKED = "lock taken"
    CLEARED = "allowed"
    REFUSED = "refused"
    COMMAND_NEXT = "next: command"
    ATTACH_NEXT = "next: command begun before"
    READING_NEXT = "next: reading"
    WAIT_NEXT = "next: wait"
    RETRY_NEXT = "next: the same wait, as chosen"
    CLOSE_NEXT = "next: close a wait, as chosen"
    STOP_NEXT = "next: end, as chosen"
    NOTHING_LEFT = "nothing left"
    UNSURE = "nothing left, but not all can be looked at"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NO_RESULT = "no result"
    """Whether it did anything is not known."""
    NOT_STARTED = "never started"
    GONE = "gone without a result"
    """Found so when a plan goes on after a break: it does not run any more, at least."""
    ACHIEVED = "its effect is there"
    CONNECTION_LOST = "connection lost"
    RECONNECTED = "reconnected"
    HELD = "as waited for"
    OVERDUE = "budget used up"
    CHOSEN = "choice made"
    CANCEL = "cancelled"
    UNRECORDED = "journal failed"


class Effect(Enum):
    """What is done on a transition, in the order given."""

    TAKE_LOCK = "take lock"
    CLEAR_PLAN = "look at guards and checks"
    GO_BACK = "go back to what was undone"
    CHOOSE = "choose the next step"
    CLEAR_STEP = "look at conditions"
    BEGIN_STEP = "write the intent down"
    RUN = "start the command and follow it"
    TAKE_UP = "follow the command of before the break"
    ATTACH = "follow the command again, never start it"
    TELL_LOST = "tell that the command goes on"
    AWAIT_NODE = "wait for the node"
    READ = "ask the manager"
    LOOK_FOR = "look until it is so"
    ASK = "ask the operator"
    END_STEP = "write the result down"
    END_STEPS = "write down how every open step ended"
    FORGET = "remove the command's files"
    LOOK = "look where things stand"
    RELEASE = "give the lock back"
    TELL_END = "write the end down"
    ABANDON = "leave everything, the lock included"


_OF_COMMANDS = frozenset(
    {
        Event.SUCCEEDED,
        Event.FAILED,
        Event.NO_RESULT,
        Event.NOT_STARTED,
        Event.CONNECTION_LOST,
    }
)

ANSWERS: Mapping[Effect, frozenset[Event]] = MappingProxyType(
    {
        Effect.TAKE_LOCK: frozenset({Event.LOCKED, Event.REFUSED}),
        Effect.CLEAR_PLAN: frozenset({Event.CLEARED, Event.REFUSED}),
        Effect.CHOOSE: frozenset(
            {
                Event.COMMAND_NEXT,
                Event.ATTACH_NEXT,
                Event.READING_NEXT,
                Event.WAIT_NEXT,
                Event.RETRY_NEXT,
                Event.CLOSE_NEXT,
                Event.STOP_NEXT,
                Event.NOTHING_LEFT,
                Event.UNSURE,
            }
        ),
        Effect.CLEAR_STEP: frozenset({Event.CLEARED, Event.ACHIEVED, Event.REFUSED, Event.FAILED}),
        Effect.RUN: _OF_COMMANDS,
        Effect.TAKE_UP: _OF_COMMANDS | {Event.GONE},
        Effect.ATTACH: _OF_COMMANDS | {Event.GONE},
        Effect.AWAIT_NODE: frozenset({Event.RECONNECTED, Event.OVERDUE}),
        Effect.READ: frozenset({Event.SUCCEEDED, Event.FAILED}),
        Effect.LOOK_FOR: frozenset({Event.HELD, Event.OVERDUE, Event.FAILED}),
        Effect.ASK: frozenset({Event.CHOSEN}),
    }
)
"""Which events an effect can give; the others give none."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an event leads."""

    state: State
    effects: tuple[Effect, ...]
    outcome: Outcome | None = None
    """How the plan ends by it; None when it does not."""


class ImpossibleEvent(OvmtuiError):
    """An event came in a state for which the table has no row."""


def _to(state: State, *effects: Effect) -> Transition:
    return Transition(state, effects)


def _end(outcome: Outcome, *then: Effect) -> Transition:
    effects = (Effect.END_STEPS, *then, Effect.LOOK, Effect.RELEASE, Effect.TELL_END)
    return Transition(State.ENDED, effects, outcome)


_RUN = _to(State.COMMANDING, Effect.BEGIN_STEP, Effect.RUN)
_NEXT = _to(State.READY, Effect.END_STEP, Effect.CHOOSE)
_AGAIN = _to(State.CHECKING, Effect.END_STEP, Effect.FORGET, Effect.CLEAR_STEP)
_FAILED = _end(Outcome.FAILED)
_REFUSED = _end(Outcome.REFUSED)
_UNKNOWN = _end(Outcome.UNKNOWN)

TABLE: Mapping[tuple[State, Event], Transition] = MappingProxyType(
    {
        (State.NEW, Event.BEGIN): _to(State.LOCKING, Effect.TAKE_LOCK),
        (State.NEW, Event.RESUME): _to(State.RELOCKING, Effect.TAKE_LOCK),
        (State.LOCKING, Event.LOCKED): _to(State.CLEARING, Effect.CLEAR_PLAN),
        (State.LOCKING, Event.REFUSED): _REFUSED,
        (State.RELOCKING, Event.LOCKED): _to(
            State.READY, Effect.LOOK, Effect.GO_BACK, Effect.CHOOSE
        ),
        (State.RELOCKING, Event.REFUSED): _FAILED,
        (State.CLEARING, Event.CLEARED): _to(State.READY, Effect.CHOOSE),
        (State.CLEARING, Event.REFUSED): _REFUSED,
        (State.READY, Event.COMMAND_NEXT): _to(State.CHECKING, Effect.CLEAR_STEP),
        (State.READY, Event.ATTACH_NEXT): _to(State.COMMANDING, Effect.TAKE_UP),
        (State.READY, Event.READING_NEXT): _to(State.READING, Effect.BEGIN_STEP, Effect.READ),
        (State.READY, Event.WAIT_NEXT): _to(State.WAITING, Effect.BEGIN_STEP, Effect.LOOK_FOR),
        (State.READY, Event.RETRY_NEXT): _to(State.WAITING, Effect.LOOK_FOR),
        (State.READY, Event.CLOSE_NEXT): _NEXT,
        (State.READY, Event.STOP_NEXT): _end(Outcome.CANCELLED),
        (State.READY, Event.NOTHING_LEFT): _end(Outcome.DONE),
        (State.READY, Event.UNSURE): _UNKNOWN,
        (State.CHECKING, Event.CLEARED): _RUN,
        (State.CHECKING, Event.ACHIEVED): _to(State.READY, Effect.CHOOSE),
        (State.CHECKING, Event.REFUSED): _REFUSED,
        (State.CHECKING, Event.FAILED): _FAILED,
        # The files go only after the result is on our disk.
        (State.COMMANDING, Event.SUCCEEDED): _to(
            State.READY, Effect.END_STEP, Effect.FORGET, Effect.CHOOSE
        ),
        (State.COMMANDING, Event.FAILED): _end(Outcome.FAILED, Effect.FORGET),
        (State.COMMANDING, Event.NO_RESULT): _UNKNOWN,
        # It will never start under that name: what allows it is looked at again.
        (State.COMMANDING, Event.NOT_STARTED): _AGAIN,
        (State.COMMANDING, Event.GONE): _AGAIN,
        (State.COMMANDING, Event.CONNECTION_LOST): _to(
            State.ADRIFT, Effect.TELL_LOST, Effect.AWAIT_NODE
        ),
        (State.ADRIFT, Event.RECONNECTED): _to(State.COMMANDING, Effect.ATTACH),
        (State.ADRIFT, Event.OVERDUE): _UNKNOWN,
        (State.READING, Event.SUCCEEDED): _NEXT,
        (State.READING, Event.FAILED): _FAILED,
        (State.WAITING, Event.HELD): _NEXT,
        (State.WAITING, Event.OVERDUE): _to(State.ASKING, Effect.ASK),
        (State.WAITING, Event.FAILED): _FAILED,
        (State.ASKING, Event.CHOSEN): _to(State.READY, Effect.CHOOSE),
        **{
            (state, Event.CANCEL): _end(Outcome.CANCELLED)
            for state in (
                State.READY,
                State.COMMANDING,
                State.ADRIFT,
                State.READING,
                State.WAITING,
                State.ASKING,
            )
        },
        **{
            (state, Event.UNRECORDED): _to(State.BROKEN, Effect.ABANDON)
            for state in State
            if state is not State.BROKEN
        },
    }
)
"""Every pair that can come up."""


def advance(state: State, event: Event) -> Transition:
    """Return where `event` leads from `state`.

    Raises:
        ImpossibleEvent: the table has no such row.
    """
    try:
        return TABLE[state, event]
    except KeyError:
        raise ImpossibleEvent(f"{event.value!r} cannot come while {state.value!r}") from None
