"""Emptying a node: in which order, with which memory, and why a machine stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan import flows
from ovmtui.plan.evacuation import Move, machines_on, moves, render_moves
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from tests.plan.pools import NOW, context, key, node, pool


def guest(name: str, number: int, memory: int, state: DomainState = DomainState.RUNNING) -> Domain:
    uuid = f"6b0e8a0e-6a5b-4b3c-a6f0-{number:012d}"
    return Domain(name, number, state, memory, 1, 12.0, uuid=uuid)


SMALL, BIG, PAUSED = (
    guest("small", 11, 1024),
    guest("big", 12, 4096),
    guest("paused", 13, 512, DomainState.PAUSED),
)


def moved(snapshot: Snapshot) -> tuple[Move, ...]:
    def planning(intent: Intent, aside: Mapping[NodeKey, int]) -> Plan:
        surroundings = replace(context(), reserved_mib=aside)
        return flows.build(intent, snapshot, surroundings, now=NOW)

    wanted = [(vm, None) for vm in machines_on(key("ovm1"), snapshot)]
    return tuple(moves(wanted, planning))


def test_the_largest_goes_first_and_what_one_takes_is_gone_for_the_next() -> None:
    snapshot = pool(node("ovm1", SMALL, BIG), node("ovm2", free=5000), node("ovm3", free=4900))
    found = moved(snapshot)
    assert [(move.name, move.target) for move in found] == [("big", "ovm2"), ("small", "ovm3")]


def test_a_machine_without_a_place_stays_with_the_reason_and_holds_no_other_up() -> None:
    snapshot = pool(node("ovm1", SMALL, BIG, PAUSED), node("ovm2", free=2000))
    by_name = {move.name: move for move in moved(snapshot)}
    assert "memory short" in "; ".join(by_name["big"].reasons)
    assert by_name["small"].target == "ovm2"
    text = render_moves("evacuate ovm1", moved(snapshot))
    assert "big stays: " in text
    assert "xm migrate -l small ovm2" in text


def test_nobody_else_is_moved() -> None:
    snapshot = pool(node("ovm1", SMALL), node("ovm2", BIG))
    assert [vm.name for vm in machines_on(key("ovm1"), snapshot)] == ["small"]
    assert machines_on(NodeKey("pool1", "ovm9"), snapshot) == []
    assert "no machine is to be moved" in render_moves("evacuate ovm3", [])


def test_hostile_names_are_shown_harmlessly() -> None:
    text = render_moves("evacuate ovm1", [Move(VmKey("p", "u"), "x\x1b[2J", reasons=("no\n",))])
    assert "\x1b" not in text
