from __future__ import annotations

from dataclasses import replace

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.vmconfig import ConfigFile, Disk
from ovmtui.plan import flows
from ovmtui.plan.context import Limits
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.judge import findings
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.render import render
from ovmtui.plan.steps import HaReadStep, WaitStep
from ovmtui.plan.verdict import Standing
from tests.plan.pools import (
    CONFIG,
    DISK,
    NOW,
    PATH,
    VM,
    context,
    domain,
    key,
    node,
    pool,
    silent,
    texts,
)

HA_OFF = "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d"
HA_ON = "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e"


def standings(plan: Plan) -> dict[str, Standing]:
    return {finding.name: finding.verdict.standing for finding in plan.findings}


def test_stop_switches_ha_off_verifies_shuts_down_and_waits_in_this_order() -> None:
    snapshot = pool(node("ovm1", domain()), node("ovm2"), ha=HaState.ON)
    plan = flows.build(Intent(Verb.STOP, VM), snapshot, context(), now=NOW)
    steps = texts(plan.steps)
    assert steps[0] == HA_OFF
    assert isinstance(plan.steps[1], HaReadStep)
    assert plan.steps[1].wanted is HaState.OFF
    assert steps[2:] == ["xm shutdown ovmguest1", "wait for container down status"]
    assert [step.label for step in plan.steps] == [
        "OVMGUEST1.HB#1",
        "OVMGUEST1.HB#1",
        "OVMGUEST1.OVM",
        "OVMGUEST1.OVM",
    ]


def test_stop_verifies_an_ha_that_was_off_instead_of_trusting_it() -> None:
    snapshot = pool(node("ovm1", domain()), ha=HaState.OFF)
    plan = flows.build(Intent(Verb.STOP, VM), snapshot, context(), now=NOW)
    assert isinstance(plan.steps[0], HaReadStep)
    assert HA_OFF not in texts(plan.steps)


def test_stop_treats_unknown_ha_as_on() -> None:
    plan = flows.build(Intent(Verb.STOP, VM), pool(node("ovm1", domain())), context(), now=NOW)
    assert texts(plan.steps)[0] == HA_OFF


def test_stop_without_a_usable_manager_fails_its_guard_until_overridden() -> None:
    snapshot = pool(node("ovm1", domain()), ha=HaState.ON)
    unusable = replace(context(), manager=None, manager_unknown="it was not asked yet")
    plan = flows.build(Intent(Verb.STOP, VM), snapshot, unusable, now=NOW)
    assert standings(plan)["manager-answers"] is Standing.FAILS
    forced = Intent(Verb.STOP, VM, overrides=frozenset({"manager-answers"}))
    plan = flows.build(forced, snapshot, unusable, now=NOW)
    assert standings(plan)["manager-answers"] is Standing.OVERRIDDEN
    assert texts(plan.steps)[0] == "xm shutdown ovmguest1"
    assert "may start the machine again" in render(plan)


def test_stop_on_time_out_offers_destroy_by_id_and_ha_back_on_abort() -> None:
    snapshot = pool(node("ovm1", domain(domid=7)), ha=HaState.ON)
    plan = flows.build(Intent(Verb.STOP, VM), snapshot, context(), now=NOW)
    wait = plan.steps[-1]
    assert isinstance(wait, WaitStep)
    choices = {choice.key: choice for choice in wait.choices}
    assert texts(choices["destroy"].steps)[0] == "xm destroy 7"
    assert choices["destroy"].type_name
    assert texts(choices["abort"].steps)[0] == HA_ON
    assert wait.default is None


def test_stop_with_force_after_destroys_without_asking() -> None:
    snapshot = pool(node("ovm1", domain()), ha=HaState.ON)
    intent = Intent(Verb.STOP, VM, destroy_after=45.0)
    wait = flows.build(intent, snapshot, context(), now=NOW).steps[-1]
    assert isinstance(wait, WaitStep)
    assert (wait.budget, wait.default) == (45.0, "destroy")


def test_start_creates_waits_three_times_and_switches_ha_on_at_the_end() -> None:
    snapshot = pool(node("ovm1"), node("ovm2"), ha=HaState.OFF)
    intent = Intent(Verb.START, VM, want_ha=True)
    plan = flows.build(intent, snapshot, context(), now=NOW)
    assert texts(plan.steps)[:5] == [
        f"xm create {PATH}",
        "wait for container up status",
        "wait for container ping: ping -c 1 -W 1 -w 1 ovmguest1",
        texts(plan.steps)[3],
        HA_ON,
    ]
    assert texts(plan.steps)[3].startswith("wait for container operational: ssh ")


