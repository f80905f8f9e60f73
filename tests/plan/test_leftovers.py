"""What failed migrations leave behind: told apart, explained, and mended only when that is safe."""

from __future__ import annotations

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan import flows
from ovmtui.plan.archive import archived, restored
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.judge import findings
from ovmtui.plan.leftovers import Leftover, LeftoverKind, Repair, leftovers
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.steps import CommandStep
from ovmtui.plan.verdict import Standing
from tests.plan.pools import NOW, VM, context, domain, key, node, pool, silent

PAUSED = domain(domid=9, state=DomainState.PAUSED, cpu_seconds=0.0)
RUNNING = domain(domid=2)


def left(*nodes: NodeView) -> tuple[Leftover, ...]:
    snapshot = pool(*nodes)
    return leftovers(snapshot.vms[VM], snapshot)


def plan_of(snapshot: Snapshot, on: str | None = None) -> Plan:
    return flows.build(
        Intent(Verb.REPAIR, VM, key(on) if on else None), snapshot, context(), now=NOW
    )


def command(plan: Plan) -> str:
    step = plan.steps[0]
    assert isinstance(step, CommandStep)
    return f"{step.node.name}: {step.text}"


def test_a_machine_that_runs_once_has_nothing_left_over() -> None:
    assert left(node("ovm1", RUNNING), node("ovm2")) == ()


def test_a_paused_copy_beside_a_running_one_is_destroyed_by_its_id() -> None:
    (found,) = left(node("ovm1", RUNNING), node("ovm2", PAUSED))
    assert (found.kind, found.repair) == (LeftoverKind.PAUSED_COPY, Repair.DESTROY)
    assert "never executed there" in found.what
    plan = plan_of(pool(node("ovm1", RUNNING), node("ovm2", PAUSED)))
    assert command(plan) == "ovm2: xm destroy 9"
    assert plan.confirmation is Confirmation.TYPE_NAME
    # Both nodes are asked whether a migration is under way after all.
    assert [check.node.name for check in plan.checks] == ["ovm2", "ovm1"]
    assert restored(archived(plan)) == plan


def test_a_paused_copy_that_has_executed_may_be_the_only_memory_and_is_left_alone() -> None:
    paused = domain(domid=9, state=DomainState.PAUSED, cpu_seconds=3.0)
    assert left(node("ovm1", RUNNING), node("ovm2", paused)) == ()


def test_a_paused_copy_without_another_one_is_never_destroyed() -> None:
    (found,) = left(node("ovm1"), node("ovm2", PAUSED))
    assert found.repair is None
    assert "no safe repair" in found.remedy
    with pytest.raises(PlanRefused, match="memory may be the only one"):
        plan_of(pool(node("ovm1"), node("ovm2", PAUSED)))


def test_a_renamed_source_that_runs_gets_its_name_back() -> None:
    renamed = domain("migrating-ovmguest1", domid=2)
    (found,) = left(node("ovm1", renamed), node("ovm2"))
    assert (found.kind, found.repair) == (LeftoverKind.RENAMED_SOURCE, Repair.RENAME)
    plan = plan_of(pool(node("ovm1", renamed), node("ovm2")))
    assert command(plan) == "ovm1: xm rename 2 ovmguest1"
    assert plan.confirmation is Confirmation.YES
    assert restored(archived(plan)) == plan


@pytest.mark.parametrize(
    ("nodes", "why"),
    [
        (
            (node("ovm1", domain("migrating-ovmguest1")), silent(node("ovm2"))),
            "cannot be asked now and may run",
        ),
        (
            (
                node("ovm1", domain("migrating-ovmguest1", state=DomainState.SUSPENDED)),
                node("ovm2"),
            ),
            "saved, or was handed over",
        ),
        (
            (
                node("ovm1", domain("migrating-ovmguest1")),
                node("ovm2", domain("ovmguest1", 5, uuid="6b0e8a0e-6a5b-4b3c-a6f0-000000000777")),
            ),
            "a domain called ovmguest1",
        ),
        ((node("ovm1", domain("migrating-ovmguest1", uuid=None)), node("ovm2")), ""),
    ],
)
def test_a_renamed_source_keeps_its_name_while_anything_is_in_doubt(
    nodes: tuple[NodeView, ...], why: str
) -> None:
    found = left(*nodes)
    assert all(one.repair is None for one in found)
    assert why in " ".join(one.remedy for one in found)


