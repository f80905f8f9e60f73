"""What a pool allows: verbs, what is ordered with them, and the answers of their questions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ovmtui.config.verbs import AllowedVerb
from ovmtui.errors import PlanRefused
from ovmtui.model.snapshot import PoolView
from ovmtui.plan import flows
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.permission import CONSOLE, SHELL, may_go_on, permitted, spelled, why_not
from ovmtui.plan.plan import Plan
from ovmtui.plan.position import Pending, Position
from ovmtui.plan.steps import CommandStep, ProbeStep, WaitStep
from tests.plan.pools import NOW, POOL, VM, context, domain, key, node, pool


def allowing(*verbs: str) -> PoolView:
    return PoolView(POOL, POOL, (key("ovm1"),), verbs=frozenset(verbs))


def stop(**choices: object) -> Plan:
    intent = replace(Intent(Verb.STOP, VM), **choices)  # type: ignore[arg-type]
    snapshot = pool(node("ovm1", domain()), node("ovm2"))
    return flows.build(intent, snapshot, context(), now=NOW)


def answers(plan: Plan) -> set[str]:
    waits = [step for step in plan.steps if isinstance(step, WaitStep | ProbeStep)]
    return {choice.key for wait in waits for choice in wait.choices}


def test_every_verb_can_be_allowed_and_nothing_else() -> None:
    assert {verb.value for verb in AllowedVerb} == {*map(spelled, Verb), CONSOLE, SHELL}


def test_without_a_list_all_is_allowed() -> None:
    everything = replace(allowing(), verbs=None)
    assert permitted(stop(), everything) == stop()
    assert why_not(everything, SHELL) is None


def test_what_is_not_on_the_list_is_refused_by_its_name() -> None:
    with pytest.raises(PlanRefused, match="pool pool1 does not allow stop"):
        permitted(stop(), allowing("start", "migrate"))
    assert why_not(allowing("start"), SHELL) == "pool pool1 does not allow shell"


def test_a_stop_cuts_no_power_where_that_is_not_allowed() -> None:
    assert "destroy" in answers(permitted(stop(), allowing("stop", "destroy")))
    restricted = permitted(stop(), allowing("stop"))
    assert answers(restricted) == {"keep waiting", "abort"}
    with pytest.raises(PlanRefused, match="does not allow destroy"):
        permitted(stop(destroy_after=60.0), allowing("stop"))


def test_a_start_shuts_nothing_down_where_that_is_not_allowed() -> None:
    snapshot = pool(node("ovm1"), node("ovm2"))
    start = flows.build(Intent(Verb.START, VM), snapshot, context(), now=NOW)
    assert "stop it" in answers(permitted(start, allowing("start", "stop")))
    assert answers(permitted(start, allowing("start"))) == {"keep waiting", "go on", "leave it"}


@pytest.mark.parametrize(
    ("ordered", "missing"),
    [({"freeze_first": True}, "freeze"), ({"want_ha": True}, "ha-on")],
)
def test_what_is_ordered_with_a_verb_must_be_allowed_too(
    ordered: dict[str, object], missing: str
) -> None:
    with pytest.raises(PlanRefused, match=f"does not allow {missing}"):
        permitted(stop(**ordered), allowing("stop"))


def test_a_power_cut_that_a_break_has_stopped_is_not_gone_on_with() -> None:
    plan = stop()
    wait = next(step for step in plan.steps if isinstance(step, WaitStep) and step.choices)
    cut = next(choice for choice in wait.choices if choice.key == "destroy").steps[0]
    assert isinstance(cut, CommandStep)
    position = Position(2, Pending(cut, 2, "job"), begun=True)
    may_go_on(permitted(plan, allowing("stop", "destroy")), position)
    with pytest.raises(PlanRefused, match="not allowed in this pool now"):
        may_go_on(permitted(plan, allowing("stop")), position)


def test_a_read_only_pool_has_no_logins() -> None:
    closed = replace(allowing("shell", "console"), read_only=True)
    assert why_not(closed, SHELL) == "pool pool1 is read-only"