@pytest.mark.parametrize(
    ("remembered", "configured", "expected"),
    [(True, None, True), (None, True, True), (True, False, False), (None, None, False)],
)
def test_start_wants_ha_as_configured_else_as_remembered(
    remembered: bool | None, configured: bool | None, expected: bool
) -> None:
    told = replace(context(), ha_remembered=remembered)
    wanted = {} if configured is None else {"ovmguest1": configured}
    snapshot = pool(node("ovm1"), ha=HaState.OFF, wanted=wanted)
    plan = flows.build(Intent(Verb.START, VM), snapshot, told, now=NOW)
    assert (HA_ON in texts(plan.steps)) is expected


def test_start_without_an_address_says_that_nothing_is_pinged() -> None:
    plan = flows.build(Intent(Verb.START, VM), pool(node("ovm1")), context(address=None), now=NOW)
    assert not any("ping" in text for text in texts(plan.steps))
    assert "No address is known" in plan.notes[0]


def test_start_goes_to_the_node_with_most_free_memory() -> None:
    snapshot = pool(node("ovm1", free=2048), node("ovm2", free=9000), node("ovm3", free=100))
    plan = flows.build(Intent(Verb.START, VM), snapshot, context(), now=NOW)
    assert plan.title == "start ovmguest1 on ovm2"


def test_start_is_refused_while_a_node_is_silent_unless_overridden() -> None:
    snapshot = pool(node("ovm1"), silent(node("ovm2"), "no answer in 10 s"))
    plan = flows.build(Intent(Verb.START, VM), snapshot, context(), now=NOW)
    finding = next(f for f in plan.findings if f.name == "pool-answers")
    assert finding.verdict.standing is Standing.UNKNOWN
    assert "ovm2: no answer in 10 s" in finding.verdict.text
    forced = Intent(Verb.START, VM, overrides=frozenset({"pool-answers"}))
    plan = flows.build(forced, snapshot, context(), now=NOW)
    assert standings(plan)["pool-answers"] is Standing.OVERRIDDEN


def test_an_override_counts_for_the_nodes_that_were_silent_and_for_no_other() -> None:
    seen = pool(node("ovm1"), silent(node("ovm2")), node("ovm3"))
    forced = Intent(Verb.START, VM, key("ovm1"), overrides=frozenset({"pool-answers"}))
    plan = flows.build(forced, seen, context(), now=NOW)
    later = pool(node("ovm1"), silent(node("ovm2")), silent(node("ovm3"), "no route to host"))
    refused = [
        f
        for f in findings(plan, later, NOW)
        if not f.verdict.passes and f.verdict.standing is not Standing.PENDING
    ]
    assert [f.name for f in refused] == ["others-answer"]
    assert "ovm3: no route to host" in refused[0].verdict.text
    assert not refused[0].overridable


def test_start_of_a_machine_that_runs_is_no_plan() -> None:
    with pytest.raises(PlanRefused, match="running on ovm2"):
        flows.build(
            Intent(Verb.START, VM),
            pool(node("ovm1"), node("ovm2", domain())),
            context(),
            now=NOW,
        )


def test_start_is_refused_when_a_namesake_or_its_disk_is_in_use() -> None:
    namesake = domain(uuid="00000000-0000-0000-0000-0000000000ff")
    plan = flows.build(
        Intent(Verb.START, VM), pool(node("ovm1"), node("ovm2", namesake)), context(), now=NOW
    )
    assert standings(plan)["runs-nowhere"] is Standing.FAILS
    other = domain(
        "other",
        uuid="00000000-0000-0000-0000-0000000000ff",
        disks=(Disk("file", DISK, "xvda", "w"),),
    )
    plan = flows.build(
        Intent(Verb.START, VM), pool(node("ovm1"), node("ovm2", other)), context(), now=NOW
    )
    assert standings(plan)["runs-nowhere"] is Standing.FAILS


def test_start_with_two_configurations_is_no_plan() -> None:
    second = ConfigFile("/OVS/running_pool/copy/vm.cfg", CONFIG.config)
    doubled = replace(node("ovm1"), configs=(CONFIG, second))
    with pytest.raises(PlanRefused, match="/OVS/running_pool/copy"):
        flows.build(Intent(Verb.START, VM), pool(doubled), context(), now=NOW)


def test_migrate_is_one_live_migration_and_a_verification_without_ha() -> None:
    snapshot = pool(node("ovm1", domain()), node("ovm2"), ha=HaState.ON)
    intent = Intent(Verb.MIGRATE, VM, key("ovm2"))
    plan = flows.build(intent, snapshot, context(), now=NOW)
    assert texts(plan.steps) == [
        "xm migrate -l ovmguest1 ovm2",
        "verify that one copy runs, on ovm2",
    ]
    assert {check.name for check in plan.checks} == {"disks", "bridges", "relocation"}


