"""Reboot, pause and unpause: their steps, what they say, and each way in which they are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.job import Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vmconfig import Disk
from ovmtui.plan import flows
from ovmtui.plan.archive import archived, restored
from ovmtui.plan.checks import Reading
from ovmtui.plan.context import Context
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.pause_conditions import IsPaused, NoLeftover
from ovmtui.plan.plan import Plan
from ovmtui.plan.reboot_conditions import CameBack
from ovmtui.plan.statement import next_step
from ovmtui.plan.steps import CommandStep, Then, WaitStep
from ovmtui.plan.uptime import judge_uptime
from ovmtui.plan.verdict import Standing
from tests.plan.pools import (
    CONFIG,
    DISK,
    NOW,
    VM,
    XL,
    context,
    domain,
    key,
    node,
    pool,
    silent,
    texts,
    with_agent,
)
from tests.plan.test_services import service

PAUSED = domain(state=DomainState.PAUSED)
UPTIMES = """\
Name                                ID Uptime
Domain-0                             0 136 days,  0:38:43
ovmguest1                            2  0:01:00
young1                               3  0:00:59
"""


def plan_of(verb: Verb, snapshot: Snapshot, told: Context | None = None, **more: object) -> Plan:
    intent = Intent(verb, VM, **more)  # type: ignore[arg-type]  # fields of it
    plan = flows.build(intent, snapshot, told or context(), now=NOW)
    assert restored(archived(plan)) == plan
    return plan


def failing(plan: Plan) -> dict[str, str]:
    return {f.name: f.verdict.text for f in plan.findings if f.verdict.standing is Standing.FAILS}


def running(*, ha: HaState | None = HaState.ON) -> Snapshot:
    return pool(node("ovm1", domain()), node("ovm2"), ha=ha)


def test_libxl_reboots_a_guest_of_any_age() -> None:
    snapshot = pool(node("ovm1", domain(), tool=XL), node("ovm2", tool=XL), ha=HaState.OFF)
    plan = plan_of(Verb.REBOOT, snapshot)
    assert texts(plan.steps)[0] == "xl reboot ovmguest1"
    assert plan.checks == ()


def test_a_reboot_asks_and_waits_until_it_has_gone_is_back_and_answers() -> None:
    plan = plan_of(Verb.REBOOT, running())
    assert texts(plan.steps)[:4] == [
        "xm reboot ovmguest1",
        "wait for container down status of domain 2",
        "wait for container up status as a new domain",
        "wait for container ping: ping -c 1 -W 1 -w 1 ovmguest1",
    ]
    assert texts(plan.steps)[4].startswith("wait for container operational: ssh ")
    assert [check.reading for check in plan.checks] == [Reading.UP_LONG_ENOUGH]
    assert (plan.checks[0].script, plan.checks[0].domid) == ("xm uptime", 2)
    assert not plan.switches_ha
    assert failing(plan) == {}


def test_nothing_in_a_reboot_cuts_the_power() -> None:
    for step in plan_of(Verb.REBOOT, running()).steps:
        extra = [s for c in getattr(step, "choices", ()) for s in c.steps]
        assert not [s for s in (step, *extra) if isinstance(s, CommandStep) and "destroy" in s.text]


def test_a_guest_that_does_not_reboot_is_asked_about_and_left_as_the_safest_answer() -> None:
    wait = plan_of(Verb.REBOOT, running()).steps[1]
    assert isinstance(wait, WaitStep)
    assert [(c.key, c.then) for c in wait.choices] == [
        ("keep waiting", Then.RETRY),
        ("leave it", Then.END),
    ]
    assert wait.default is None
    assert wait.budget == context().limits.reboot


def test_without_an_address_the_reboot_says_that_nothing_is_pinged() -> None:
    plan = plan_of(Verb.REBOOT, running(), context(address=None))
    assert len(plan.steps) == 3
    assert any("No address is known" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("ha", "manager", "said"),
    [
        (HaState.ON, True, "HA is on and is not touched"),
        (None, True, "HA is unknown and is not touched"),
        (HaState.OFF, True, ""),
        (None, False, ""),
    ],
)
def test_a_reboot_says_what_ha_means_for_it(ha: HaState | None, manager: bool, said: str) -> None:
    plan = plan_of(Verb.REBOOT, running(ha=ha), context(manager=manager))
    notes = " ".join(plan.notes)
    assert (said in notes) if said else ("HA" not in notes)


@pytest.mark.parametrize("verb", [Verb.REBOOT, Verb.PAUSE])
@pytest.mark.parametrize(
    ("here", "said"),
    [
        (PAUSED, "it is paused, not running"),
        (domain(state=DomainState.CRASHED), "it is crashed, not running"),
        (domain("migrating-ovmguest1"), "a migration or save is under way"),
    ],
)
def test_only_what_runs_is_rebooted_or_paused(verb: Verb, here: Domain, said: str) -> None:
    plan = plan_of(verb, pool(node("ovm1", here), node("ovm2")))
    assert said in failing(plan)["runs-only-here"]


@pytest.mark.parametrize("verb", [Verb.REBOOT, Verb.PAUSE, Verb.UNPAUSE])
def test_a_second_copy_anywhere_refuses_all_three(verb: Verb) -> None:
    twice = (node("ovm1", domain()), node("ovm2", domain(domid=9)))
    for snapshot in (pool(*twice), pool(twice[0], silent(twice[1]))):
        with pytest.raises(PlanRefused, match="ovmguest1 on ovm1, ovmguest1 on ovm2"):
            flows.build(Intent(verb, VM), snapshot, context(), now=NOW)


@pytest.mark.parametrize("verb", [Verb.REBOOT, Verb.PAUSE, Verb.UNPAUSE])
def test_what_is_down_or_halted_is_refused(verb: Verb) -> None:
    with pytest.raises(PlanRefused, match=f"cannot {verb.value} ovmguest1: it is down"):
        flows.build(Intent(verb, VM), pool(node("ovm1")), context(), now=NOW)
    halted = pool(node("ovm1", domain(domid=None, state=DomainState.HALTED)))
    with pytest.raises(PlanRefused, match="no domain on ovm1: it is halted"):
        flows.build(Intent(verb, VM), halted, context(), now=NOW)


@pytest.mark.parametrize("verb", [Verb.REBOOT, Verb.PAUSE])
def test_a_domain_that_became_another_one_meanwhile_is_left_alone(verb: Verb) -> None:
    step = plan_of(verb, running()).steps[0]
    assert isinstance(step, CommandStep)
    later = pool(node("ovm1", domain(domid=3)), node("ovm2"))
    verdicts = [condition.evaluate(later, NOW) for condition in step.conditions]
    assert [v.text for v in verdicts if not v.passes] == ["its domain id is 3 now, no longer 2"]


def test_a_vm_cfg_that_ends_the_machine_on_a_reboot_is_in_the_way_until_overridden() -> None:
    ends = replace(CONFIG, config=replace(CONFIG.config, settings=(("on_reboot", "destroy"),)))
    views = (node("ovm1", domain()), node("ovm2"))
    snapshot = pool(*(replace(view, configs=(ends,)) for view in views), ha=HaState.OFF)
    assert "on_reboot is destroy" in failing(plan_of(Verb.REBOOT, snapshot))["restarts-on-reboot"]
    forced = plan_of(Verb.REBOOT, snapshot, overrides=frozenset({"restarts-on-reboot"}))
    assert failing(forced) == {}


@pytest.mark.parametrize(
    ("domid", "standing", "said"),
    [
        (0, Standing.HOLDS, "up for 136 d"),
        (2, Standing.HOLDS, "up for 1 min"),
        (3, Standing.FAILS, "up for 59 s: xend does not restart what was up less than 60 s"),
        (4, Standing.UNKNOWN, "domain 4 is not among the uptimes; stop it and start it instead"),
        (None, Standing.UNKNOWN, "cannot be told"),
    ],
)
def test_the_age_of_the_domain_decides(domid: int | None, standing: Standing, said: str) -> None:
    verdict = judge_uptime(UPTIMES, "", domid)
    assert verdict.standing is standing
    assert said in verdict.text


@pytest.mark.parametrize(
    ("stdout", "problem"), [("", "Unable to connect to xend"), ("\x1b[2J junk", ""), ("", "")]
)
def test_an_age_that_cannot_be_told_is_unknown_and_never_old(stdout: str, problem: str) -> None:
    verdict = judge_uptime(stdout, problem, 2)
    assert verdict.standing is Standing.UNKNOWN
    assert "stop it and start it instead" in verdict.text


@pytest.mark.parametrize(
    ("first", "second", "passes", "said"),
    [
        ((domain(domid=3),), (), True, "running on ovm1 as domain 3, before 2"),
        ((domain(),), (), False, "the guest has not gone down"),
        ((), (), False, "it has not come back yet"),
        ((domain(domid=3, state=DomainState.PAUSED),), (), False, "paused on ovm1 (id 3)"),
        ((domain(domid=3), domain(domid=4)), (), False, "lists it 2 times"),
        ((domain(domid=3),), (domain(domid=9),), False, "also listed elsewhere"),
    ],
)
def test_it_is_back_only_as_another_domain_that_runs_there_alone(
    first: tuple[Domain, ...], second: tuple[Domain, ...], passes: bool, said: str
) -> None:
    verdict = CameBack(VM, key("ovm1"), 2).evaluate(
        pool(node("ovm1", *first), node("ovm2", *second)), NOW
    )
    assert (verdict.passes, verdict.final) == (passes, False)
    assert said in verdict.text


def test_a_machine_that_the_pool_started_elsewhere_is_not_waited_for() -> None:
    verdict = CameBack(VM, key("ovm1"), 2).evaluate(
        pool(node("ovm1"), node("ovm2", domain(domid=9))), NOW
    )
    assert verdict.final
    assert "it is running on ovm2 (id 9), started or moved there by somebody" in verdict.text
    in_doubt = pool(node("ovm1"), silent(node("ovm2", domain(domid=9))))
    assert not CameBack(VM, key("ovm1"), 2).evaluate(in_doubt, NOW).final


def test_a_silent_node_proves_neither_that_it_is_back_nor_that_it_is_paused() -> None:
    for condition in (CameBack(VM, key("ovm1"), 2), IsPaused(VM, key("ovm1"), 2)):
        verdict = condition.evaluate(pool(silent(node("ovm1", PAUSED)), node("ovm2")), NOW)
        assert verdict.standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("ha", "said"),
    [
        (HaState.OFF, "`ovmtui start ovmguest1`; /var/log/xen/xend.log"),
        (HaState.ON, "HA is on, so the pool may start it itself: wait and look"),
        (None, "HA is unknown, so the pool may start it itself"),
    ],
)
def test_what_is_safe_when_it_vanished(ha: HaState | None, said: str) -> None:
    gone = pool(node("ovm1"), node("ovm2"), ha=ha)
    advice = next_step(gone, VM, Outcome.FAILED, "j", verb=Verb.REBOOT, switches_ha=False)
    assert said in advice
    assert "ovmtui start ovmguest1" in advice


def test_a_pause_is_judged_by_the_state_and_says_what_it_means() -> None:
    plan = plan_of(Verb.PAUSE, running())
    assert texts(plan.steps) == ["xm pause ovmguest1", "verify that it is paused on ovm1"]
    assert "keeps its memory and its disks" in plan.notes[0]
    assert any("HA is on and is not touched" in note for note in plan.notes)
    assert IsPaused(VM, key("ovm1"), 2).evaluate(pool(node("ovm1", PAUSED)), NOW).passes
    assert not IsPaused(VM, key("ovm1"), 2).evaluate(running(), NOW).passes


def test_what_has_not_executed_yet_is_not_paused_since_it_would_look_like_a_leftover() -> None:
    with pytest.raises(PlanRefused, match="could not be told from the leftover"):
        plan_of(Verb.PAUSE, pool(node("ovm1", domain(cpu_seconds=0.0)), node("ovm2")))


def test_unpausing_runs_the_one_paused_domain_on() -> None:
    plan = plan_of(Verb.UNPAUSE, pool(node("ovm1", PAUSED), node("ovm2")))
    assert texts(plan.steps) == ["xm unpause ovmguest1", "verify that it runs on ovm1"]
    assert failing(plan) == {}
    assert "it is running, not paused" in failing(plan_of(Verb.UNPAUSE, running())).values()


NEVER_RAN = domain(state=DomainState.PAUSED, cpu_seconds=0.0)


@pytest.mark.parametrize(
    "snapshot",
    [
        pool(node("ovm1", NEVER_RAN), node("ovm2")),
        pool(node("ovm1", domain()), node("ovm2", NEVER_RAN)),
        pool(node("ovm1", domain("migrating-ovmguest1")), node("ovm2", NEVER_RAN)),
        pool(node("ovm1", domain("migrating-ovmguest1", state=DomainState.PAUSED)), node("ovm2")),
        pool(
            node("ovm1", domain("ovmguest1--incoming", state=DomainState.PAUSED, uuid=None)),
            node("ovm2"),
        ),
    ],
)
def test_no_leftover_of_a_migration_is_unpaused(snapshot: Snapshot) -> None:
    (vm,) = snapshot.vms
    with pytest.raises(PlanRefused, match="makes two running copies of one machine"):
        flows.build(Intent(Verb.UNPAUSE, vm), snapshot, context(), now=NOW)


def test_unpausing_needs_every_node_since_one_that_is_silent_may_run_it() -> None:
    plan = plan_of(Verb.UNPAUSE, pool(node("ovm1", PAUSED), silent(node("ovm2"))))
    standing = {f.name: f.verdict.standing for f in plan.findings}
    assert standing["pool-answers"] is Standing.UNKNOWN
    step = plan.steps[0]
    assert isinstance(step, CommandStep)
    assert {"runs-only-here", "no-leftover", "pool-answers", "driven-with"} == {
        c.name for c in step.conditions
    }


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (domain("ovmguest1", 7, uuid=None), "a domain called ovmguest1 is on ovm2"),
        (
            domain("clone", 7, uuid="0" * 8, disks=(Disk("file", DISK, "xvda", "w"),)),
            f"clone on ovm2 has its disk {DISK} open",
        ),
    ],
)
def test_unpausing_is_refused_while_another_domain_has_its_name_or_disks(
    other: Domain, said: str
) -> None:
    snapshot = pool(node("ovm1", PAUSED), node("ovm2", other))
    verdict = NoLeftover(VM, key("ovm1"), 2).evaluate(snapshot, NOW)
    assert verdict.standing is Standing.FAILS
    assert said in verdict.text


def test_beside_opensvc_agents_a_reboot_may_freeze_them_and_a_pause_warns() -> None:
    file = service()
    snapshot = pool(with_agent(node("ovm1", domain()), file), with_agent(node("ovm2"), file))
    plan = plan_of(Verb.REBOOT, snapshot)
    assert texts(plan.steps)[0] == "xm reboot ovmguest1"
    assert any("may act, too" in note for note in plan.notes)
    assert any("no command for a reboot" in note for note in plan.notes)
    frozen = plan_of(Verb.REBOOT, snapshot, freeze_first=True)
    assert "freeze" in texts(frozen.steps)[0]
    assert "thaw" in texts(frozen.steps)[-2]
    pausing = plan_of(Verb.PAUSE, snapshot)
    assert texts(pausing.steps)[0] == "xm pause ovmguest1"
    assert any("may take it for failed for as long as it is paused" in n for n in pausing.notes)
