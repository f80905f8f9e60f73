"""Whose HA flag the manager is asked for next."""

from __future__ import annotations

from ovmtui.model.ha import HaFact, HaState
from ovmtui.model.identity import VmKey
from ovmtui.runtime.managerqueue import next_to_ask
from tests.ui.support import pools

NOW = 1000.0
SNAPSHOT = pools.healthy()
FIRST, SECOND = pools.vm_key(1), pools.vm_key(2)


def asked(at: dict[VmKey, float]) -> dict[VmKey, HaFact]:
    known = dict.fromkeys(SNAPSHOT.vms, NOW) | at
    return {vm: HaFact(HaState.ON, "manager", observed_at=when) for vm, when in known.items()}


def test_the_oldest_answer_is_asked_for_anew_and_nothing_before_its_time() -> None:
    facts = asked({FIRST: 100.0, SECOND: 50.0})
    found = next_to_ask(SNAPSHOT, pools.POOL, facts.get, NOW - 300.0)
    assert found is not None
    assert found.key == SECOND
    assert next_to_ask(SNAPSHOT, pools.POOL, asked({}).get, NOW - 300.0) is None


def test_a_flag_that_a_plan_switches_is_left_to_that_plan() -> None:
    facts = asked({FIRST: 100.0, SECOND: 50.0})
    found = next_to_ask(SNAPSHOT, pools.POOL, facts.get, NOW - 300.0, beside={SECOND})
    assert found is not None
    assert found.key == FIRST
