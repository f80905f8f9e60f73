"""Plans as text and back: what the journal keeps for going on after a break."""

from __future__ import annotations

import json

import pytest

from ovmtui.model.ha import HaState
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan import flows
from ovmtui.plan.archive import ArchiveError, archived, restored
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.render import render
from tests.plan.pools import NOW, VM, context, domain, key, node, pool, silent

RUNNING = pool(node("ovm1", domain()), node("ovm2"), ha=HaState.ON)
DOWN = pool(node("ovm1"), silent(node("ovm2")), ha=HaState.OFF)
WISHES = [
    (Intent(Verb.STOP, VM), RUNNING),
    (Intent(Verb.STOP, VM, destroy_after=30.0), RUNNING),
    (Intent(Verb.MIGRATE, VM, key("ovm2")), RUNNING),
    (Intent(Verb.DESTROY, VM), RUNNING),
    (Intent(Verb.HA_ON, VM), RUNNING),
    (Intent(Verb.HA_OFF, VM), RUNNING),
    (Intent(Verb.START, VM, want_ha=True, overrides=frozenset({"pool-answers"})), DOWN),
]


@pytest.mark.parametrize(("wish", "seen"), WISHES, ids=lambda it: str(getattr(it, "verb", "")))
def test_every_kind_of_plan_comes_back_as_it_was(wish: Intent, seen: Snapshot) -> None:
    plan = flows.build(wish, seen, context(), now=NOW)
    again = restored(archived(plan))
    assert again == plan
    assert render(again) == render(plan)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"plan"',
        '{"is": "Popen", "args": ["reboot"]}',
        '{"is": "Plan"}',
        '{"is": "Plan", "intent": 1, "unknown": 2}',
        "[" * 100_000,
    ],
)
def test_a_text_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(ArchiveError):
        restored(text)


def test_a_plan_of_another_version_is_refused_and_not_guessed_at() -> None:
    plan = json.loads(archived(flows.build(Intent(Verb.STOP, VM), RUNNING, context(), now=NOW)))
    plan["steps"][0]["brand_new_part"] = 1
    with pytest.raises(ArchiveError):
        restored(json.dumps(plan))
