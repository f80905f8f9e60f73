"""Plans on nodes with xm, with xl, with both kinds in a pool, and with nothing known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.identity import NodeKey
from ovmtui.model.tool import Program, Tool, Toolstack
from ovmtui.plan.archive import archived, restored
from ovmtui.plan.checkup.diagnosis import Evidence
from ovmtui.plan.checkup.pools import diagnose
from ovmtui.plan.checkup.relocation import migration_login
from ovmtui.plan.flows import destroy, migrate, start, stop
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.leftovers import leftovers
from ovmtui.plan.placement import rank_targets
from ovmtui.plan.plan import Plan
from ovmtui.plan.progress import migration_progress
from ovmtui.plan.readiness import MemoryFree, NameFree
from ovmtui.plan.steps import CommandStep
from ovmtui.plan.tool_guards import DrivenWith, SameToolstack
from ovmtui.plan.verdict import Standing
from tests.plan.pools import NOW, VM, XL, XM, context, domain, key, node, pool

SHIM = Tool(Program.XM, Toolstack.LIBXL, "xm is the only program, and libxl answers")
LONE = Tool(Program.XM, Toolstack.UNKNOWN, "xm is the only program")


def commands(plan: Plan) -> list[str]:
    return [step.command.shown for step in plan.steps if isinstance(step, CommandStep)]


def intent(verb: Verb, to: NodeKey | None = None) -> Intent:
    return Intent(verb, VM, to)


@pytest.mark.parametrize(("tool", "word"), [(XM, "xm"), (XL, "xl"), (SHIM, "xm")])
def test_every_command_is_the_nodes_own(tool: Tool, word: str) -> None:
    up = pool(node("ovm1", domain(), tool=tool), node("ovm2", tool=XM))
    down = pool(node("ovm1", tool=tool), node("ovm2", tool=XM))
    none = context(manager=False)
    stopping = stop.build(intent(Verb.STOP), up, none, NOW)
    assert commands(stopping) == [f"{word} shutdown ovmguest1"]
    choices = {
        choice.key: choice for step in stopping.steps for choice in getattr(step, "choices", ())
    }
    power_cut = choices["destroy"].steps[0]
    assert isinstance(power_cut, CommandStep)
    assert power_cut.command.shown == f"{word} destroy 2"
    assert commands(destroy.build(intent(Verb.DESTROY), up, none, NOW)) == [f"{word} destroy 2"]
    (created,) = commands(start.build(intent(Verb.START, key("ovm1")), down, none, NOW))
    assert created.startswith(f"{word} create /")


def test_a_node_of_which_nothing_is_known_gets_no_guess() -> None:
    unknown = pool(node("ovm1", domain(), tool=None), node("ovm2", tool=None))
    for build, verb in ((stop.build, Verb.STOP), (destroy.build, Verb.DESTROY)):
        with pytest.raises(PlanRefused, match="whether ovm1 has xm or xl is not known"):
            build(intent(verb), unknown, context(), NOW)
    with pytest.raises(PlanRefused, match="whether ovm1 has xm or xl is not known"):
        migrate.build(intent(Verb.MIGRATE, key("ovm2")), unknown, context(), NOW)
    lone = pool(node("ovm1", domain(), tool=LONE), node("ovm2", tool=LONE))
    with pytest.raises(PlanRefused, match="toolstack of ovm1 is not known"):
        migrate.build(intent(Verb.MIGRATE, key("ovm2")), lone, context(), NOW)


@pytest.mark.parametrize(
    ("source", "target", "shown"),
    [
        (XM, XM, "xm migrate -l ovmguest1 ovm2"),
        (XL, XL, "xl migrate ovmguest1 ovm2"),
        (XL, SHIM, "xl migrate ovmguest1 ovm2"),
        (SHIM, XL, "xm migrate ovmguest1 ovm2"),
    ],
)
def test_migrations_of_one_kind(source: Tool, target: Tool, shown: str) -> None:
    snapshot = pool(node("ovm1", domain(), tool=source), node("ovm2", tool=target))
    plan = migrate.build(intent(Verb.MIGRATE, key("ovm2")), snapshot, context(), NOW)
    assert commands(plan) == [shown]
    (move,) = (step for step in plan.steps if isinstance(step, CommandStep))
    late = {type(condition) for condition in move.conditions}
    assert {DrivenWith, SameToolstack} <= late
    # What xl notices too late is looked at just before the command.
    assert ({NameFree, MemoryFree} <= late) is source.is_libxl
    (reached,) = (check for check in plan.checks if check.name == "relocation")
    assert ("BatchMode=yes" in reached.script) is source.is_libxl
    assert restored(archived(plan)) == plan


@pytest.mark.parametrize(("source", "target"), [(XM, XL), (XL, XM), (SHIM, XM), (XM, SHIM)])
def test_between_the_kinds_there_is_no_migration(source: Tool, target: Tool) -> None:
    snapshot = pool(node("ovm1", domain(), tool=source), node("ovm2", tool=target))
    with pytest.raises(PlanRefused, match="neither receives a migration of the other"):
        migrate.build(intent(Verb.MIGRATE, key("ovm2")), snapshot, context(), NOW)
    (best, _) = rank_targets(snapshot, VM, now=NOW, max_age=30.0)
    assert not best.eligible
    verdict = SameToolstack(key("ovm1"), key("ovm2")).evaluate(snapshot, NOW)
    assert verdict.standing is Standing.FAILS


def test_a_target_that_tells_nothing_is_unknown_and_stops_the_plan() -> None:
    snapshot = pool(node("ovm1", domain(), tool=XL), node("ovm2", tool=None))
    verdict = SameToolstack(key("ovm1"), key("ovm2")).evaluate(snapshot, NOW)
    assert verdict.standing is Standing.UNKNOWN


def test_a_command_is_not_run_once_another_program_counts() -> None:
    guard = DrivenWith(key("ovm1"), Program.XM)
    for tool, standing in ((XM, Standing.HOLDS), (XL, Standing.FAILS), (None, Standing.UNKNOWN)):
        assert guard.evaluate(pool(node("ovm1", tool=tool)), NOW).standing is standing


def test_the_control_domain_is_refused_by_its_name() -> None:
    snapshot = pool(node("ovm1", replace(domain(), name="Domain-0 "), tool=XL))
    with pytest.raises(PlanRefused, match="control domain"):
        stop.build(intent(Verb.STOP), snapshot, context(), NOW)


@pytest.mark.parametrize(("tool", "words"), [(XM, "xm unpause 2"), (XL, "xl unpause 2")])
def test_what_is_left_over_is_told_in_the_nodes_own_words(tool: Tool, words: str) -> None:
    paused = domain(state=DomainState.PAUSED, cpu_seconds=0.0)
    snapshot = pool(node("ovm1", paused, tool=tool), node("ovm2", tool=tool))
    (left,) = leftovers(snapshot.vms[VM], snapshot)
    assert words in left.remedy
    assert ("xend.log" in left.remedy) is (tool is XM)


@pytest.mark.parametrize(
    ("why", "mend"),
    [
        ("Host key verification failed. no SSH login from here to ovm2", "accept it"),
        ("root@ovm2: Permission denied (publickey).", "ssh-copy-id"),
        ("ssh: connect to host ovm2 port 22: No route to host", "ssh -v"),
        ("no xl on the PATH of an SSH login at ovm2", "a link in /usr/bin"),
    ],
)
def test_a_login_that_fails_is_told_with_its_mend(why: str, mend: str) -> None:
    snapshot = pool(node("ovm1", tool=XL), node("ovm2", tool=XL), node("ovm3", tool=XM))
    evidence = Evidence(logins={key("ovm1"): {key("ovm2"): why}})
    found = migration_login(snapshot.nodes[key("ovm1")], snapshot, evidence)
    assert found is not None
    assert (found.verdict.standing, found.verdict.text) == (Standing.FAILS, f"ovm2: {why}")
    assert found.fix is not None
    assert mend in found.fix.text
    good = Evidence(logins={key("ovm1"): {key("ovm2"): ""}})
    well = migration_login(snapshot.nodes[key("ovm1")], snapshot, good)
    assert well is not None
    assert well.is_well
    untold = migration_login(snapshot.nodes[key("ovm1")], snapshot, Evidence())
    assert untold is not None
    assert untold.verdict.standing is Standing.UNKNOWN
    assert migration_login(snapshot.nodes[key("ovm3")], snapshot, good) is None


def test_a_mixed_pool_is_told() -> None:
    snapshot = pool(node("ovm1", tool=XL), node("ovm2", tool=XM))
    found = {d.name: d for d in diagnose(snapshot.pool("pool1"), snapshot, Evidence(), ())}
    assert found["same-toolstack"].verdict.text == "ovm1 with libxl / ovm2 with xend"
    assert found["same-toolstack"].verdict.standing is Standing.FAILS


@pytest.mark.parametrize(
    ("grown", "told"), [(0, "0 %"), (39, "48 %"), (80, "100 %"), (96, "100 %")]
)
def test_the_copy_that_grows_tells_how_far_the_first_pass_is(grown: int, told: str) -> None:
    source = replace(domain(), memory_mib=80)
    copy = Domain("ovmguest1--incoming", 7, DomainState.PAUSED, grown, 0, 0.0)
    snapshot = pool(node("ovm1", source, tool=XL), node("ovm2", copy, tool=XL))
    assert migration_progress(snapshot, VM) == f"{told} of the memory on ovm2"
    alone = pool(node("ovm1", source, tool=XL), node("ovm2", tool=XL))
    assert migration_progress(alone, VM) == ""