def test_migrate_to_a_node_that_has_a_namesake_is_refused() -> None:
    other = domain("ovmguest1", 9, uuid="6b0e8a0e-6a5b-4b3c-a6f0-000000000777")
    snapshot = pool(node("ovm1", domain()), node("ovm2", other))
    plan = flows.build(Intent(Verb.MIGRATE, VM, key("ovm2")), snapshot, context(), now=NOW)
    assert standings(plan)["name-free"] is Standing.FAILS


def test_nothing_is_planned_before_the_machines_lock_can_be_placed() -> None:
    unsearched = replace(node("ovm1", domain()), configs=None)
    with pytest.raises(PlanRefused, match="not searched yet on ovm1"):
        flows.build(Intent(Verb.STOP, VM), pool(unsearched), context(), now=NOW)
    hanging = replace(unsearched, scan_problem="searching took over 60 s")
    plan = flows.build(Intent(Verb.STOP, VM), pool(hanging), context(), now=NOW)
    assert plan.lock is not None
    assert plan.lock.path is None


def test_a_slow_pool_may_take_its_time_with_a_lock() -> None:
    slow = replace(context(), limits=Limits(lock=90.0, lock_grace=30.0))
    plan = flows.build(Intent(Verb.STOP, VM), pool(node("ovm1", domain())), slow, now=NOW)
    assert plan.lock is not None
    assert (plan.lock.patience, plan.lock.grace) == (90.0, 30.0)


def test_migrate_to_its_own_node_is_no_plan() -> None:
    with pytest.raises(PlanRefused, match="already"):
        flows.build(
            Intent(Verb.MIGRATE, VM, key("ovm1")),
            pool(node("ovm1", domain()), node("ovm2")),
            context(),
            now=NOW,
        )


def test_migrate_guards_memory_cpu_and_a_paused_machine() -> None:
    snapshot = pool(
        node("ovm1", domain(state=DomainState.PAUSED)), node("ovm2", free=512, cpu="other")
    )
    plan = flows.build(Intent(Verb.MIGRATE, VM, key("ovm2")), snapshot, context(), now=NOW)
    bad = {name for name, standing in standings(plan).items() if standing is not Standing.HOLDS}
    assert bad >= {"runs-only-here", "memory", "same-cpu"}


def test_destroy_needs_the_name_and_names_the_domain_id() -> None:
    snapshot = pool(node("ovm1", domain(domid=9)), ha=HaState.ON)
    plan = flows.build(Intent(Verb.DESTROY, VM), snapshot, context(), now=NOW)
    assert plan.confirmation is Confirmation.TYPE_NAME
    assert texts(plan.steps)[0] == HA_OFF
    assert "xm destroy 9" in texts(plan.steps)


def test_destroy_of_one_copy_of_two_needs_a_node_and_leaves_the_other() -> None:
    snapshot = pool(node("ovm1", domain(domid=2)), node("ovm2", domain(domid=5)))
    with pytest.raises(PlanRefused, match="say which node"):
        flows.build(Intent(Verb.DESTROY, VM), snapshot, context(), now=NOW)
    intent = Intent(Verb.DESTROY, VM, key("ovm2"))
    plan = flows.build(intent, snapshot, context(), now=NOW)
    assert "xm destroy 5" in texts(plan.steps)
    assert "xm destroy 2" not in texts(plan.steps)


def test_ha_on_for_a_stopped_machine_fails_a_guard() -> None:
    plan = flows.build(Intent(Verb.HA_ON, VM), pool(node("ovm1")), context(), now=NOW)
    assert standings(plan)["is-running"] is Standing.FAILS


def test_ha_without_a_manager_is_no_plan() -> None:
    with pytest.raises(PlanRefused, match="no manager"):
        flows.build(
            Intent(Verb.HA_OFF, VM),
            pool(node("ovm1", domain()), manager=False),
            context(manager=False),
            now=NOW,
        )


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.MIGRATE, Verb.DESTROY])
def test_verbs_that_need_one_copy_refuse_an_unknown_machine(verb: Verb) -> None:
    snapshot = pool(node("ovm1"), silent(node("ovm2")))
    with pytest.raises(PlanRefused, match="ovm2 cannot be asked"):
        flows.build(Intent(verb, VM), snapshot, context(), now=NOW)


def test_hostile_names_stay_one_argument_and_are_shown_harmlessly() -> None:
    evil = "x; rm -rf $(HOME)\x1b]0;gone\x07'"
    snapshot = pool(node("ovm1", domain(name=evil)), node("ovm2"))
    plan = flows.build(Intent(Verb.MIGRATE, VM, key("ovm2")), snapshot, context(), now=NOW)
    import shlex

    assert shlex.split(texts(plan.steps)[0]) == ["xm", "migrate", "-l", evil, "ovm2"]
    assert "\x1b" not in render(plan)