def test_while_the_source_still_carries_its_migrations_name_only_the_arrival_is_left_over() -> None:
    (found,) = left(node("ovm1", domain("migrating-ovmguest1")), node("ovm2", PAUSED))
    assert found.node == key("ovm2")
    assert found.may_be_under_way


def test_a_source_that_stayed_beside_its_running_target_is_destroyed_when_it_is_idle() -> None:
    stayed = domain("migrating-ovmguest1", 2, DomainState.SUSPENDED)
    nodes = (node("ovm1", stayed), node("ovm2", domain(domid=7)))
    (found,) = left(*nodes)
    assert (found.kind, found.repair) == (LeftoverKind.SOURCE_STAYED, Repair.DESTROY)
    assert command(plan_of(pool(*nodes))) == "ovm1: xm destroy 2"


def test_two_copies_that_both_execute_are_nobodys_to_choose_from() -> None:
    nodes = (node("ovm1", domain("migrating-ovmguest1", 2)), node("ovm2", domain(domid=7)))
    (found,) = left(*nodes)
    assert found.repair is None
    assert "both may execute" in found.remedy
    with pytest.raises(PlanRefused, match="both may execute"):
        plan_of(pool(*nodes))


def test_a_half_built_copy_of_libxl_is_destroyed_though_it_has_no_uuid() -> None:
    half = Domain("ovmguest1--incoming", 9, DomainState.PAUSED, 1024, 1, 0.0)
    nodes = (node("ovm1", RUNNING), node("ovm2", half))
    (found,) = left(*nodes)
    assert (found.kind, found.repair) == (LeftoverKind.HALF_BUILT, Repair.DESTROY)


def test_a_zombie_is_explained_and_left_to_a_reboot() -> None:
    zombie = domain("Zombie-ovmguest1", 4, DomainState.DYING)
    (found,) = left(node("ovm1", zombie), node("ovm2"))
    assert found.repair is None
    assert "only a reboot of ovm1 frees it" in found.remedy


def test_a_plan_is_refused_when_the_leftover_has_changed_since() -> None:
    plan = plan_of(pool(node("ovm1", RUNNING), node("ovm2", PAUSED)))
    woken = domain(domid=9, state=DomainState.RUNNING, cpu_seconds=0.1)
    later = pool(node("ovm1", RUNNING), node("ovm2", woken))
    standing = {f.name: f.verdict.standing for f in findings(plan, later, NOW)}
    assert standing["still-left-over"] is Standing.FAILS
    gone = pool(node("ovm1", RUNNING), node("ovm2"))
    standing = {f.name: f.verdict.standing for f in findings(plan, gone, NOW)}
    assert standing["still-left-over"] is Standing.FAILS
    hidden = pool(node("ovm1", RUNNING), silent(node("ovm2", PAUSED)))
    standing = {f.name: f.verdict.standing for f in findings(plan, hidden, NOW)}
    assert standing["still-left-over"] is Standing.UNKNOWN


def test_nothing_left_over_is_no_plan() -> None:
    with pytest.raises(PlanRefused, match="nothing is left over of ovmguest1"):
        plan_of(pool(node("ovm1", RUNNING), node("ovm2")))
    with pytest.raises(PlanRefused, match="nothing is left over of ovmguest1 on ovm1, but on ovm2"):
        plan_of(pool(node("ovm1", RUNNING), node("ovm2", PAUSED)), on="ovm1")
