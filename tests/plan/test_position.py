"""Where a plan goes on, read from the story that the journal has of it."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.model.ha import HaState
from ovmtui.model.job import EventKind, JobEvent, JobState, Outcome, Stream
from ovmtui.plan import flows
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.position import Position, position_of, resumable, rewound
from ovmtui.plan.steps import CommandStep, WaitStep
from tests.plan.pools import NOW, VM, context, domain, node, pool

PLAN = flows.build(
    Intent(Verb.STOP, VM),
    pool(node("ovm1", domain()), node("ovm2"), ha=HaState.ON),
    context(),
    now=NOW,
)
STATE = JobState("j", PLAN.title, "stop", VM, "ovmguest1", tuple(map(str, PLAN.steps)), 0.0)
HA_OFF, HA_READ, SHUTDOWN, WAIT = range(4)


class Story:
    """Events of one job, in the order in which they are told."""

    def __init__(self) -> None:
        self.events: list[JobEvent] = []
        self._add(EventKind.PLAN)

    def _add(self, kind: EventKind, text: str = "", **rest: object) -> None:
        event = JobEvent("j", len(self.events) + 1, 0.0, kind, text)
        self.events.append(replace(event, **rest))  # type: ignore[arg-type]  # fields by name

    def began(self, index: int, remote: str = "") -> Story:
        self._add(EventKind.STEP, PLAN.steps[index].text, step=index, remote=remote)
        return self

    def said(self, remote: str, stream: Stream = Stream.STDOUT) -> Story:
        self._add(EventKind.OUTPUT, "a line", remote=remote, stream=stream)
        return self

    def ended(self, index: int | None, outcome: Outcome, remote: str = "") -> Story:
        self._add(EventKind.STEP_END, step=index, outcome=outcome, remote=remote)
        return self

    def locked(self, remote: str) -> Story:
        self._add(EventKind.LOCK, remote=remote)
        return self

    def chose(self, step: CommandStep, remote: str) -> Story:
        self._add(EventKind.STEP, step.text, remote=remote)
        return self

    @property
    def position(self) -> Position:
        return position_of(PLAN, self.events)


def test_a_plan_of_which_nothing_was_begun_begins_at_its_first_step() -> None:
    assert Story().position == Position(0)


def test_a_command_whose_end_nobody_saw_is_followed_and_not_begun_again() -> None:
    story = Story().locked("j-lock-1").began(HA_OFF, "j-4").said("j-4").said("j-4", Stream.STDERR)
    position = story.position
    assert position.pending is not None
    assert (position.pending.remote, position.pending.index) == ("j-4", HA_OFF)
    assert dict(position.pending.told) == {Stream.STDOUT: 1, Stream.STDERR: 1}
    assert (position.index, position.begun, position.holder) == (HA_OFF, True, "j-lock-1")


def test_a_command_that_ended_well_is_over_and_the_next_step_comes() -> None:
    story = Story().began(HA_OFF, "j-4").ended(HA_OFF, Outcome.DONE, "j-4")
    assert story.position == Position(HA_READ, begun=True)
    story.began(HA_READ).ended(HA_READ, Outcome.DONE).began(SHUTDOWN, "j-8")
    assert story.position.pending is not None


def test_a_command_that_failed_is_done_again_under_its_conditions() -> None:
    story = Story().began(HA_OFF, "j-4").ended(HA_OFF, Outcome.FAILED, "j-4")
    assert story.position == Position(HA_OFF, begun=True)


def test_cancelled_and_unknown_commands_may_go_on_and_are_followed() -> None:
    for outcome in (Outcome.CANCELLED, Outcome.UNKNOWN):
        position = Story().began(HA_OFF, "j-4").ended(HA_OFF, outcome, "j-4").position
        assert position.pending is not None


def test_lines_of_an_earlier_command_do_not_count_for_a_later_one() -> None:
    story = Story().began(HA_OFF, "j-4").said("j-4").ended(HA_OFF, Outcome.FAILED, "j-4")
    pending = story.began(HA_OFF, "j-9").said("j-9").said("j-4").position.pending
    assert pending is not None
    assert dict(pending.told) == {Stream.STDOUT: 1}


def test_a_command_that_a_choice_added_is_found_among_the_choices() -> None:
    wait = PLAN.steps[WAIT]
    assert isinstance(wait, WaitStep)
    cut = wait.choices[0].steps[0]
    assert isinstance(cut, CommandStep)
    story = Story()
    for index in (HA_OFF, HA_READ, SHUTDOWN):
        story.began(index).ended(index, Outcome.DONE)
    position = story.began(WAIT).chose(cut, "j-20").position
    assert position.pending is not None
    assert position.pending.step == cut
    assert position.index == WAIT


def down_to_the_wait() -> Story:
    story = Story()
    for index in (HA_OFF, HA_READ, SHUTDOWN):
        story.began(index).ended(index, Outcome.DONE)
    return story.began(WAIT)


def test_ha_that_is_on_again_is_switched_off_anew_before_a_stop_goes_on() -> None:
    position = down_to_the_wait().ended(WAIT, Outcome.CANCELLED).position

    def goes_on_at(ha: HaState) -> int:
        now = pool(node("ovm1", domain()), node("ovm2"), ha=ha)
        return rewound(PLAN, position, now, NOW).index

    assert goes_on_at(HaState.ON) == HA_OFF
    assert goes_on_at(HaState.OFF) == WAIT
    assert goes_on_at(HaState.UNKNOWN) == WAIT


def test_ha_that_may_just_be_going_on_again_is_switched_off_after_that() -> None:
    wait = PLAN.steps[WAIT]
    assert isinstance(wait, WaitStep)
    on_again = next(choice for choice in wait.choices if choice.key == "abort").steps[0]
    assert isinstance(on_again, CommandStep)
    position = down_to_the_wait().chose(on_again, "j-20").position
    now = pool(node("ovm1", domain()), node("ovm2"), ha=HaState.OFF)
    back = rewound(PLAN, position, now, NOW)
    assert back.index == HA_OFF
    assert back.pending is not None
    assert back.pending.step == on_again


def test_only_what_has_something_left_can_be_gone_on_with() -> None:
    left = Position(SHUTDOWN, begun=True)
    assert resumable(PLAN, STATE, left)
    assert resumable(PLAN, replace(STATE, outcome=Outcome.FAILED), left)
    assert not resumable(PLAN, replace(STATE, outcome=Outcome.DONE), left)
    assert not resumable(PLAN, replace(STATE, outcome=Outcome.REFUSED), Position(0))
    assert not resumable(PLAN, replace(STATE, outcome=Outcome.FAILED), Position(4, begun=True))
    # Everything is done, and only its end was never written down.
    assert resumable(PLAN, STATE, Position(len(PLAN.steps), begun=True))


def test_a_plan_that_has_done_nothing_begins_with_its_guards() -> None:
    assert Story().locked("j-lock-1").position.untouched
    assert not Story().began(HA_OFF, "j-4").position.untouched
